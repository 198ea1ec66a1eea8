"""Numbers of the whole installation for monitors, and whether this process may be sent requests. Names nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from engine.clock import TimeSource
from engine.errors import EngineError
from engine.monitor import ALIVE_SECONDS
from engine.store import Store
from engine.store import measure_queries as queries
from engine.store.schema import head, known_revisions

KEPT_SECONDS = 30.0
"""A monitor may ask as often as it likes: the counts that look at every open case are made so often at most."""


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
    oldest_job_seconds: float
    incidents: Mapping[str, int]
    overdue_timers: int
    oldest_timer_seconds: float
    workers: int
    connections: Mapping[str, int]
    clock_drift_seconds: float


class MeasuringService:
    """Asks the database for numbers."""

    def __init__(self, store: Store, clock: TimeSource) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: tuple[float, Measures] | None = None

    def measures(self) -> Measures:
        """How the installation is now, or was some seconds ago. Raises StoreUnavailable."""
        with self._lock:
            if self._kept is None or time.monotonic() - self._kept[0] > KEPT_SECONDS:
                self._kept = time.monotonic(), self._measured()
            return self._kept[1]

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

    def _measured(self) -> Measures:
        now = self._clock.now()
        with self._store.reading() as tx:
            cases, tasks = queries.counts(tx, "open", now=now), queries.counts(tx, "tasks", now=now)
            timers, seconds = queries.overdue_timers(tx, now)
            jobs = queries.counts(tx, "jobs")
            return Measures(
                open_cases={row["process_key"]: row["cases"] for row in cases},
                overdue_cases={row["process_key"]: row["overdue"] for row in cases},
                open_tasks={row["process_key"]: row["tasks"] for row in tasks},
                unclaimed_tasks={row["process_key"]: row["unclaimed"] for row in tasks},
                overdue_tasks={row["process_key"]: row["overdue"] for row in tasks},
                jobs={(row["task_name"].removeprefix("siwei:"), row["status"]): row["jobs"] for row in jobs},
                oldest_job_seconds=queries.oldest_job_seconds(tx),
                incidents={row["kind"]: row["incidents"] for row in queries.counts(tx, "incidents")},
                overdue_timers=timers,
                oldest_timer_seconds=seconds,
                workers=queries.live_workers(tx, alive_seconds=ALIVE_SECONDS),
                connections={row["state"]: row["connections"] for row in queries.counts(tx, "connections")},
                clock_drift_seconds=drift.total_seconds() if (drift := self._clock.drift) is not None else 0.0,
            )
