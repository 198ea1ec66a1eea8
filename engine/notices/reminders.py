"""When people are reminded of a task: before it is due, and when it is (domain A3, C4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.calendar.working_days import TAIPEI, WorkCalendar

SHARE = 0.8
"""Of the time a task has, after which it is called due soon."""


def first_reminder(calendar: WorkCalendar, opened_at: datetime, due_at: datetime) -> datetime:
    """When a task is called due soon: 80 % of its time used, or one working day before, whichever comes first.

    A task with a working day or less keeps the 80 %; one that is due already reminds at once.
    """
    if due_at <= opened_at:
        return due_at
    used = opened_at + (due_at - opened_at) * SHARE
    day_before = _working_day_before(calendar, due_at)
    return min(used, day_before) if day_before > opened_at else used


def _working_day_before(calendar: WorkCalendar, due_at: datetime) -> datetime:
    local = due_at.astimezone(TAIPEI)
    try:
        day = calendar.add_working_days(local.date(), -1)
    except ValueError:  # beyond the years that dates can name
        return due_at - timedelta(days=1)
    return local.replace(year=day.year, month=day.month, day=day.day)
