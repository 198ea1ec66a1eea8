"""What machines do to cases: timers, connector answers, retries. Called by jobs, never by a page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from engine import codec
from engine.cases.watching import WatchedStarts
from engine.errors import TaskNotOpen
from engine.model import (
    SYSTEM,
    Advance,
    DeliverMessage,
    FailService,
    FinishService,
    FireTimers,
    ServiceCall,
)
from engine.queue import JobQueue, JobSpec, start_timer_job
from engine.steps.steps import Act
from engine.store import message_queries as messages
from engine.store import start_timer_queries as start_timers
from engine.store import token_queries as tokens

MAX_MESSAGE = 2000
TOKENS_KEPT = timedelta(days=7)


class MachineService(WatchedStarts):
    """Each method is one transaction; doing it twice has one effect."""

    def fire_timers(self, instance_id: UUID) -> Advance | None:
        """Let the case's due timers fire; None when none is due or the case is suspended. Raises InstanceNotFound."""
        with self._store.transaction() as tx:
            case = self._steps.lock(tx, instance_id)
            if case.state is None or case.is_suspended or not messages.has_due(tx, instance_id, self._now()):
                return None
            return self._steps.take(tx, case, FireTimers(), Act("timer.fired", SYSTEM))

    def due(self, limit: int = 1000, *, since: timedelta = timedelta()) -> list[UUID]:
        """Cases with a timer that has been due for so long, but suspended ones; one indexed look-up."""
        with self._store.reading() as tx:
            return messages.due_instances(tx, self._now() - since, limit)

    def deliverable(self) -> list[tuple[UUID, UUID]]:
        """Kept messages whose case waits for them after all: message and case; one indexed look-up."""
        with self._store.reading() as tx:
            return messages.deliverable(tx)

    def deliver_buffered(self, message_id: UUID, instance_id: UUID) -> Advance | None:
        """Hand a kept message to the case that waits for it; None when somebody else has, or the case is suspended.

        A message that is kept in the very moment in which its case begins to wait passes it by.

        Raises:
            TaskNotOpen: the case does not wait for it any more; the message is kept.
        """
        with self._store.transaction() as tx:
            case = self._steps.lock(tx, instance_id)
            message = None if case.is_suspended else messages.take_buffered(tx, message_id)
            if message is None:
                return None
            if case.state is None or not messages.waits_for(tx, instance_id, "message", message.name):
                raise TaskNotOpen(message_name=message.name)
            given = codec.decode(message.variables)
            params = {"message": message.name, "buffered": True}
            act = Act("message.received", message.actor, params=params, given=given)
            return self._steps.take(tx, case, DeliverMessage(message.name, given), act)

    def next_due(self, until: datetime) -> datetime | None:
        """When the next timer of any case that is not suspended, or timer start, up to `until` is due. For players."""
        with self._store.reading() as tx:
            return messages.next_due(tx, until)

    def open_jobs(self) -> list[JobSpec]:
        """Jobs for everything that waits for machines now: what a player under its own clock leaves to a worker."""
        with self._store.reading() as tx:
            calls = messages.open_calls(tx)
            timers = messages.open_timers(tx)
            starts = start_timers.all_armed(tx)
        return [
            *(JobSpec("service_call", {"instance_id": str(case), "task_id": task_id}) for case, task_id in calls),
            *(JobSpec("timer", {"instance_id": str(case), "due_at": at.isoformat()}, run_at=at) for case, at in timers),
            *(start_timer_job(*start) for start in starts),
        ]

    def forget_tokens(self) -> int:
        """Delete form tokens used more than a week ago; gives how many. For a periodic job."""
        with self._store.transaction() as tx:
            return tokens.forget(tx, self._now() - TOKENS_KEPT)

    def forget_messages(self) -> int:
        """Delete messages that were kept for cases that have ended meanwhile; gives how many. For a periodic job."""
        with self._store.transaction() as tx:
            return messages.forget_undeliverable(tx)

    def hand_over(self, queue: JobQueue) -> int:
        """Put `open_jobs` into a worker's queue; gives how many."""
        jobs = self.open_jobs()
        with self._store.transaction() as tx:
            queue.defer(tx.connection, jobs)
        return len(jobs)

    def call(self, instance_id: UUID, task_id: str) -> ServiceCall | None:
        """The connector call a case waits for; None when it does not any more."""
        with self._store.reading() as tx:
            return messages.service_call(tx, instance_id, task_id)

    def finish_service(self, instance_id: UUID, task_id: str, result: Any) -> Advance | None:
        """Hand in what a connector answered; None when the call is not open any more."""
        act = Act("service.finished", SYSTEM, task_id=task_id, given={"result": result}, answered_calls=(task_id,))
        return self._answer_call(instance_id, task_id, FinishService(task_id, result), act)

    def fail_service(
        self, instance_id: UUID, task_id: str, message: str, error_code: str | None = None
    ) -> Advance | None:
        """Say that a connector gave up; None when the call is not open any more."""
        params = {"message": message[:MAX_MESSAGE], "error_code": error_code}
        act = Act("service.failed", SYSTEM, task_id=task_id, params=params, answered_calls=(task_id,))
        return self._answer_call(instance_id, task_id, FailService(task_id, message, error_code), act)

    def _answer_call(
        self, instance_id: UUID, task_id: str, command: FinishService | FailService, act: Act
    ) -> Advance | None:
        with self._store.transaction() as tx:
            case = self._steps.lock(tx, instance_id)
            if case.state is None or not messages.is_call_open(tx, instance_id, task_id):
                return None
            return self._steps.take(tx, case, command, act)
