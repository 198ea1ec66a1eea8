"""How the machines are: what waits for them, what failed, which workers live. For operators and monitors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.administration import ADMINISTRATOR, AdminLog, ensure_any_role
from engine.cases.values import ADMINISTRATORS
from engine.clock import TimeSource
from engine.errors import Conflict
from engine.model import Actor
from engine.store import Store
from engine.store import monitor_queries as queries
from engine.store.start_timer_queries import addressed

OPERATORS = ("operator", ADMINISTRATOR)
MAX_ROWS = 200
COUNTED_TO = 1_000
"""Timers and jobs are counted exactly up to here; one more stands for any number beyond."""
ALIVE_SECONDS = 10.0
"""A worker tells of itself every two seconds."""


@dataclass(frozen=True)
class WaitingTimer:
    """A timer that a case waits for, or (without a case) that will start one."""

    definition_id: UUID
    element_id: str
    due_at: datetime
    process_key: str
    process_name: str
    process_name_en: str | None
    instance_id: UUID | None = None
    business_key: str | None = None
    suspended_at: datetime | None = None
    """Since when it waits with its case that is suspended."""


@dataclass(frozen=True)
class WaitingTimers:
    """Some of the timers that cases wait for."""

    rows: tuple[WaitingTimer, ...]
    count: int
    """How many there are in all, counted to `COUNTED_TO`."""
    has_more: bool
    """Whether any come after these."""


@dataclass(frozen=True)
class WatchedCondition:
    """A condition that starts cases, and what was found when it was last looked at."""

    definition_id: UUID
    element_id: str
    holds: bool
    since: datetime
    problem: str | None
    """Why it cannot be worked out, or begins no case."""
    process_key: str
    process_name: str
    process_name_en: str | None


@dataclass(frozen=True)
class OpenCall:
    """A connector call that is not answered."""

    instance_id: UUID
    business_key: str
    process_key: str
    process_name: str
    process_name_en: str | None
    element_id: str
    connector: str
    asked_at: datetime
    tried_at: datetime | None
    attempts: int
    last_error: str | None
    suspended_at: datetime | None = None
    """Since when it waits with its case that is suspended."""


@dataclass(frozen=True)
class FailedJob:
    """A job that was given up after its last attempt."""

    id: int
    kind: str
    args: Mapping[str, Any]
    attempts: int
    failed_at: datetime | None


@dataclass(frozen=True)
class WorkerState:
    """A worker process, on whatever machine."""

    id: int
    last_heartbeat: datetime
    is_alive: bool
    doing: int


@dataclass(frozen=True)
class QueueCounts:
    """Jobs by what becomes of them, each counted to `COUNTED_TO`."""

    ready: int
    scheduled: int
    doing: int
    failed: int


@dataclass(frozen=True)
class PoolTask:
    """A task that nobody can take: it fell to the administrators."""

    id: UUID
    instance_id: UUID
    element_id: str
    name: str
    name_en: str | None
    label: str | None
    candidates: tuple[str, ...]
    """Whom the diagram wanted, and nobody was there."""
    created_at: datetime
    due_at: datetime | None
    business_key: str
    subject: str
    process_name: str
    process_name_en: str | None


class MonitorService:
    """Reads; and puts failed jobs back. Methods with an actor raise NotAllowed for all but operators."""

    def __init__(self, store: Store, clock: TimeSource, log: AdminLog) -> None:
        self._store = store
        self._clock = clock
        self._log = log

    def timers(self, actor: Actor, *, offset: int = 0, limit: int = 50) -> WaitingTimers:
        """Timers that cases wait for, the next first."""
        ensure_any_role(actor, *OPERATORS)
        limit = min(limit, MAX_ROWS)
        with self._store.reading() as tx:
            rows = queries.timers(tx, offset=max(offset, 0), limit=limit + 1)
            count = queries.count_timers(tx, most=COUNTED_TO + 1)
        return WaitingTimers(tuple(WaitingTimer(**row) for row in rows[:limit]), count, len(rows) > limit)

    def start_timers(self, actor: Actor) -> tuple[WaitingTimer, ...]:
        """When cases start by themselves next."""
        ensure_any_role(actor, *OPERATORS)
        with self._store.reading() as tx:
            rows = queries.starts(tx)
        return tuple(WaitingTimer(**{**row, "element_id": addressed(row["element_id"])[0]}) for row in rows)

    def start_conditions(self, actor: Actor) -> tuple[WatchedCondition, ...]:
        """The conditions that start cases of versions in force, those with a problem first."""
        ensure_any_role(actor, *OPERATORS)
        with self._store.reading() as tx:
            return tuple(WatchedCondition(**row) for row in queries.conditions(tx))

    def start_problems(self, actor: Actor) -> int:
        """How many of them cannot be worked out, or begin no case."""
        ensure_any_role(actor, *OPERATORS)
        with self._store.reading() as tx:
            return queries.condition_problems(tx)

    def calls(self, actor: Actor) -> tuple[OpenCall, ...]:
        """Connector calls that are not answered, the oldest first."""
        ensure_any_role(actor, *OPERATORS)
        with self._store.reading() as tx:
            rows = queries.calls(tx, limit=MAX_ROWS)
        return tuple(OpenCall(**{k: v for k, v in row.items() if k != "task_id"}) for row in rows)

    def queue(self, actor: Actor) -> QueueCounts:
        """How many jobs there are, as far as it is worth counting."""
        ensure_any_role(actor, *OPERATORS)
        with self._store.reading() as tx:
            return QueueCounts(**queries.queue_counts(tx, most=COUNTED_TO + 1))

    def failed_jobs(self, actor: Actor) -> tuple[FailedJob, ...]:
        """Jobs that were given up, the newest first."""
        ensure_any_role(actor, *OPERATORS)
        with self._store.reading() as tx:
            rows = queries.failed_jobs(tx, limit=MAX_ROWS)
        return tuple(
            FailedJob(row["id"], _kind(row["task_name"]), row["args"], row["attempts"], row["failed_at"])
            for row in rows
        )

    def workers(self, actor: Actor) -> tuple[WorkerState, ...]:
        """Workers that have signed in, and whether they are alive."""
        ensure_any_role(actor, *OPERATORS)
        with self._store.reading() as tx:
            return tuple(WorkerState(**row) for row in queries.workers(tx, alive_seconds=ALIVE_SECONDS))

    def pool(self, actor: Actor) -> tuple[PoolTask, ...]:
        """Tasks that nobody can take, by due date. For administrators."""
        ensure_any_role(actor, ADMINISTRATOR)
        with self._store.reading() as tx:
            rows = queries.pool(tx, ADMINISTRATORS, limit=MAX_ROWS)
        return tuple(
            PoolTask(**{**row, "candidates": tuple(text for text in row["candidates"] if text != ADMINISTRATORS)})
            for row in rows
        )

    def retry_job(self, job_id: int, actor: Actor) -> None:
        """Put a failed job back into the queue, with all its attempts.

        Raises:
            NotAllowed: the actor is no operator.
            Conflict: it is not failed any more.
        """
        ensure_any_role(actor, *OPERATORS)
        with self._store.transaction() as tx:
            self._log_job(tx, actor, "job.retry", job_id, queries.retry_job(tx, job_id))

    def discard_job(self, job_id: int, actor: Actor) -> None:
        """Delete a failed job for good; raises as `retry_job`."""
        ensure_any_role(actor, *OPERATORS)
        with self._store.transaction() as tx:
            self._log_job(tx, actor, "job.discard", job_id, queries.discard_job(tx, job_id))

    def _log_job(self, tx: Any, actor: Actor, verb: str, job_id: int, row: Any) -> None:
        if row is None:
            raise Conflict("This job is not failed any more.", job=job_id)
        kind = _kind(row["task_name"])
        about = {name: row["args"][name] for name in ("instance_id", "name", "business_key") if row["args"].get(name)}
        self._log.record(tx, actor, verb, ("job", str(job_id), kind), before=about)


def _kind(task_name: str) -> str:
    return task_name.partition(":")[2] or task_name
