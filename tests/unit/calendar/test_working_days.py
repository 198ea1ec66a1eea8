"""Which days count. Calendars of ROC 107, 115 and 116 as shipped (domain F2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar.working_days import TAIPEI, Closure, WorkCalendar
from engine.calendar.yearly_list import shipped_calendar

CALENDAR = shipped_calendar()
DAYS = st.dates(date(2018, 1, 1), date(2018, 12, 31))


@pytest.mark.parametrize(
    "day, works",
    [
        (date(2018, 3, 31), True),  # a Saturday worked: the panel met on it
        (date(2018, 12, 22), True),
        (date(2018, 3, 24), False),
        (date(2018, 4, 6), False),
        (date(2018, 10, 10), False),
        (date(2018, 10, 11), True),
        (date(2026, 11, 23), True),
        (date(2026, 12, 25), False),
        (date(2027, 2, 10), False),
        (date(2027, 2, 11), True),
    ],
)
def test_the_office_calendar_says_which_days_are_worked(day, works):
    assert CALENDAR.is_working_day(day) is works


def test_the_shipped_years_are_the_ones_of_the_tests_and_the_demo():
    assert CALENDAR.years == {2018, 2026, 2027}


@pytest.mark.parametrize("year, days_off, worked", [(2018, 13, 2), (2026, 16, 0), (2027, 17, 0)])
def test_each_shipped_year_has_as_many_exceptions_as_its_list(year, days_off, worked):
    assert sum(day.year == year for day in CALENDAR.off) == days_off
    assert sum(day.year == year for day in CALENDAR.work) == worked


def test_working_days_exclude_the_first_day_and_skip_the_new_year_break():
    # 107-02-14 is the last day before the Lunar New Year; 15, 16, 19, 20 are off.
    assert CALENDAR.add_working_days(date(2018, 2, 14), 1) == date(2018, 2, 21)


def test_a_make_up_saturday_counts_as_a_working_day():
    assert CALENDAR.add_working_days(date(2018, 3, 30), 1) == date(2018, 3, 31)


def test_counting_backwards_finds_the_day_so_many_working_days_before():
    assert CALENDAR.add_working_days(date(2018, 2, 22), -3) == date(2018, 2, 13)


def test_no_days_after_a_day_is_the_day_itself():
    assert CALENDAR.add_working_days(date(2018, 2, 15), 0) == date(2018, 2, 15)


def test_working_days_between_two_days_include_the_last_and_are_signed():
    assert CALENDAR.working_days_between(date(2018, 2, 14), date(2018, 2, 22)) == 2
    assert CALENDAR.working_days_between(date(2018, 2, 22), date(2018, 2, 14)) == -2


@given(DAYS, st.integers(0, 120))
def test_adding_and_counting_working_days_agree(day, count):
    later = CALENDAR.add_working_days(day, count)
    assert CALENDAR.working_days_between(day, later) == count
    assert count == 0 or CALENDAR.is_working_day(later)


def test_a_typhoon_day_is_no_working_day_and_says_why():
    stormy = WorkCalendar.of_years([], [Closure(date(2026, 7, 7), "颱風停班")])
    assert not stormy.is_working_day(date(2026, 7, 7))
    assert stormy.add_working_days(date(2026, 7, 6), 1) == date(2026, 7, 8)
    assert stormy.note(date(2026, 7, 7)) == "颱風停班"


def test_a_typhoon_closes_a_make_up_saturday_too():
    stormy = WorkCalendar(
        off=CALENDAR.off, work=CALENDAR.work, years=CALENDAR.years, closures=(Closure(date(2018, 3, 31), "停班"),)
    )
    assert not stormy.is_working_day(date(2018, 3, 31))


def test_a_closed_afternoon_leaves_half_a_working_day_that_ends_at_noon():
    stormy = WorkCalendar(closures=(Closure(date(2026, 7, 7), "颱風", "afternoon"),))
    assert stormy.is_working_day(date(2026, 7, 7))
    assert stormy.day_weight(date(2026, 7, 7)) == Decimal("0.5")
    assert stormy.closing_of(date(2026, 7, 7)) == datetime(2026, 7, 7, 12, tzinfo=TAIPEI)


def test_a_closed_morning_and_a_closed_afternoon_are_a_closed_day():
    day = date(2026, 7, 7)
    stormy = WorkCalendar(closures=(Closure(day, "颱風", "morning"), Closure(day, "颱風", "afternoon")))
    assert not stormy.is_working_day(day)


def test_a_district_s_closure_counts_in_that_district_only():
    stormy = WorkCalendar(closures=(Closure(date(2026, 7, 7), "土石流警戒", region="那瑪夏區"),))
    assert stormy.is_working_day(date(2026, 7, 7))
    assert not stormy.for_region("那瑪夏區").is_working_day(date(2026, 7, 7))
    assert stormy.for_region("鹽埕區").is_working_day(date(2026, 7, 7))


def test_a_year_without_a_calendar_follows_the_weekend_rule_and_says_so():
    new_year_2030 = date(2030, 1, 1)  # a Tuesday
    assert CALENDAR.is_working_day(new_year_2030)
    period = CALENDAR.period(date(2027, 12, 30), 5, "working")
    assert period.unknown_years == (2028,)
    assert CALENDAR.period(date(2026, 12, 30), 5, "working").unknown_years == ()


@pytest.mark.parametrize("count", [20_001, -20_001])
def test_an_absurd_number_of_days_is_refused_at_once(count):
    with pytest.raises(ValueError, match="at most 20000"):
        CALENDAR.add_working_days(date(2018, 1, 1), count)


def test_a_period_beyond_the_last_year_is_refused():
    with pytest.raises(ValueError, match="outside"):
        CALENDAR.add_working_days(date(9999, 12, 30), 20)
    with pytest.raises(ValueError, match="outside"):
        CALENDAR.end_of_period(date(9999, 12, 30), 20)


def test_a_moment_belongs_to_the_office_s_day_not_to_the_utc_day():
    late_evening_utc = datetime(2018, 2, 13, 16, 30, tzinfo=UTC)  # 14 February, half past midnight
    assert CALENDAR.add_working_days(late_evening_utc, 1) == date(2018, 2, 21)


def test_the_office_s_zone_has_one_offset_all_year():
    """Watch on the assumption of the module: Taiwan has kept no daylight saving time since 1980."""
    first = datetime(2018, 1, 1, 12, tzinfo=TAIPEI)
    offsets = {(first + timedelta(days=day)).utcoffset() for day in range(365 * 20)}
    assert offsets == {timedelta(hours=8)}
