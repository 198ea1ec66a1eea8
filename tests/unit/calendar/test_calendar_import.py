"""The importer of the yearly office calendar: whole years only, every fault named with its line."""

from __future__ import annotations

from datetime import date

import pytest

from engine.calendar.yearly_list import MAX_PROBLEMS, CalendarRefused, parse_year, shipped_files

YEAR_2018 = shipped_files()[0].read_text("utf-8-sig")


def problems(text: str | bytes) -> list[tuple[str, int | None]]:
    with pytest.raises(CalendarRefused) as refused:
        parse_year(text.encode() if isinstance(text, str) else text)
    return [(problem.code, problem.line) for problem in refused.value.problems]


def test_a_whole_year_is_reduced_to_its_exceptions():
    year = parse_year(YEAR_2018.encode("utf-8-sig"))
    assert year.year == 2018
    assert date(2018, 4, 6) in year.off
    assert year.work == {date(2018, 3, 31), date(2018, 12, 22)}
    assert year.notes[date(2018, 10, 10)] == "國慶日"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "big5"])
def test_older_and_newer_encodings_read_the_same(encoding):
    assert parse_year(YEAR_2018.encode(encoding)) == parse_year(YEAR_2018.encode())


def test_line_ends_of_any_system_read_the_same():
    unix = YEAR_2018.replace("\r\n", "\n")
    assert parse_year(unix.encode()) == parse_year(unix.replace("\n", "\r\n").encode())


def test_a_leap_year_needs_its_366_days():
    rows = ["西元日期,星期,是否放假,備註"]
    day = date(2024, 1, 1)
    while day.year == 2024:
        flag = 2 if day.weekday() > 4 or day == date(2024, 1, 1) else 0
        rows.append(f"{day:%Y%m%d},{'一二三四五六日'[day.weekday()]},{flag},")
        day = date.fromordinal(day.toordinal() + 1)
    assert parse_year("\n".join(rows).encode()).off == {date(2024, 1, 1)}
    without = [row for row in rows if not row.startswith("20240229")]
    assert problems("\n".join(without)) == [("missing", None)]


def test_half_a_year_is_refused():
    half = "\r\n".join(YEAR_2018.splitlines()[:180])
    with pytest.raises(CalendarRefused) as refused:
        parse_year(half.encode())
    (missing,) = refused.value.problems
    assert (missing.code, missing.value) == ("missing", "2018-06-29/2018-12-31")


def test_of_many_faults_the_first_are_told():
    every_second = [row for number, row in enumerate(YEAR_2018.splitlines()) if number == 0 or number % 2]
    assert problems("\r\n".join(every_second)) == [("missing", None)] * MAX_PROBLEMS


@pytest.mark.parametrize("page", ["<!DOCTYPE html><html><body>404</body></html>", "\ufeff\n <html>維護中</html>"])
def test_an_error_page_in_place_of_the_file_is_refused(page):
    assert problems(page) == [("html", None)]


@pytest.mark.parametrize("content", [b"", b"  \r\n "])
def test_an_empty_file_is_refused(content):
    assert problems(content) == [("empty", None)]


def test_a_header_without_days_is_refused():
    assert problems("西元日期,星期,是否放假,備註\r\n") == [("empty", None)]


def test_another_table_is_refused_by_its_header():
    assert problems("date,weekday,off\n20180101,一,2") == [("header", 1)]


def test_bytes_that_are_no_text_are_refused():
    assert problems(b"\xff\xfe\x00\x81" * 50) == [("encoding", None)]


def test_a_file_far_too_big_is_refused():
    assert problems(b"x" * 200_001) == [("too-big", None)]


@pytest.mark.parametrize(
    "old, new, code",
    [
        ("20180102,二,0", "20180102,二,1", "flag"),
        ("20180102,二,0", "20180102,三,0", "weekday"),
        ("20180102,二,0", "2018/1/2,二,0", "date"),
        ("20180102,二,0", "20180102", "columns"),
    ],
)
def test_a_wrong_cell_is_named_with_its_line(old, new, code):
    assert (code, 3) in problems(YEAR_2018.replace(old, new, 1))


def test_a_day_twice_is_refused():
    row = "20180102,二,0,\n"
    assert problems(YEAR_2018.replace(row, row + row, 1)) == [("repeated", 4)]


def test_two_years_in_one_file_are_refused():
    assert problems(YEAR_2018 + "20190101,二,2,開國紀念日\n") == [("other-year", 367)]


def test_a_calendar_without_a_single_holiday_is_refused():
    lines = YEAR_2018.splitlines()
    weekdays = [line if line.split(",")[1] in "六日" else line.replace(",2,", ",0,") for line in lines]
    assert problems("\n".join(weekdays)) == [("no-holidays", None)]
