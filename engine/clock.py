"""The engine's one clock: the database's time, or a time that a caller sets.

What is due and what the history's `occurred_at` says comes from here (design section 3,
"One clock"), so that several machines agree whatever their own clocks say. Leases use the
database's time directly; `recorded_at` columns default to it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from engine.calendar.working_days import TAIPEI
from engine.errors import StoreUnavailable
from engine.store import Store
from engine.store.clock_queries import database_time

RESYNC_SECONDS = 20.0
AGAIN_SECONDS = 2.0
"""After the database could not be asked."""

MOST_DRIFT = timedelta(seconds=2)
"""A machine whose clock is further from the database's is warned of (資通系統防護基準): its logs tell another time."""

WARNED_EVERY = timedelta(hours=1)
_log = logging.getLogger("siwei.clock")


class TimeSource(Protocol):
    """What the services ask for the time."""

    @property
    def is_set(self) -> bool:
        """Whether a caller moves the time by hand; then no job may be left to real time."""
        ...

    def now(self) -> datetime:
        """The time, aware."""
        ...

    @property
    def drift(self) -> timedelta | None:
        """How far this machine's clock goes ahead of the engine's time where that is too far, else None."""
        ...


class Clock:
    """The database's time.

    Asked once in 20 seconds and carried on by the machine's steady counter in between:
    a step costs no statement for it, and a wall clock that jumps does not move it. While one
    asks again, the others go on with what is known: steps ask for the time while they hold
    their case, and none of them may wait for a connection then.
    """

    is_set = False

    def __init__(
        self, store: Store, *, steady: Callable[[], float] | None = None, wall: Callable[[], datetime] | None = None
    ) -> None:
        self._store = store
        self._steady = steady or _steady
        self._wall = wall or _wall
        self._lock = threading.Lock()
        self._ask_at = 0.0
        self._known: tuple[datetime, float] | None = None
        self._drift: timedelta | None = None
        self._warned_at: datetime | None = None

    def now(self) -> datetime:
        """The time, aware, in UTC.

        Raises:
            StoreUnavailable: the database's time was never known and cannot be asked for.
        """
        known, counter = self._known, self._steady()
        if known is None or counter < known[1]:  # never asked, or the machine was started anew from a saved state
            with self._lock:
                known = self._known
                if known is None or counter < known[1]:
                    known = self._ask()
        elif counter >= self._ask_at and self._lock.acquire(blocking=False):
            try:
                known = self._asked_again(known)
            finally:
                self._lock.release()
        return known[0] + timedelta(seconds=self._steady() - known[1])

    @property
    def drift(self) -> timedelta | None:
        """How far this machine's clock goes ahead of the database's (behind: negative), when that is over two seconds.

        As it was when the database was last asked. Nothing the engine decides goes by the machine's clock.
        """
        return self._drift

    def _asked_again(self, known: tuple[datetime, float]) -> tuple[datetime, float]:
        """What the database says now; what is `known` while it cannot be reached."""
        try:
            return self._ask()
        except StoreUnavailable:
            self._ask_at = self._steady() + AGAIN_SECONDS
            return known

    def _ask(self) -> tuple[datetime, float]:
        with self._store.beside() as tx:
            before = self._steady()
            moment = database_time(tx)
            after = self._steady()
        self._compare(moment.astimezone(UTC), taken=timedelta(seconds=after - before))
        self._known, self._ask_at = (moment.astimezone(UTC), (before + after) / 2), after + RESYNC_SECONDS
        return self._known

    def _compare(self, moment: datetime, *, taken: timedelta) -> None:
        """Note and tell how far the machine's clock is off; what asking took is no drift."""
        ahead = self._wall() - moment
        self._drift = ahead if ahead < -MOST_DRIFT or ahead - taken > MOST_DRIFT else None
        if self._drift is None:
            self._warned_at = None
        elif self._warned_at is None or moment - self._warned_at >= WARNED_EVERY:
            self._warned_at = moment
            _log.warning("this machine's clock is %.1f s off the database's", self._drift.total_seconds())


class SetClock:
    """A time that the caller sets: tests, demo data, process play, conformance runs."""

    is_set = True
    drift = None

    def __init__(self, moment: datetime) -> None:
        self._now = _aware(moment)

    def now(self) -> datetime:
        """The time last set."""
        return self._now

    def set(self, moment: datetime) -> None:
        """Make it `moment`.

        Raises:
            ValueError: `moment` has no zone.
        """
        self._now = _aware(moment)

    def advance(self, delta: timedelta) -> datetime:
        """Let `delta` pass; the new time."""
        self._now += delta
        return self._now


def office_time(moment: datetime) -> datetime:
    """`moment` as offices in Taiwan write it."""
    return moment.astimezone(TAIPEI)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("A time without a zone is nobody's time.")
    return moment


def _wall() -> datetime:
    return datetime.now(UTC)


def _steady() -> float:
    """Seconds that go on while the machine sleeps, where the system counts them."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
