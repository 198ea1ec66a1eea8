"""Suspending a case: it stands still with all that is open, until it is resumed.

People keep their work and may take or give it, but no answer is taken; timers do not fire, no connector is called,
messages are kept and signals pass the case by. Deadlines go on: only the case's own clock stops those. A case may be
ended, moved to another version, commented and added to meanwhile.
"""

from __future__ import annotations

from uuid import UUID

from engine.cases.base import CaseService
from engine.cases.records import Said
from engine.cases.values import ProcessInstance, watches_over
from engine.errors import CaseNotSuspended, NotAllowed
from engine.history.chain import Entry
from engine.model import Actor, Advance
from engine.queue import JobSpec
from engine.steps.answers import Once, once
from engine.steps.steps import Case
from engine.steps.suspended import CASE_SUSPENDED, ensure_not_suspended
from engine.store import Transaction
from engine.store import suspension_queries as queries
from engine.wording import MAX_REASON, written

CASE_RESUMED = "case.resumed"


class SuspensionService(CaseService):
    """Suspends and resumes cases, for those who watch over them: whoever only started a case may not."""

    def suspend(self, instance_id: UUID, *, reason: str, actor: Actor, token: str | None = None) -> None:
        """Let a case stand still until it is resumed; the history says who suspended it and why.

        Args:
            token: the form's one-time token. The same token again has no second effect.

        Raises:
            InvalidFields: the `reason`, as `engine.wording.written` says.
            InstanceNotFound: no such case, or not the actor's to see.
            NotAllowed: the actor does not watch over the case.
            InstanceEnded: it has ended; says when and how.
            CaseSuspended: it is suspended already; says who suspended it, when and why.
        """
        reason = written(reason, "reason", most=MAX_REASON)
        done = Once(token, CASE_SUSPENDED, instance_id)

        def work(tx: Transaction) -> None:
            case = self._locked(tx, done, actor)
            if case is None:
                return
            ensure_not_suspended(tx, case)
            now = self._now()
            self._steps.note(tx, case, Entry(CASE_SUSPENDED, actor, now, params={"reason": reason}), once=done)
            queries.set_suspended(tx, instance_id, now)

        once(self._store, token, CASE_SUSPENDED, actor, work, lambda tx, result: None)

    def resume(self, instance_id: UUID, *, actor: Actor, token: str | None = None) -> None:
        """Let a suspended case go on: due timers fire, open calls are made, kept messages are delivered.

        Args:
            token: as `suspend`.

        Raises:
            InstanceNotFound, NotAllowed, InstanceEnded: as `suspend`.
            CaseNotSuspended: it is not suspended; says who resumed it, and when.
        """
        done = Once(token, CASE_RESUMED, instance_id)

        def work(tx: Transaction) -> None:
            case = self._locked(tx, done, actor)
            if case is None:
                return
            if not case.is_suspended:
                last = queries.last_said(tx, instance_id, CASE_RESUMED)
                raise CaseNotSuspended(business_key=case.business_key, who=last and last.who, at=last and last.at)
            self._steps.note(tx, case, Entry(CASE_RESUMED, actor, self._now()), once=done)
            queries.set_suspended(tx, instance_id, None)
            self._catch_up(tx, case)

        once(self._store, token, CASE_RESUMED, actor, work, lambda tx, result: None)

    def suspension(self, instance_id: UUID, actor: Actor) -> Said | None:
        """Who suspended the case, when and why; None while it runs. Raises InstanceNotFound."""
        with self._store.reading() as tx:
            found = self._load(tx, instance_id, actor)
            return queries.last_said(tx, instance_id, CASE_SUSPENDED) if found.is_suspended else None

    @staticmethod
    def may_suspend(instance: ProcessInstance, actor: Actor) -> bool:
        """Whether the actor may suspend this case, and resume it."""
        return watches_over(instance, actor)

    def _locked(self, tx: Transaction, done: Once, actor: Actor) -> Case | None:
        """The case, locked and open; None when the token says that it was done."""
        self._load(tx, done.about, actor)
        case = self._steps.lock(tx, done.about, token=done.token)
        if done.was_done(case.answered, actor):
            return None
        found = self._load(tx, done.about, actor)
        if not self.may_suspend(found, actor):
            raise NotAllowed(business_key=found.business_key)
        found.ensure_open()
        return case

    def _catch_up(self, tx: Transaction, case: Case) -> None:
        """Ask machines for what was due meanwhile: their jobs came while the case stood still, and are gone."""
        kept = queries.kept_messages(tx, case.id, case.business_key)
        due = queries.first_due(tx, case.id, self._now())
        about = {"instance_id": str(case.id)}
        jobs = [JobSpec("service_call", {**about, "task_id": task_id}) for task_id in queries.calls(tx, case.id)]
        if due is not None:
            jobs.append(JobSpec("timer", {**about, "due_at": due.isoformat()}))
        self._steps.defer(tx, jobs)
        self._steps.deliver_buffered(tx, case, Advance(state=b"", variables={}), kept)
