"""Numbers of the whole installation for monitors, and whether this process may be sent requests. Names nobody.

Counting looks at every open case, so it is done once for all who ask: whoever asks first after a while counts and keeps
what it found in the database, all others read that. A monitor may ask every node as often as it likes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.cases.watchdog import LOOKED
from engine.clock import TimeSource
from engine.errors import EngineError
from engine.monitor import ALIVE_SECONDS
from engine.store import Store
from engine.store import measure_queries as queries
from engine.store import upkeep_queries as upkeep
from engine.store.schema import head, known_revisions

EVERY_SECONDS = 30.0
"""How often is counted at most."""
SHARE = 50
"""What counting takes is a fiftieth of the time at most: where it takes two seconds, the next comes after a hundred."""
_NAME = "counts"
_COUNTED = ("cases", "tasks", "jobs", "incidents")


class SchemaBehind(EngineError):
    """The database's schema is older than the code; `siwei migrate` brings it up."""


@dataclass(frozen=True)
class Measures:
    """How the installation is, by process key, kind or state."""

    open_cases: Mapping[str, int]
    overdue_cases: Mapping[str, int]
    open_tasks: Mapping[str, int]
    unclaimed_tasks: Mapping[str, int]
    overdue_tasks: Mapping[str, int]
    jobs: Mapping[tuple[str, str], int]
    """By kind and `todo`, `doing` or `failed`."""
    incidents: Mapping[str, int]
    overdue_timers: int
    oldest_timer_seconds: float
    counted_seconds_ago: float
    """How old all numbers above are."""
    counting_seconds: float
    """How long it took to count them."""
    oldest_job_seconds: float
    workers: int
    connections: Mapping[str, int]
    clock_drift_seconds: float
    watched_seconds_ago: float | None
    """Since when the watchdog has looked at every open case; None while it is at its first turn."""


class MeasuringService:
    """Asks the database for numbers."""

    def __init__(self, store: Store, clock: TimeSource) -> None:
        self._store = store
        self._clock = clock

    def measures(self) -> Measures:
        """How the installation is. Raises StoreUnavailable."""
        counts = self._counts()
        now = self._clock.now()
        cases, tasks = counts["cases"], counts["tasks"]
        with self._store.reading() as tx:
            looked = upkeep.kept(tx, LOOKED).get("turn_ended_at")
            return Measures(
                open_cases={row["process_key"]: row["cases"] for row in cases},
                overdue_cases={row["process_key"]: row["overdue"] for row in cases},
                open_tasks={row["process_key"]: row["tasks"] for row in tasks},
                unclaimed_tasks={row["process_key"]: row["unclaimed"] for row in tasks},
                overdue_tasks={row["process_key"]: row["overdue"] for row in tasks},
                jobs={(row["task_name"].removeprefix("siwei:"), row["status"]): row["jobs"] for row in counts["jobs"]},
                incidents={row["kind"]: row["incidents"] for row in counts["incidents"]},
                overdue_timers=counts["timers"]["overdue"],
                oldest_timer_seconds=counts["timers"]["seconds"],
                counted_seconds_ago=_since(counts["at"], now),
                counting_seconds=counts["took"],
                oldest_job_seconds=queries.oldest_job_seconds(tx),
                workers=queries.live_workers(tx, alive_seconds=ALIVE_SECONDS),
                connections={row["state"]: row["connections"] for row in queries.counts(tx, "connections")},
                clock_drift_seconds=drift.total_seconds() if (drift := self._clock.drift) is not None else 0.0,
                watched_seconds_ago=_since(looked, now) if looked else None,
            )

    def ensure_ready(self) -> int:
        """Ask whether the database can serve this code; gives how many workers are alive.

        A schema that is newer than the code is no fault: while the nodes of an installation are restarted one after
        the other, the old code works on it.

        Raises:
            StoreUnavailable: the database cannot be reached.
            SchemaBehind: its schema is older than this code.
        """
        with self._store.reading() as tx:
            found = queries.schema(tx)
            if found != head() and found in known_revisions():
                raise SchemaBehind("The schema is older than the code; run siwei migrate.", schema=found)
            return queries.live_workers(tx, alive_seconds=ALIVE_SECONDS)

    def _counts(self) -> Mapping[str, Any]:
        """The counts that are kept; made anew when they are due and nobody else is at it."""
        with self._store.transaction() as tx:
            kept = upkeep.kept(tx, _NAME)
            every = max(EVERY_SECONDS, SHARE * kept.get("took", 0.0))
            if not upkeep.take_up(tx, _NAME, every=every) and kept:
                return kept
        counted = self._counted()
        with self._store.transaction() as tx:
            upkeep.keep(tx, _NAME, counted)
        return counted

    def _counted(self) -> Mapping[str, Any]:
        now, began = self._clock.now(), time.monotonic()
        with self._store.snapshot() as tx:
            counted: dict[str, Any] = {name: [dict(row) for row in queries.counts(tx, name, now)] for name in _COUNTED}
            overdue, seconds = queries.overdue_timers(tx, now)
        timers = {"overdue": overdue, "seconds": seconds}
        return {**counted, "timers": timers, "at": now.isoformat(), "took": round(time.monotonic() - began, 3)}


def _since(moment: str, now: datetime) -> float:
    return max((now - datetime.fromisoformat(moment)).total_seconds(), 0.0)
