"""Speeds, stopped clocks, joint cases and extensions (domain C3, C4, A3-D4)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from engine.calendar.periods import (
    ClockStop,
    ExtensionRule,
    clock_start,
    days_used,
    due_after_stops,
    due_for_speed,
    extension,
    moved_due,
)
from engine.calendar.working_days import TAIPEI, Closure, WorkCalendar
from engine.calendar.yearly_list import shipped_calendar
from engine.errors import Invalid

CALENDAR = shipped_calendar()


def at(month: int, day: int, hour: int = 17, minute: int = 30) -> datetime:
    return datetime(2018, month, day, hour, minute, tzinfo=TAIPEI)


@pytest.mark.parametrize("speed, due", [("最速件", at(3, 2)), ("速件", at(3, 6)), ("普通件", at(3, 9))])
def test_the_three_speeds_are_one_three_and_six_working_days(speed, due):
    assert due_for_speed(CALENDAR, date(2018, 3, 1), speed).due_at == due


def test_a_stated_date_stands_as_written_even_on_a_day_off():
    due = due_for_speed(CALENDAR, date(2018, 4, 2), "速件", stated=date(2018, 4, 5))
    assert (due.due_at, due.stated, due.speed) == (at(4, 5), True, "速件")


def test_a_deadline_that_had_passed_on_arrival_makes_the_document_an_ordinary_one():
    due = due_for_speed(CALENDAR, date(2018, 3, 1), "最速件", stated=date(2018, 2, 27))
    assert (due.due_at, due.stated, due.speed) == (at(3, 9), False, "普通件")


def test_a_deadline_on_the_day_of_arrival_is_not_late():
    assert due_for_speed(CALENDAR, date(2018, 3, 1), "最速件", stated=date(2018, 3, 1)).due_at == at(3, 1)


def test_an_unknown_speed_is_refused_at_its_field():
    with pytest.raises(Invalid) as refused:
        due_for_speed(CALENDAR, date(2018, 3, 1), "極速件")
    assert refused.value.params["field"] == "speed"


def test_done_on_the_day_it_came_is_half_a_day():
    assert days_used(CALENDAR, date(2018, 3, 1), at(3, 1, 16)) == Decimal("0.5")


def test_days_used_exclude_the_first_day_and_days_off():
    assert days_used(CALENDAR, date(2018, 2, 14), at(2, 22)) == 2
    assert days_used(CALENDAR, date(2018, 2, 14), at(2, 22), mode="calendar") == 8


def test_a_closed_half_day_counts_half():
    stormy = WorkCalendar(closures=(Closure(date(2018, 3, 2), "颱風", "afternoon"),))
    assert days_used(stormy, date(2018, 3, 1), at(3, 5)) == Decimal("1.5")


def test_the_days_of_a_correction_are_deducted():
    stop = ClockStop(at(3, 5, 10), at(3, 8, 15))  # 6, 7, 8 March do not count
    assert days_used(CALENDAR, date(2018, 3, 1), at(3, 12), [stop]) == 7 - 3


def test_days_of_stops_that_overlap_are_deducted_once():
    stops = [ClockStop(at(3, 5, 10), at(3, 8, 15)), ClockStop(at(3, 6, 9), at(3, 8, 9))]
    assert days_used(CALENDAR, date(2018, 3, 1), at(3, 12), stops) == 7 - 3


def test_a_clock_that_is_still_stopped_uses_no_more_days():
    stop = ClockStop(at(3, 5, 10))
    assert days_used(CALENDAR, date(2018, 3, 1), at(3, 9), [stop]) == 2
    assert days_used(CALENDAR, date(2018, 3, 1), at(3, 30), [stop]) == 2


def test_a_case_that_was_stopped_all_the_time_still_used_half_a_day():
    assert days_used(CALENDAR, date(2018, 3, 1), at(3, 9), [ClockStop(at(3, 1, 9))]) == Decimal("0.5")


def test_a_correction_moves_the_due_date_by_its_working_days():
    stop = ClockStop(at(3, 5, 10), at(3, 8, 15))
    due = due_after_stops(CALENDAR, date(2018, 3, 1), 6, "working", [stop], now=at(3, 8, 15))
    assert due == at(3, 14)  # without it 9 March; 6, 7, 8 come after again


def test_a_correction_within_a_calendar_period_adds_its_days_and_the_end_rule_still_holds():
    stop = ClockStop(at(3, 5, 10), at(3, 8, 15))
    assert due_after_stops(CALENDAR, date(2018, 3, 1), 6, "calendar", [stop], now=at(3, 9)) == at(3, 12, 12, 0)


def test_a_stop_after_the_due_date_does_not_move_it():
    stop = ClockStop(at(3, 12, 10), at(3, 20, 15))
    assert due_after_stops(CALENDAR, date(2018, 3, 1), 6, "working", [stop], now=at(3, 21)) == at(3, 9)


def test_a_fixed_date_is_not_moved_by_a_correction():
    stop = ClockStop(at(3, 2, 10), at(3, 5, 15))
    assert due_after_stops(CALENDAR, date(2018, 3, 8), 0, "fixed", [stop], now=at(3, 6)) == at(3, 8)


def test_without_stops_the_due_date_is_the_end_of_the_period():
    for mode in ("working", "calendar"):
        for days in range(40):
            start = date(2018, 2, 10)
            expected = CALENDAR.end_of_period(start, days, mode)
            assert due_after_stops(CALENDAR, start, days, mode, [], now=at(3, 1)) == expected, (mode, days)


def test_a_merged_case_starts_with_the_first_receipt_and_a_collected_one_with_the_last():
    receipts = [date(2018, 3, 5), date(2018, 3, 1), date(2018, 3, 9)]
    assert clock_start(receipts, "merged") == date(2018, 3, 1)
    assert clock_start(receipts, "collected") == date(2018, 3, 9)


def test_joining_nothing_is_refused():
    with pytest.raises(Invalid):
        clock_start([], "merged")


BEFORE_DUE = {"due_at": at(3, 9), "now": at(3, 8)}


@pytest.mark.parametrize(
    "days, earlier, approver",
    [
        (10, [], "lead_chief"),
        (1, [10], "secretary"),
        (10, [10], "secretary"),
        (1, [10, 10], "aia_head"),
        (10, [10, 10], "aia_head"),
    ],
)
def test_the_approver_of_an_extension_climbs_with_the_days_in_total(days, earlier, approver):
    granted = extension(ExtensionRule(), days, earlier=earlier, **BEFORE_DUE)
    assert (granted.approver, granted.project_controlled) == (approver, False)
    assert granted.total_days == sum(earlier) + days


def test_beyond_the_ladder_the_case_becomes_project_controlled():
    rule = ExtensionRule(max_days_each=40)
    granted = extension(rule, 31, earlier=[], **BEFORE_DUE)
    assert (granted.approver, granted.project_controlled) == ("sec_gen", True)


@pytest.mark.parametrize(
    "days, earlier, code",
    [(0, [], "not-positive"), (11, [], "too-long"), (1, [1, 1, 1], "too-often")],
)
def test_an_extension_outside_the_rule_is_refused(days, earlier, code):
    with pytest.raises(Invalid) as refused:
        extension(ExtensionRule(), days, earlier=earlier, **BEFORE_DUE)
    assert refused.value.params["code"] == code


def test_an_extension_after_the_due_date_is_refused():
    with pytest.raises(Invalid) as refused:
        extension(ExtensionRule(), 5, earlier=[], due_at=at(3, 9), now=at(3, 9, 18))
    assert refused.value.params["code"] == "after-due"


def test_a_rule_without_anyone_beyond_the_ladder_refuses():
    with pytest.raises(Invalid) as refused:
        extension(ExtensionRule(beyond=None, max_days_each=40), 31, earlier=[], **BEFORE_DUE)
    assert refused.value.params["code"] == "too-many-days"


@pytest.mark.parametrize("mode", ["working", "calendar"])
def test_moving_a_due_date_by_a_stop_agrees_with_counting_it_from_the_start(mode):
    start = date(2018, 3, 2)
    for since in range(3, 20):
        for length in range(12):
            stop = ClockStop(at(3, since, 10), at(3, since + length, 15))
            before = CALENDAR.end_of_period(start, 10, mode)
            expected = due_after_stops(CALENDAR, start, 10, mode, [stop], now=stop.until)
            assert moved_due(CALENDAR, before, stop, mode, now=stop.until) == expected, (since, length)


def test_a_fixed_due_date_does_not_move():
    stop = ClockStop(at(3, 2, 10), at(3, 5, 15))
    assert moved_due(CALENDAR, at(3, 8), stop, "fixed", now=at(3, 9)) == at(3, 8)
