"""Dates and times in two calendars."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import forms
from engine.forms.roc import read_date, roc_short, roc_text
from tests.unit.forms.asking import make_form

TAIPEI = ZoneInfo("Asia/Taipei")
DATE = {"type": "datetime", "subtype": "date"}
TIME = {"type": "datetime", "subtype": "time"}
BOTH = {"type": "datetime", "subtype": "datetime"}
DAY = date(2018, 5, 29)


@pytest.mark.parametrize(
    "raw",
    [
        "1070529",
        "107/5/29",
        "107/05/29",
        "107.5.29",
        "107-05-29",
        "2018-05-29",
        "2018/5/29",
        "20180529",
        "民國107年5月29日",
        "中華民國 107 年 05 月 29 日",
        "107年5月29日",
        "１０７／５／２９",
        "2018年5月29日",
        "西元2018年5月29日",
        "2018-05-29T10:00:00+08:00",
        DAY,
    ],
)
def test_one_day_written_in_many_ways(ask, raw):
    assert ask(DATE, raw).value == DAY


@pytest.mark.parametrize(
    ("raw", "day"),
    [
        ("990101", date(2010, 1, 1)),
        ("99/1/1", date(2010, 1, 1)),
        ("民國元年1月1日", date(1912, 1, 1)),
        ("1130229", date(2024, 2, 29)),
        ("100/12/31", date(2011, 12, 31)),
        ("民國2018年1月1日", date(3929, 1, 1)),
    ],
)
def test_roc_years_below_and_above_one_hundred(ask, raw, day):
    assert ask(DATE, raw).value == day


@pytest.mark.parametrize("raw", ["1070229", "107/2/29", "2018-13-01", "107/0/1", "0/1/1", "000101", "2018-02-30"])
def test_days_that_do_not_exist_say_so(ask, raw):
    assert ask(DATE, raw).codes == ["date-not-exist"]


@pytest.mark.parametrize(
    "raw", ["tomorrow", "5/29", "1 07 05", "12345", "民國", "107/5", "٢٠١٨-٠٥-٢٩x", {"a": 1}, [1], True]
)
def test_what_is_no_date_says_what_one_looks_like(ask, raw):
    assert ask(DATE, raw).codes in (["date"], ["format"])


@given(st.dates(min_value=date(1912, 1, 1)))
def test_what_is_shown_can_be_typed_again(day):
    assert read_date(roc_text(day)) == day
    assert read_date(roc_short(day)) == day
    assert read_date(day.isoformat()) == day


@given(st.text(max_size=40))
def test_reading_a_date_fails_only_by_value_error(text):
    with contextlib.suppress(ValueError):
        read_date(text)


@pytest.mark.parametrize(
    ("raw", "hour"),
    [
        ("14:30", time(14, 30)),
        ("1430", time(14, 30)),
        ("下午2:30", time(14, 30)),
        ("2:30 pm", time(14, 30)),
        ("上午12時", time(0)),
        ("9點半", time(9, 30)),
        ("14時30分", time(14, 30)),
        ("930", time(9, 30)),
        ("", None),
    ],
)
def test_times_of_day(ask, raw, hour):
    assert ask(TIME, raw).value == hour


@pytest.mark.parametrize(
    ("raw", "code"),
    [("25:00", "time-not-exist"), ("14:61", "time-not-exist"), ("noon", "time"), ("下午14:00", "time-not-exist")],
)
def test_times_that_are_none(ask, raw, code):
    assert ask(TIME, raw).codes == [code]


@pytest.mark.parametrize(
    "raw",
    [
        {"date": "107/5/29", "time": "14:30"},
        "107/5/29 14:30",
        "民國107年5月29日 下午2:30",
        "2018-05-29T14:30:00+08:00",
        "2018-05-29T06:30:00Z",
        datetime(2018, 5, 29, 6, 30, tzinfo=UTC),
    ],
)
def test_date_and_time_are_one_instant_in_taipei(ask, raw):
    assert ask(BOTH, raw).value == datetime(2018, 5, 29, 14, 30, tzinfo=TAIPEI)


@pytest.mark.parametrize("raw", [{"date": "107/5/29", "time": ""}, {"date": "", "time": "14:30"}])
def test_half_of_a_date_and_time_is_not_enough(ask, raw):
    assert ask(BOTH, raw).codes == ["datetime-half"]


def test_blank_boxes_are_no_date(ask):
    assert ask(BOTH, {"date": "", "time": " "}).value is None


def test_bounds_and_past_dates(ask):
    assert ask({**DATE, "disallowPassedDates": True}, "107/5/28").codes == ["date-passed"]
    assert ask({**DATE, "disallowPassedDates": True}, "107/5/29").value == DAY
    assert ask({**DATE, "validate": {"min": "=start"}}, "107/5/28", {"start": DAY}).codes == ["date-too-early"]
    assert ask({**DATE, "validate": {"max": "=start"}}, "107/5/30", {"start": DAY}).codes == ["date-too-late"]


def test_dates_in_words_by_language():
    field = make_form({"type": "datetime", "subtype": "date", "key": "x"}).fields[0]
    assert forms.display(field, DAY, "zh") == "民國107年5月29日"
    assert forms.display(field, DAY, "en") == "2018-05-29"
    assert forms.display(field, datetime(2018, 5, 29, 6, 30, tzinfo=UTC), "zh") == "民國107年5月29日 14:30"
    assert forms.display(field, None, "zh") == ""
