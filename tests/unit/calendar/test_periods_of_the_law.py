"""Where a period ends: 行政程序法 §48 and its mode of counting for each kind of deadline."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from engine.calendar.working_days import TAIPEI, Closure, WorkCalendar
from engine.calendar.yearly_list import shipped_calendar

CALENDAR = shipped_calendar()


def at(year: int, month: int, day: int, hour: int = 17, minute: int = 30) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=TAIPEI)


def test_the_first_day_is_not_counted():
    assert CALENDAR.end_of_period(date(2018, 3, 1), 7) == at(2018, 3, 8)


def test_a_period_that_ends_on_a_sunday_ends_on_monday():
    assert date(2018, 3, 11).weekday() == 6
    assert CALENDAR.end_of_period(date(2018, 3, 4), 7) == at(2018, 3, 12)


def test_a_period_that_ends_on_a_saturday_ends_on_monday_at_noon():
    assert date(2018, 3, 10).weekday() == 5
    assert CALENDAR.end_of_period(date(2018, 3, 3), 7) == at(2018, 3, 12, 12, 0)


def test_a_period_that_ends_on_a_holiday_ends_on_the_next_working_day():
    assert CALENDAR.end_of_period(date(2018, 3, 28), 7) == at(2018, 4, 9)  # 4/4, 4/5, 4/6, then a weekend


def test_a_period_that_ends_on_a_worked_saturday_ends_there():
    assert CALENDAR.end_of_period(date(2018, 3, 24), 7) == at(2018, 3, 31)


def test_a_saturday_before_a_monday_that_is_off_ends_with_the_first_working_day():
    assert CALENDAR.end_of_period(date(2018, 2, 10), 7) == at(2018, 2, 21)  # Saturday 17; 19 and 20 are off


def test_a_saturday_before_a_morning_that_is_closed_gets_the_whole_monday():
    stormy = WorkCalendar(closures=(Closure(date(2018, 3, 12), "颱風", "morning"),))
    assert stormy.end_of_period(date(2018, 3, 3), 7) == at(2018, 3, 12)


@pytest.mark.parametrize("part", ["day", "afternoon"])
def test_a_period_whose_last_afternoon_is_closed_by_a_typhoon_ends_on_the_next_working_day(part):
    stormy = WorkCalendar(closures=(Closure(date(2018, 3, 8), "颱風", part),))
    assert stormy.end_of_period(date(2018, 3, 1), 7) == at(2018, 3, 9)


def test_the_thirty_day_cap_counts_every_day():
    assert CALENDAR.end_of_period(date(2018, 9, 1), 30) == at(2018, 10, 1)
    assert CALENDAR.end_of_period(date(2018, 8, 25), 30) == at(2018, 9, 25)  # 24 September is off


def test_working_mode_counts_working_days_only():
    assert CALENDAR.end_of_period(date(2018, 2, 12), 6, "working") == at(2018, 2, 26)


def test_a_fixed_date_stays_even_on_a_holiday():
    assert CALENDAR.end_of_period(date(2018, 3, 28), 7, "fixed") == at(2018, 4, 4)


def test_a_period_of_hours_begins_at_once():
    received = datetime(2018, 2, 14, 16, 0, tzinfo=TAIPEI)
    assert CALENDAR.end_of_hours(received, 24) == datetime(2018, 2, 15, 16, 0, tzinfo=TAIPEI)


@pytest.mark.parametrize(
    "start, months, end",
    [
        (date(2018, 5, 29), 3, at(2018, 8, 29)),  # a trip report, three months after the return
        (date(2018, 11, 29), 3, at(2019, 2, 28)),  # 30 November + 3 months: February has no 30th, so its last day
        (date(2018, 1, 30), 1, at(2018, 3, 1)),  # begins on the 31st: ends 28 February, which is off
        (date(2018, 8, 31), 1, at(2018, 10, 1)),  # begins 1 September, ends 30 September, a Sunday
        (date(2019, 12, 31), 12, at(2020, 12, 31)),
        (date(2018, 12, 9), 1, at(2019, 1, 9)),
    ],
)
def test_a_period_of_months_ends_before_the_day_that_corresponds_to_its_first(start, months, end):
    assert CALENDAR.end_of_months(start, months) == end


@pytest.mark.parametrize("months", [0, -1, 1201])
def test_an_absurd_number_of_months_is_refused(months):
    with pytest.raises(ValueError, match="between 1 and 1200"):
        CALENDAR.end_of_months(date(2018, 1, 1), months)


def test_a_negative_period_and_an_unknown_mode_are_refused():
    with pytest.raises(ValueError, match="negative"):
        CALENDAR.end_of_period(date(2018, 1, 1), -1)
    with pytest.raises(ValueError, match="Unknown way"):
        CALENDAR.end_of_period(date(2018, 1, 1), 1, "lunar")


@pytest.mark.parametrize(
    "days, start, end",
    [
        (3, date(2018, 9, 13), at(2018, 9, 17)),  # gift register: a Sunday moves to Monday
        (15, date(2018, 9, 3), at(2018, 9, 18)),  # first consumer complaint
        (10, date(2018, 9, 3), at(2018, 9, 13)),  # document to the court; objection to a proposal
        (7, date(2018, 9, 3), at(2018, 9, 10)),  # certificate of a failed mediation
        (40, date(2018, 9, 3), at(2018, 10, 15, 12, 0)),  # mediation date 30 + 10: Saturday → Monday noon
    ],
)
def test_the_other_statutory_periods_of_the_domain_guide(days, start, end):
    assert CALENDAR.end_of_period(start, days) == end
