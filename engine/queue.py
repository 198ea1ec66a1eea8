"""Work for machines: what a step asks for, and the queue it is put in.

A job is deferred in the step's own transaction: either both are stored or neither.
`engine.jobs` has the queue that workers drain; `NoJobs` is for players that run
under a clock of their own and do the work themselves, in order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

JobKind = Literal[
    "timer",
    "start_timer",
    "service_call",
    "deliver_message",
    "deliver_signal",
    "deliver_kept",
    "notify",
    "notice_mail",
]
"""What a job's `args` hold (JSON values only):

timer            instance_id, due_at            let due timers of the case fire
start_timer      definition_id, element_id, due_at
service_call     instance_id, task_id           call the connector, then finish the service task
deliver_message  id, name, business_key (or null: start a case), variables, instance_id of the sender
deliver_signal   id, name, variables, instance_id of the sender
deliver_kept     message_id, instance_id        of many messages that came too early, the next
notify           kind, instance_id, task_ids    tell the people concerned
notice_mail      notification_id                send one notice by mail, too
"""


@dataclass(frozen=True)
class JobSpec:
    """One job to be done after the transaction commits."""

    kind: JobKind
    args: Mapping[str, Any] = field(default_factory=dict)
    run_at: datetime | None = None
    """By the engine's clock; None: at once."""
    soon: bool = False
    """Whether it is run at a time so near that the wait for it is no pause (`engine.unattended`)."""


def start_timer_job(definition_id: UUID, element_id: str, due_at: datetime) -> JobSpec:
    """The job that starts a case when a timer start event is due."""
    args = {"definition_id": str(definition_id), "element_id": element_id, "due_at": due_at.isoformat()}
    return JobSpec("start_timer", args, run_at=due_at)


class JobQueue(Protocol):
    """Where steps put their jobs."""

    def defer(self, connection: Any, jobs: Sequence[JobSpec]) -> None:
        """Store the jobs on `connection` (a SQLAlchemy connection inside its transaction)."""


class NoJobs:
    """Keeps the jobs for whoever plays under a clock of their own.

    `take()` gives what came since, in order. A step that rolls back after deferring
    (its commit failed) would leave its jobs here: a player stops at the first error.
    """

    def __init__(self) -> None:
        self._jobs: list[JobSpec] = []

    def defer(self, connection: Any, jobs: Sequence[JobSpec]) -> None:
        """Keep the jobs; nothing is stored."""
        self._jobs.extend(jobs)

    def take(self) -> tuple[JobSpec, ...]:
        """The jobs deferred since the last call, oldest first."""
        jobs, self._jobs = tuple(self._jobs), []
        return jobs
