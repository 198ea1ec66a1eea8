"""One step of a case: lock it, run it to the next wait state, record all that came of it.

Every service that moves a case does it through here, inside its own transaction, so that
state, tasks, history, jobs and the answer to a form token are stored together or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from engine import codec, unattended
from engine.cases.values import ADMINISTRATORS, effective_name, effective_person
from engine.clock import TimeSource
from engine.errors import InstanceNotFound, StaleRevision, TaskNotFound
from engine.history.chain import Entry, Link, Signer
from engine.model import (
    Advance,
    Begun,
    Command,
    DeliverMessage,
    Execution,
    ProcessDefinition,
    StepContext,
    Variables,
)
from engine.notices.reminders import first_reminder
from engine.queue import JobQueue, JobSpec
from engine.spiff import Executor
from engine.steps.answers import Once
from engine.steps.header import read_header
from engine.steps.needs import Deadlines, People
from engine.steps.outcome import Outcome, came_back, joined, passed_elements, step_values, wanted
from engine.steps.sources import Sources
from engine.steps.starts import Calendars, Starts
from engine.steps.suspended import ensure_may_move
from engine.steps.values import (
    Act,
    Case,
    case_columns,
    definition_columns,
    entry_row,
    file_ids,
    new_row,
    search_text,
)
from engine.store import Transaction, migration_queries
from engine.store import step_queries as queries
from engine.store.message_queries import take_buffered
from engine.store.rows import user_task
from engine.watching import StepSeen, Watch, nobody

__all__ = ["Act", "Case", "Steps"]


MOST_KEPT = 20
"""Of messages that came too early, so many are delivered in the step that comes to wait for them."""


class Steps:
    """Locks cases, lets the executor move them, records what changed."""

    def __init__(
        self,
        executor: Executor,
        clock: TimeSource,
        queue: JobQueue,
        signer: Signer,
        sources: Sources,
        calendars: Calendars,
        people: People,
        deadlines: Deadlines,
        watch: Watch = nobody,
    ) -> None:
        self.executor = executor
        self.clock = clock
        self.signer = signer
        self.sources = sources
        self.starts = Starts(executor, clock, calendars)
        self._queue = queue
        self._calendars = calendars
        self.people = people
        self._deadlines = deadlines
        self._watch = watch

    # -- reading -----------------------------------------------------------------------

    def lock(
        self, tx: Transaction, instance_id: UUID | None = None, *, task_id: UUID | None = None, token: str | None = None
    ) -> Case:
        """Lock a case, by its own id or by one of its tasks, and load what a step needs.

        Raises:
            InstanceNotFound, TaskNotFound: there is none.
            Busy: somebody else holds it for too long.
        """
        return self.load(tx, instance_id, task_id=task_id, token=token, lock=True)

    def load(
        self,
        tx: Transaction,
        instance_id: UUID | None = None,
        *,
        task_id: UUID | None = None,
        token: str | None = None,
        lock: bool = False,
    ) -> Case:
        """The same without the lock, to look only. Raises InstanceNotFound, TaskNotFound."""
        row = queries.case_row(tx, instance_id=instance_id, task_id=task_id, lock=lock)
        if row is None:
            raise TaskNotFound(id=str(task_id)) if instance_id is None else InstanceNotFound(id=str(instance_id))
        loaded = queries.load(tx, row["id"], task_id, token)
        return Case(
            id=row["id"],
            definition_id=row["definition_id"],
            business_key=row["business_key"],
            process_key=row["process_key"],
            status=row["status"],
            revision=row["revision"],
            row=dict(row),
            recorded_at=row["recorded_at"],
            source=self.sources.get(tx, row["definition_id"]),
            state=bytes(loaded["body"]) if loaded["body"] is not None else None,
            task=user_task({**loaded, **case_columns(dict(row))}) if task_id is not None else None,
            answered=loaded["answered"],
            waiting=loaded["has_timers"] or loaded["has_subscriptions"] or loaded["has_incidents"],
        )

    # -- moving ------------------------------------------------------------------------

    def take(self, tx: Transaction, case: Case, command: Command, act: Act) -> Advance:
        """Run the case on and record what came of it; delivers messages that waited for it, too.

        Raises:
            StepFailed, TaskNotOpen: nothing may be stored.
            CaseSuspended: nothing but its end, or the answer of a call under way, is taken now.
            StaleRevision: the case was changed without the lock.
        """
        return self.deliver_buffered(tx, case, *self._moved(tx, case, command, act))

    def _moved(self, tx: Transaction, case: Case, command: Command, act: Act) -> tuple[Advance, list[UUID]]:
        """One step alone, and the buffered messages the case waits for now."""
        assert case.state is not None, "an ended case has no state to step"
        ensure_may_move(tx, case, command)
        now = self.clock.now()
        context = self._context(now, case.id, case.business_key, case.row)
        advance = self.executor.step(Execution(case.source, case.state), command, context)
        return advance, self._record(tx, case, advance, act, now)

    def start(
        self,
        tx: Transaction,
        *,
        definition: ProcessDefinition,
        instance_id: UUID,
        business_key: str,
        recorded_at: datetime,
        variables: Variables,
        act: Act,
        event: Begun = None,
        start_id: str | None = None,
    ) -> Advance:
        """Start a case and record it."""
        now = self.clock.now()
        source = self.sources.get(tx, definition.id)
        row = new_row(definition, instance_id, business_key, act.actor, now)
        case = Case(
            instance_id, definition.id, business_key, definition.key, "new", 0, row, recorded_at, source, state=None
        )
        context = self._context(now, instance_id, business_key, row)
        advance = self.executor.start(source, context, variables, event=event, start_id=start_id)
        buffered = self._record(tx, case, advance, act, now)
        return self.deliver_buffered(tx, case, advance, buffered)

    def migrate(
        self, tx: Transaction, case: Case, to: ProcessDefinition, mapping: Mapping[str, str], act: Act
    ) -> Advance:
        """Let a case run with another version from now on, and record it.

        Raises:
            MigrationRefused: it does not fit; nothing is stored.
            StaleRevision: the case was changed without the lock.
        """
        assert case.state is not None, "an ended case has no state to move"
        now, source = self.clock.now(), self.sources.get(tx, to.id)
        context = self._context(now, case.id, case.business_key, case.row)
        moved = self.executor.migrate(Execution(case.source, case.state), source, mapping, context)
        row = {**case.row, "process_name": to.name, "process_name_en": to.name_en, "version": to.version,
               "properties": to.properties}  # fmt: skip
        there = replace(case, definition_id=to.id, source=source, row=row)
        buffered = self._record(tx, there, moved.advance, act, now)
        tasks = [asdict(task) for task in moved.tasks]
        migration_queries.move(tx, case.id, to.id, tasks=tasks, elements=moved.elements)
        return self.deliver_buffered(tx, there, moved.advance, buffered)

    def note(self, tx: Transaction, case: Case, *entries: Entry, once: Once | None = None) -> None:
        """Add entries to a case's history without moving it, and use up a form's token. Raises StaleRevision."""
        links = self.signer.link(
            case.id, bytes(case.row["history_head"]), case.row["history_length"], entries, recorded_at=case.recorded_at
        )
        values = {
            "id": case.id,
            "revision": case.revision,
            "updated_at": entries[-1].occurred_at,
            "history_length": links[-1].seq,
            "history_head": links[-1].digest,
        }
        if not queries.touch_case(tx, values):
            raise StaleRevision(business_key=case.business_key)
        actor = entries[0].actor
        step = queries.StepRecord(
            case.id, entries[-1].occurred_at, actor.person_id, actor.name, [entry_row(link) for link in links]
        )
        if once is not None and once.token is not None:
            step = replace(step, token=once.token, verb=once.verb, result=once.result)
        queries.record(tx, step)
        self._tell(tx, case, links[0])

    def notify(self, tx: Transaction, case: Case, kind: str, task_ids: Sequence[str]) -> None:
        """Let the people concerned be told after the commit."""
        args = {"kind": kind, "instance_id": str(case.id), "task_ids": list(task_ids)}
        self.defer(tx, [JobSpec("notify", args)])

    def defer(self, tx: Transaction, jobs: Sequence[JobSpec]) -> None:
        """Let machines do something after the commit."""
        self._queue.defer(tx.connection, jobs)

    # -- recording ---------------------------------------------------------------------

    def _context(self, now: datetime, instance_id: UUID, business_key: str, row: Mapping[str, Any]) -> StepContext:
        return StepContext(
            now=now,
            calendar=self._calendars.calendar(),
            instance_id=str(instance_id),
            business_key=business_key,
            initiator={"id": row["started_by"], "label": row["started_by_name"]},
            held=unattended.spent(),
        )

    def _record(self, tx: Transaction, case: Case, advance: Advance, act: Act, now: datetime) -> list[UUID]:
        """Store everything an advance says. Gives the buffered messages the case waits for now."""
        outcome = self._outcome(tx, advance, now)
        self._store_case(tx, case, advance, act, outcome, now)
        people = sorted(outcome.people | ({effective_person(act.actor)} if _takes_part(act) else set()))
        if outcome.tasks or people:
            queries.open_tasks(
                tx, case.id, tasks=self._with_reminders(outcome, now), people=people, now=now,
                person_id=effective_person(act.actor), person_name=effective_name(act.actor),
            )  # fmt: skip
        due: list[datetime] = []
        buffered: list[UUID] = []
        waits = outcome.waits(act.answered_calls)
        if case.waiting or outcome.has_waits or act.answered_calls:
            due, buffered = queries.wait(tx, case.id, case.business_key, waits, now=now, person_id=act.actor.person_id)
        self.defer(tx, outcome.jobs(case.id, due, now=now, returned=came_back(act.given, advance)))
        return [] if advance.ended or case.is_suspended else buffered

    def _with_reminders(self, outcome: Outcome, now: datetime) -> list[dict[str, Any]]:
        calendar = self._calendars.calendar()
        return [
            {**task, "remind_at": first_reminder(calendar, now, task["due_at"]) if task["due_at"] else None}
            for task in outcome.tasks
        ]

    def _outcome(self, tx: Transaction, advance: Advance, now: datetime) -> Outcome:
        texts = wanted(advance)
        found = self.people.found(tx, texts, now) if texts else frozenset()
        return Outcome.of(advance, found, pool=ADMINISTRATORS)

    def _store_case(
        self, tx: Transaction, case: Case, advance: Advance, act: Act, outcome: Outcome, now: datetime
    ) -> None:
        variables = codec.encode(dict(advance.variables))
        header = self._header(tx, case, advance, variables, now)
        entries = self._entries(case, advance, act, outcome, variables, now)
        links = self.signer.link(
            case.id, bytes(case.row["history_head"]), case.row["history_length"], entries, recorded_at=case.recorded_at
        )
        values = {
            "id": case.id,
            "revision": case.revision,
            "status": advance.ended or "active",
            "ended_at": now if advance.ended else None,
            "end_reason": act.params.get("reason") if advance.ended == "cancelled" else None,
            "ended": advance.ended is not None,
            "updated_at": now,
            "active_elements": [] if advance.ended else list(advance.active_elements),
            "variables": queries.as_json(variables),
            "history_length": links[-1].seq,
            "history_head": links[-1].digest,
            "body": advance.state,
            **header,
        }
        if case.status == "new":
            queries.insert_case(tx, {**definition_columns(case.row), **values})
        elif not queries.update_case(tx, values):
            raise StaleRevision(business_key=case.business_key)
        queries.record(
            tx,
            queries.StepRecord(
                id=case.id,
                now=now,
                person_id=act.actor.person_id,
                person_name=act.actor.name,
                entries=[entry_row(link) for link in links],
                closed=outcome.closed,
                token=act.token,
                verb=act.verb,
                result=outcome.result(case.id) if act.token else None,
                text=search_text(case, header, variables),
                people=" ".join(sorted({act.actor.name, effective_name(act.actor), header["handler_label"] or ""})),
                files=file_ids(act.given),
                uploaders=[act.actor.person_id, effective_person(act.actor)],
            ),
        )
        self._tell(tx, case, links[0])

    def _tell(self, tx: Transaction, case: Case, link: Link) -> None:
        """Tell whoever watches, once the step is stored."""
        step = StepSeen(case.id, case.process_key, link.verb, link.seq, link.element_id, link.task_id)
        tx.afterwards.append(lambda: self._watch(step))

    def _header(
        self, tx: Transaction, case: Case, advance: Advance, variables: Mapping[str, Any], now: datetime
    ) -> dict[str, Any]:
        header = read_header(
            advance.variables,
            case.row,
            properties=case.row["properties"],
            names={
                "business_key": case.business_key,
                "started_at": case.row["started_at"],
                "initiator": {"id": case.row["started_by"], "label": case.row["started_by_name"]},
            },
            title=case.row["process_name"],
            due_is_new=variables.get("due_at") != case.variables.get("due_at"),
        )
        if header["clock"] != case.row["clock"] and case.status != "new":
            header["due_at"] = self._deadlines.change(tx, case.id, header["clock"], due_at=header["due_at"])
        header["remind_at"] = self._reminder(case, header, advance, now)
        if (before := case.row["due_at"]) is not None and before != header["due_at"]:
            queries.move_due(tx, case.id, before=before, due=header["due_at"], remind=header["remind_at"])
        return header

    def _reminder(self, case: Case, header: Mapping[str, Any], advance: Advance, now: datetime) -> datetime | None:
        """When the case reminds of its deadline next: not once it has ended, nor while its clock stands still."""
        due = header["due_at"]
        if due is None or advance.ended or header["clock"] == "stopped":
            return None
        if due == case.row["due_at"] and case.row["clock"] == "running":
            kept: datetime | None = case.row["remind_at"]
            return kept
        begun = now if case.row["due_at"] else header["received_at"] or case.row["started_at"]
        return first_reminder(self._calendars.calendar(), begun, due)

    def _entries(
        self, case: Case, advance: Advance, act: Act, outcome: Outcome, variables: Mapping[str, Any], now: datetime
    ) -> list[Entry]:
        params = {**act.params, **passed_elements(advance)}
        main = Entry(
            act.verb,
            act.actor,
            now,
            element_id=act.element_id,
            task_id=act.task_id,
            params=params,
            values=step_values(act.given, case.variables, variables, advance),
        )
        return [main, *outcome.entries(act.actor, now)]

    def deliver_buffered(self, tx: Transaction, case: Case, advance: Advance, buffered: Sequence[UUID]) -> Advance:
        """A message that came too early is delivered the moment the case waits for it; of many the rest by jobs."""
        for _ in range(MOST_KEPT):
            locked = self.lock(tx, case.id) if buffered else case
            taken = (take_buffered(tx, kept) for kept in buffered) if locked.state is not None else ()
            message = next((each for each in taken if each is not None), None)
            if message is None:
                return advance
            given = codec.decode(message.variables)
            params = {"message": message.name, "buffered": True}
            act = Act("message.received", message.actor, params=params, given=given)
            later, buffered = self._moved(tx, locked, DeliverMessage(message.name, given), act)
            advance = joined(advance, later)
        if buffered:
            self.defer(tx, [JobSpec("deliver_kept", {"message_id": str(buffered[0]), "instance_id": str(case.id)})])
        return advance


def _takes_part(act: Act) -> bool:
    return act.verb in ("case.started", "task.completed") and not act.actor.is_system
