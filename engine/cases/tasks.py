"""User tasks: the work a process hands to a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from engine.cases.deputies import ensure_deputy_may_act, is_recusal
from engine.cases.values import (
    ADMINISTRATORS,
    InboxQuery,
    Page,
    TaskRow,
    UserTask,
    WorkRow,
    effective_name,
    effective_person,
    has_role,
)
from engine.errors import EngineError, InvalidFields, NotAllowed, NotAssignee, TaskNotFound, TaskNotOpen, TooLarge
from engine.history.chain import Entry
from engine.model import SYSTEM, Actor, Advance, CompleteTask, Execution, Variables
from engine.steps.answers import Once, ensure_same, once
from engine.steps.outcome import replayed
from engine.steps.steps import Act, Case, Steps
from engine.store import Store, Transaction, candidate_queries, inbox_queries
from engine.store import task_draft_queries as drafts
from engine.store import task_queries as queries
from engine.wording import MAX_REASON, written

UNIT_WORK_ROWS = 1000
MAX_DRAFT_BYTES = 1_000_000

Result = tuple[UUID, bool, EngineError | None]
"""Of one task of many: its id, whether it was done, and why not."""


class TaskService:
    """Claim and complete user tasks; each public method is one transaction, `…_many` one a task."""

    def __init__(self, store: Store, steps: Steps) -> None:
        self._store = store
        self._steps = steps

    # -- reading -------------------------------------------------------------------------

    def inbox(self, actor: Actor, query: InboxQuery | None = None) -> Page[TaskRow]:
        """One page of a tab of the actor's inbox. Raises Invalid for an unknown order or page."""
        query = query or InboxQuery()
        with self._store.reading() as tx:
            now = self._now()
            principals = self.principals(tx, actor, now) if query.tab == "deputy" else ()
            return inbox_queries.inbox(tx, query, actor, principals=principals, now=now)

    def following(self, task_id: UUID, actor: Actor, query: InboxQuery) -> UUID | None:
        """The task below this one on a page of the actor's inbox, else the first other one there.

        Raises Invalid for an unknown order or page.
        """
        with self._store.reading() as tx:
            now = self._now()
            principals = self.principals(tx, actor, now) if query.tab == "deputy" else ()
            ids = inbox_queries.inbox_ids(tx, query, actor, principals=principals, now=now)
        below = ids[ids.index(task_id) + 1 :] if task_id in ids else []
        return next((other for other in below + ids if other != task_id), None)

    def counts(self, actor: Actor) -> dict[str, int]:
        """How many tasks each tab has: exact to 99, 100 means more than 99."""
        with self._store.reading() as tx:
            now = self._now()
            return inbox_queries.counts(tx, actor, principals=self.principals(tx, actor, now), now=now)

    def get(self, task_id: UUID, actor: Actor) -> UserTask:
        """A task. Raises TaskNotFound: no such task, or of a case that is not the actor's to see."""
        with self._store.reading() as tx:
            return self._load(tx, task_id, actor)

    def of_case(self, instance_id: UUID, actor: Actor) -> tuple[UserTask, ...]:
        """All tasks of a case the actor may see, the oldest first; nothing when it is not theirs."""
        with self._store.reading() as tx:
            found = queries.of_case(tx, instance_id)
            return found if found and queries.task(tx, found[0].id, actor) else ()

    def variables(self, task_id: UUID, actor: Actor) -> dict[str, Any]:
        """The variables as the open task sees them.

        Raises:
            TaskNotFound: no such task, or not the actor's to see.
            TaskNotOpen: it was completed or cancelled; says who and when.
        """
        task, variables = self.opened(task_id, actor)
        task.ensure_open()
        return variables

    def opened(self, task_id: UUID, actor: Actor) -> tuple[UserTask, dict[str, Any]]:
        """A task, and the variables as it sees them while it is open; none of them when it is closed.

        Raises:
            TaskNotFound: no such task, or not the actor's to see.
        """
        with self._store.reading() as tx:
            found = queries.task_and_state(tx, task_id, actor)
            if found is None:
                raise TaskNotFound(id=str(task_id))
            task, state = found
            if not task.is_open:
                return task, {}
            assert state is not None, "a case with an open task has a state"
            assert task.definition_id is not None, "every case has its definition"
            execution = Execution(self._steps.sources.get(tx, task.definition_id), state)
            return task, self._steps.executor.variables(execution, str(task_id))

    def unit_work(self, actor: Actor) -> list[WorkRow]:
        """Open work of the units the actor heads: unclaimed tasks first, then by person, each by due date."""
        with self._store.reading() as tx:
            found = queries.unit_work(tx, actor, limit=UNIT_WORK_ROWS)
        return [
            WorkRow(person, name, tuple(rows))
            for (person, name), rows in groupby(found, key=lambda row: (row.task.assignee, row.task.assignee_name))
        ]

    # -- taking and giving -----------------------------------------------------------------

    def claim(self, task_id: UUID, actor: Actor, *, token: str | None = None) -> UserTask:
        """Take a task that was offered to the actor (簽收). Taking one's own again changes nothing.

        Args:
            token: the form's one-time token. The same token again has no second effect and gets the
                task as it is now.

        Raises:
            TaskNotFound: no such task, or not the actor's to see.
            TaskNotOpen: it was completed or cancelled meanwhile; says who and when.
            AlreadyClaimed: somebody was faster; says who and when.
            NotAllowed: it was not offered to the actor.
        """
        done = Once(token, "task.claimed", task_id)

        def work(tx: Transaction, case: Case, task: UserTask) -> UserTask:
            if task.may_complete(actor):
                return task
            task.ensure_claimable_by(actor)
            self._give(tx, case, task, effective_person(actor), effective_name(actor), actor, done.verb, done)
            return self._load(tx, task_id, actor)

        return self._once(done, actor, work)

    def release(self, task_id: UUID, actor: Actor, *, token: str | None = None) -> UserTask:
        """Put a task back to those it was offered to; an unfinished answer is forgotten.

        Args:
            token: as `claim`.

        Raises:
            TaskNotFound, TaskNotOpen: as `claim`.
            NotAssignee: the actor does not have it.
        """
        done = Once(token, "task.released", task_id)

        def work(tx: Transaction, case: Case, task: UserTask) -> UserTask:
            task.ensure_completable_by(actor)
            self._steps.note(tx, case, self._entry(done.verb, actor, task), once=done)
            queries.release(tx, task_id, person_id=effective_person(actor), pool=ADMINISTRATORS)
            return self._load(tx, task_id, SYSTEM)

        return self._once(done, actor, work)

    def assign(
        self, task_id: UUID, person_id: str, actor: Actor, reason: str = "", *, token: str | None = None
    ) -> UserTask:
        """Give a task to a person: a supervisor to their people, an administrator out of the pool, or on from oneself.

        Args:
            token: as `claim`.

        Raises:
            TaskNotFound, TaskNotOpen: as `claim`.
            NotAllowed: the task is neither the actor's nor of a unit they head.
            InvalidFields: the `person` is unknown or has left; the `reason`, as `engine.wording.written` says, which is
                needed where somebody has the task.
        """
        reason = written(reason, "reason", most=MAX_REASON, required=False)
        done = Once(token, "task.assigned", task_id)

        def work(tx: Transaction, case: Case, task: UserTask) -> UserTask:
            task.ensure_open()
            self._ensure_may_assign(tx, task, actor)
            name = queries.active_person(tx, person_id)
            if name is None:
                raise InvalidFields({"person": "unknown"})
            if task.assignee is not None and not reason:
                raise InvalidFields({"reason": "required"})
            verb = "task.assigned" if task.assignee is None else "task.reassigned"
            self._give(tx, case, task, person_id, name, actor, verb, done, reason=reason)
            return self._load(tx, task_id, SYSTEM)

        return self._once(done, actor, work)

    def claim_many(self, task_ids: Sequence[UUID], actor: Actor, *, token: str | None = None) -> list[Result]:
        """Claim several tasks, each on its own; what fails says why. One token serves them all."""
        return [
            self._try(task_id, lambda id: self.claim(id, actor, token=_part(token, id)))
            for task_id in dict.fromkeys(task_ids)
        ]

    def reassign_many(
        self, task_ids: Sequence[UUID], person_id: str, actor: Actor, reason: str, *, token: str | None = None
    ) -> list[Result]:
        """Give several tasks to one person, each on its own; what fails says why. One token serves them all."""
        return [
            self._try(task_id, lambda id: self.assign(id, person_id, actor, reason, token=_part(token, id)))
            for task_id in dict.fromkeys(task_ids)
        ]

    # -- completing --------------------------------------------------------------------------

    def complete(self, task_id: UUID, *, actor: Actor, variables: Variables, token: str | None = None) -> Advance:
        """Complete a user task and run its process on to the next wait state.

        All of it is stored (answer, follow-up tasks, history, jobs) or none of it. A script,
        table or condition that fails further on does not cost the person their answer: the
        case is kept where it failed, with an incident.

        Args:
            task_id: an open user task.
            actor: who completes it; must have claimed it. A deputy completes for the person
                they stand in for.
            variables: validated form output by field key, laid over the variables the task
                was opened with.
            token: the form's one-time token. The same token again has no second effect and
                gets the same answer (without state and variables).

        Returns:
            What changed: tasks opened and closed, any incident, whether it ended.

        Raises:
            TaskNotFound: no such task, or of a case that is not the actor's to see.
            TaskNotOpen: it was completed or cancelled meanwhile; says who and when.
            NotAssignee: the actor has not claimed it; says who has.
            DeputyConflict: a deputy would act on what they submitted themselves, or where they recused.
            ValueRefused: a value cannot be stored.
        """

        def work(tx: Transaction) -> Advance:
            case = self._steps.lock(tx, task_id=task_id, token=token)
            task = case.task
            assert task is not None, "the case was locked by its task"
            if case.answered is not None:
                ensure_same(case.answered, "task.completed", actor)
                return replayed(case.answered["result"])
            self._ensure_completable(tx, case, task, actor)
            act = Act(
                "task.completed",
                actor,
                element_id=task.element_id,
                task_id=str(task_id),
                params={**_described(task), **({"recused": True} if is_recusal(variables) else {})},
                given=variables,
                token=token,
            )
            return self._steps.take(tx, case, CompleteTask(str(task_id), variables), act)

        return once(self._store, token, "task.completed", actor, work, lambda tx, result: replayed(result))

    # -- drafts ------------------------------------------------------------------------------

    def save_draft(self, task_id: UUID, actor: Actor, raw: Any) -> datetime:
        """Keep what the actor typed so far; gives when it was saved. A draft is not a save of the task.

        Raises:
            TaskNotFound, TaskNotOpen, NotAssignee: as `complete`.
            TooLarge: it is larger than a case may be.
        """
        if len(str(raw)) > MAX_DRAFT_BYTES:
            raise TooLarge(field="draft")
        with self._store.transaction() as tx:
            self._load(tx, task_id, actor).ensure_completable_by(actor)
            now = self._now()
            drafts.save_draft(tx, task_id, effective_person(actor), raw, now)
            return now

    def draft(self, task_id: UUID, actor: Actor) -> tuple[Any, datetime] | None:
        """What the actor typed so far and when it was saved; nobody else's is given."""
        with self._store.reading() as tx:
            return drafts.draft(tx, task_id, effective_person(actor))

    def discard_draft(self, task_id: UUID, actor: Actor) -> None:
        """Forget what the actor typed so far. Raises TaskNotFound."""
        with self._store.transaction() as tx:
            self._load(tx, task_id, actor)
            drafts.drop_draft(tx, task_id, effective_person(actor))

    # -- inside ------------------------------------------------------------------------------

    def _now(self) -> datetime:
        return self._steps.clock.now()

    def principals(self, tx: Transaction, actor: Actor, now: datetime) -> tuple[str, ...]:
        """Whose tasks the actor sees as a deputy; somebody who acts for another sees only those."""
        if actor.on_behalf_of is not None:
            return ()
        return candidate_queries.principals_of(tx, actor.person_id, now)

    def _load(self, tx: Transaction, task_id: UUID, actor: Actor) -> UserTask:
        found = queries.task(tx, task_id, actor)
        if found is None:
            raise TaskNotFound(id=str(task_id))
        return found

    def _once(self, done: Once, actor: Actor, work: Callable[[Transaction, Case, UserTask], UserTask]) -> UserTask:
        """Lock the task's case and do `work`, unless its token says that it was done.

        To an actor who neither sees it nor was offered it, the task is not there.
        """

        def locked(tx: Transaction) -> UserTask:
            case = self._steps.lock(tx, task_id=done.about, token=done.token)
            assert case.task is not None, "the case was locked by its task"
            if done.was_done(case.answered, actor):
                return case.task
            self._ensure_there(tx, case.task, actor)
            return work(tx, case, case.task)

        return once(self._store, done.token, done.verb, actor, locked, lambda tx, _: self._load(tx, done.about, SYSTEM))

    def _ensure_there(self, tx: Transaction, task: UserTask, actor: Actor) -> None:
        """Whoever was offered a task is told who was faster, even when they do not see the case any more."""
        if not task.is_candidate(actor):
            self._load(tx, task.id, actor)

    def _ensure_completable(self, tx: Transaction, case: Case, task: UserTask, actor: Actor) -> None:
        try:
            task.ensure_completable_by(actor)
        except (TaskNotOpen, NotAssignee):
            self._ensure_there(tx, task, actor)
            raise
        ensure_deputy_may_act(tx, case, task, actor)

    def _ensure_may_assign(self, tx: Transaction, task: UserTask, actor: Actor) -> None:
        mine = task.may_complete(actor)
        pool = has_role(actor, "administrator") and (task.assignee is None or ADMINISTRATORS in task.candidates)
        if not (mine or pool or actor.is_system or queries.supervises(tx, task.id, actor)):
            raise NotAllowed("This is not work of your unit.", task=task.name)

    def _give(
        self,
        tx: Transaction,
        case: Case,
        task: UserTask,
        person_id: str,
        name: str,
        actor: Actor,
        verb: str,
        done: Once,
        *,
        reason: str = "",
    ) -> None:
        before = {"from": task.assignee_name or task.assignee} if task.assignee else {}
        params = {"to": name, "to_id": person_id, **before, **({"reason": reason} if reason else {})}
        self._steps.note(tx, case, self._entry(verb, actor, task, params), once=done)
        queries.claim(tx, task.id, assignee=person_id, assignee_name=name, actor=actor, now=self._now())
        if verb != "task.claimed":
            self._steps.notify(tx, case, "assigned", [str(task.id)])

    def _entry(self, verb: str, actor: Actor, task: UserTask, params: dict[str, Any] | None = None) -> Entry:
        return Entry(
            verb,
            actor,
            self._now(),
            element_id=task.element_id,
            task_id=str(task.id),
            params={**_described(task), **(params or {})},
        )

    @staticmethod
    def _try(task_id: UUID, act: Callable[[UUID], object]) -> Result:
        try:
            act(task_id)
        except EngineError as error:
            return task_id, False, error
        return task_id, True, None


def _part(token: str | None, task_id: UUID) -> str | None:
    """The token of one task of many."""
    return None if token is None else f"{token}:{task_id}"


def _described(task: UserTask) -> dict[str, Any]:
    """The task's names, so that history reads without the diagram."""
    names = {"task": task.name, "task_en": task.name_en, "label": task.label}
    return {key: value for key, value in names.items() if value}
