"""A case's deadline clock in the database: when it stood still, the days used, what is left (domain C3, C4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from engine.calendar.periods import ClockStop, days_used, moved_due
from engine.calendar.service import CalendarService
from engine.calendar.working_days import CountMode, as_day
from engine.clock import TimeSource
from engine.errors import InstanceNotFound
from engine.store import Store, Transaction
from engine.store import clock_queries as queries


@dataclass(frozen=True)
class CaseTime:
    """How a case stands with time."""

    days_used: Decimal
    """Working days since receipt without the stops; half a day at least (使用日數)."""
    due_at: datetime | None
    days_left: int | None
    """Working days to the due date, negative when overdue; None without a due date or after the end."""
    stops: tuple[ClockStop, ...]
    stopped: bool
    unknown_years: tuple[int, ...]
    """Years on the way whose calendar is not loaded: only the weekend rule was applied."""


class DeadlineService:
    """Stops and starts cases' clocks and reckons with them."""

    def __init__(self, store: Store, clock: TimeSource, calendars: CalendarService) -> None:
        self._store = store
        self._clock = clock
        self._calendars = calendars

    def change(
        self,
        tx: Transaction,
        instance_id: UUID,
        state: Literal["stopped", "running"],
        *,
        due_at: datetime | None = None,
        mode: CountMode = "working",
        reason: str = "",
    ) -> datetime | None:
        """Stop or start a case's clock within the caller's step; doing it twice changes nothing.

        Args:
            due_at: the case's due date so far.
            mode: how its days are counted; a `fixed` date is never moved.

        Returns:
            The due date from now on: moved by the days that stood still when the clock
            starts again, else `due_at` as it was.
        """
        now = self._clock.now()
        if state == "stopped":
            queries.stop_clock(tx, instance_id, now, reason)
            return due_at
        stood = queries.start_clock(tx, instance_id, now)
        if stood is None or due_at is None:
            return due_at
        return moved_due(self._calendars.calendar(), due_at, ClockStop(stood[0], now, stood[1]), mode, now=now)

    def stops(self, instance_id: UUID) -> tuple[ClockStop, ...]:
        """The stops of one case's clock, in order."""
        return self.stops_of([instance_id]).get(instance_id, ())

    def stops_of(self, instance_ids: Sequence[UUID]) -> dict[UUID, tuple[ClockStop, ...]]:
        """The stops of several cases' clocks; cases without any are left out."""
        found: dict[UUID, list[ClockStop]] = {}
        with self._store.reading() as tx:
            for instance_id, since, until, reason in queries.clock_stops(tx, list(instance_ids)):
                found.setdefault(instance_id, []).append(ClockStop(since, until, reason))
        return {instance_id: tuple(stops) for instance_id, stops in found.items()}

    def case_time(self, instance_id: UUID) -> CaseTime:
        """Days used, days left and stops of a case. The caller has checked that it may be seen.

        Raises:
            InstanceNotFound: no such case.
        """
        with self._store.reading() as tx:
            dates = queries.case_dates(tx, instance_id)
        if dates is None:
            raise InstanceNotFound(id=str(instance_id))
        calendar, stops = self._calendars.calendar(), self.stops(instance_id)
        start, end = dates.received_at or dates.started_at, dates.ended_at or self._clock.now()
        left = None
        if dates.due_at is not None and dates.ended_at is None:
            left = calendar.working_days_between(end, dates.due_at)
        return CaseTime(
            days_used=days_used(calendar, start, end, stops),
            due_at=dates.due_at,
            days_left=left,
            stops=stops,
            stopped=dates.ended_at is None and any(stop.until is None for stop in stops),
            unknown_years=calendar.unknown_years(as_day(start), as_day(dates.due_at or end)),
        )
