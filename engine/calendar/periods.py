"""Rules of office clocks: speeds, stopped time, days used, merged cases, extensions.

Rules: domain.md C3 (deadlines and clocks), C4 (補正, 展期) and A3-D4. Pure functions on
`WorkCalendar`; `engine.calendar.deadlines` keeps a case's clock in the database with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from engine.calendar.working_days import CountMode, WorkCalendar, as_day
from engine.errors import Invalid

Speed = Literal["最速件", "速件", "普通件"]

SPEED_WORKING_DAYS: dict[str, int] = {"最速件": 1, "速件": 3, "普通件": 6}
"""Working days for each speed of a document (domain C3; S33, S35, S38)."""

HALF_A_DAY = Decimal("0.5")


@dataclass(frozen=True)
class ClockStop:
    """A stretch in which a case's clock stands still, from the notice to the answer's receipt."""

    since: datetime
    until: datetime | None = None
    """None: still stopped."""
    reason: str = ""


@dataclass(frozen=True)
class Due:
    """A due date with the speed it was reckoned by."""

    due_at: datetime
    speed: str
    stated: bool
    """Whether the sender's own date stands (限期公文)."""


def due_for_speed(calendar: WorkCalendar, received: date, speed: str, stated: date | None = None) -> Due:
    """When a document that came on `received` is due.

    A date stated by the sender stands as written, holidays counted; one that was past
    when the document arrived makes it 普通件 (domain C3).

    Raises:
        Invalid: no such speed (field `speed`).
    """
    if speed not in SPEED_WORKING_DAYS:
        raise Invalid("There is no such speed.", field="speed", code="unknown", value=speed)
    received = as_day(received)
    if stated is not None:
        stated = as_day(stated)
        if stated >= received:
            return Due(calendar.period(stated, 0, "fixed").end, speed, stated=True)
        speed = "普通件"
    return Due(calendar.end_of_period(received, SPEED_WORKING_DAYS[speed], "working"), speed, stated=False)


def clock_start(receipts: Iterable[date], mode: Literal["merged", "collected"]) -> date:
    """The day a joint case's clock begins: 併辦 from the first receipt, 彙辦 from the last (domain C3; S36).

    Raises:
        Invalid: nothing to join, or an unknown mode.
    """
    days = sorted(as_day(receipt) for receipt in receipts)
    if not days:
        raise Invalid("A joint case needs at least one document.", field="receipts", code="required")
    if mode not in ("merged", "collected"):
        raise Invalid("Unknown way to join cases.", field="mode", code="unknown", value=mode)
    return days[0] if mode == "merged" else days[-1]


def stopped_days(stops: Sequence[ClockStop], *, now: datetime) -> frozenset[date]:
    """The dates that do not count: after the day of the notice up to and including the day of receipt.

    Stops may overlap; one that is still open lasts until `now`.
    """
    days: set[date] = set()
    for stop in stops:
        first, last = as_day(stop.since), as_day(stop.until or now)
        days.update(first + timedelta(days=offset) for offset in range(1, (last - first).days + 1))
    return frozenset(days)


def days_used(
    calendar: WorkCalendar,
    start: date,
    end: datetime,
    stops: Sequence[ClockStop] = (),
    mode: CountMode = "working",
) -> Decimal:
    """Days a case took from `start` to `end`: the first day excluded, stopped days deducted.

    Done on the day it came: half a day. `working` counts working days (a day half
    closed counts half), the other modes every day. Never less than half a day.
    """
    first, last = as_day(start), as_day(end)
    stopped = stopped_days(stops, now=end)
    counted = (first + timedelta(days=offset) for offset in range(1, (last - first).days + 1))
    weights = (calendar.day_weight(day) if mode == "working" else Decimal(1) for day in counted if day not in stopped)
    return max(sum(weights, Decimal(0)), HALF_A_DAY)


def due_after_stops(
    calendar: WorkCalendar,
    start: date,
    days: int,
    mode: CountMode,
    stops: Sequence[ClockStop],
    *,
    now: datetime,
) -> datetime:
    """The due date of a period of `days` whose clock was stopped meanwhile (domain C4 補正).

    The days deducted come after the end again. A date fixed by the sender is not moved.
    Only stops that fall before the due date move it.
    """
    if mode == "fixed":
        return calendar.end_of_period(start, days, mode)
    last = _count_on(calendar, as_day(start), days, mode, stopped_days(stops, now=now))
    return calendar.legal_end(last) if mode == "calendar" and days else calendar.end_of_day(last)


def moved_due(
    calendar: WorkCalendar, due_at: datetime, stop: ClockStop, mode: CountMode = "working", *, now: datetime
) -> datetime:
    """A due date after one more stop: the days that stood still and lay before it come after it again.

    Agrees with `due_after_stops` where the period behind `due_at` is not known any more.
    """
    if mode == "fixed":
        return due_at
    stopped, day = stopped_days([stop], now=now), as_day(due_at)
    lost = sum(still <= day and _counts(calendar, still, mode) for still in stopped)
    if not lost:
        return due_at
    last = _count_on(calendar, day, lost, mode, stopped)
    return calendar.legal_end(last) if mode == "calendar" else calendar.end_of_day(last)


def _counts(calendar: WorkCalendar, day: date, mode: CountMode) -> bool:
    return mode == "calendar" or calendar.is_working_day(day)


def _count_on(calendar: WorkCalendar, day: date, days: int, mode: CountMode, stopped: frozenset[date]) -> date:
    """The `days`-th day after `day` that counts and is not stopped."""
    while days:
        day += timedelta(days=1)
        days -= day not in stopped and _counts(calendar, day, mode)
    return day


@dataclass(frozen=True)
class ExtensionRule:
    """Who may extend a case, how often and how far (DMN A3-D4, assumption [A]: a rule is data of a case type)."""

    ladder: tuple[tuple[int, str], ...] = ((10, "lead_chief"), (20, "secretary"), (30, "aia_head"))
    """Up to so many days in total: the role that approves."""
    beyond: str | None = "sec_gen"
    """Who approves more than that, as 專案管制; None: nobody."""
    max_times: int = 3
    max_days_each: int = 10


@dataclass(frozen=True)
class Extension:
    """A granted step of the ladder."""

    approver: str
    total_days: int
    project_controlled: bool
    """Beyond the ladder: the case becomes 專案管制."""


def extension(rule: ExtensionRule, days: int, *, earlier: Sequence[int], due_at: datetime, now: datetime) -> Extension:
    """Who approves an extension of `days` after those in `earlier`.

    Raises:
        Invalid: field `days`: `not-positive`, `too-long`, `too-often`, `after-due`, or
            `too-many-days` where the rule knows nobody for that many.
    """
    if days < 1:
        raise Invalid("An extension has at least one day.", field="days", code="not-positive")
    if days > rule.max_days_each:
        raise Invalid("The extension is too long.", field="days", code="too-long", limit=rule.max_days_each)
    if len(earlier) >= rule.max_times:
        raise Invalid("The case was extended too often.", field="days", code="too-often", limit=rule.max_times)
    if now > due_at:
        raise Invalid("An extension is asked for before the due date.", field="days", code="after-due")
    total = sum(earlier) + days
    for limit, approver in rule.ladder:
        if total <= limit:
            return Extension(approver, total, project_controlled=False)
    if rule.beyond is None:
        raise Invalid("Nobody may extend the case that far.", field="days", code="too-many-days", total=total)
    return Extension(rule.beyond, total, project_controlled=True)
