"""When people are reminded of a task or of a case: before it is due, when it is, and after (domain A3, C4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine.calendar.working_days import TAIPEI, WorkCalendar

SHARE = 0.8
"""Of the time there is, after which work is called due soon."""
CHASED_AFTER = 3
"""Working days after the due date: the first chase (稽催)."""
CHASED_EVERY = 5
"""Working days from one chase to the next."""


def first_reminder(calendar: WorkCalendar, opened_at: datetime, due_at: datetime) -> datetime:
    """When work is called due soon: 80 % of its time used, or one working day before, whichever comes first.

    Work with a working day or less keeps the 80 %; one that is due already reminds at once.
    """
    if due_at <= opened_at:
        return due_at
    used = opened_at + (due_at - opened_at) * SHARE
    day_before = _working_day_before(calendar, due_at)
    return min(used, day_before) if day_before > opened_at else used


def next_reminder(calendar: WorkCalendar, due_at: datetime, now: datetime) -> datetime | None:
    """When to remind again after a reminder at `now`: at the due date, then on its third working day, then weekly.

    None beyond the years that dates can name.
    """
    if now < due_at:
        return due_at
    try:
        passed = calendar.working_days_between(due_at.astimezone(TAIPEI), now.astimezone(TAIPEI))
        rounds = max(0, -((CHASED_AFTER - passed) // CHASED_EVERY))
        chase = _working_days_on(calendar, due_at, CHASED_AFTER + CHASED_EVERY * rounds)
        return chase if chase > now else _working_days_on(calendar, due_at, CHASED_AFTER + CHASED_EVERY * (rounds + 1))
    except ValueError:
        return None


def _working_day_before(calendar: WorkCalendar, due_at: datetime) -> datetime:
    try:
        return _working_days_on(calendar, due_at, -1)
    except ValueError:  # beyond the years that dates can name
        return due_at - timedelta(days=1)


def _working_days_on(calendar: WorkCalendar, moment: datetime, days: int) -> datetime:
    """The same time of day some working days on."""
    local = moment.astimezone(TAIPEI)
    day = calendar.add_working_days(local.date(), days)
    return local.replace(year=day.year, month=day.month, day=day.day)
