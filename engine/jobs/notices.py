"""Telling people: who concerned hears of work that came, is due, is late, came back; in the app and by mail.

A notice is a row, stored once for a person, task and kind. Its mail is a job of its own,
stored in the same transaction, so that a mail server that is down costs nobody a notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.calendar.working_days import TAIPEI
from engine.cases.values import ADMINISTRATORS
from engine.connectors import ConnectorRegistry
from engine.notices.mail import compose
from engine.notices.reminders import next_reminder
from engine.process_engine import ProcessEngine
from engine.queue import JobSpec
from engine.store import Transaction
from engine.store import notification_queries as notices
from engine.store import reminder_queries as queries
from engine.store.reminder_queries import CaseFacts, IncidentFacts, TaskFacts

_BATCH = 200
_NOT_MAILED = frozenset({"incident"})
"""Told in the app only: one broken neighbour system may stop hundreds of cases."""


class NoticeSender:
    """Tells the people a task belongs to.

    Args:
        engine: the worker's process engine.
        connectors: `mail` among them, or no mail is sent.
        address: of the site, for links in mails.
    """

    def __init__(self, engine: ProcessEngine, connectors: ConnectorRegistry, address: str) -> None:
        self._engine = engine
        self._connectors = connectors
        self._address = address

    def tell(self, kind: str, instance_id: UUID, task_ids: Sequence[str]) -> None:
        """Tell whom the tasks (or the incidents at these tokens) concern; done twice, nobody hears it twice."""
        if kind == "incident":
            self._tell_operators(instance_id, task_ids)
            return
        with self._engine.store.transaction() as tx:
            for task in queries.tasks(tx, [UUID(task_id) for task_id in task_ids]):
                self._tell(tx, kind, task)

    def remind(self) -> int:
        """Tell of tasks and cases that are due soon or overdue; gives how many of them.

        After the due date it is told again, on the third working day and then weekly (domain C4).
        """
        now, calendar = self._engine.clock.now(), self._engine.calendars.calendar()
        with self._engine.store.transaction() as tx:
            tasks = [(task, task.due_at) for task in queries.due_tasks(tx, now, _BATCH) if task.due_at is not None]
            for task, due_at in tasks:
                self._tell(tx, "overdue" if due_at <= now else "due", task, once=_once(due_at, now))
            cases = queries.due_cases(tx, now, _BATCH)
            self._remind_cases(tx, cases, now)
            queries.remind_next(
                tx,
                tasks={task.id: next_reminder(calendar, due_at, now) for task, due_at in tasks},
                cases={case.id: next_reminder(calendar, case.due_at, now) for case in cases},
            )
        return len(tasks) + len(cases)

    def mail(self, notification_id: UUID) -> None:
        """Send one notice by mail, unless that is of no use any more: read, done, taken by somebody else, not wanted.

        Raises:
            ConnectorError: the mail did not go out.
        """
        with self._engine.store.transaction() as tx:
            facts = queries.mail(tx, notification_id)
        if facts is None or facts.mailed_at or facts.read_at or not (facts.is_active and facts.wants_mail):
            return
        if not facts.email or not facts.is_open or self._is_with_somebody_else(facts):
            return
        arguments = {"to": facts.email, **compose(facts, self._address)}
        self._connectors.call("mail", arguments, key=f"notice:{notification_id}")
        self._engine.notifications.mark_mailed([notification_id])

    def _is_with_somebody_else(self, facts: queries.MailFacts) -> bool:
        if facts.assignee in (None, facts.person_id):
            return False
        return facts.assignee not in {person.id for person in self._engine.directory.principals(facts.person_id)}

    def _tell(self, tx: Transaction, kind: str, task: TaskFacts, *, once: str = "") -> None:
        params: dict[str, Any] = {
            "task": task.name,
            "task_en": task.name_en,
            "label": task.label,
            "due_at": task.due_at.isoformat() if task.due_at else None,
            "once": once,
        }
        people = self._people_of(tx, task)
        self._add(tx, kind, people, task.instance_id, task.id, params, unmailed={task.sent_by})

    def _remind_cases(self, tx: Transaction, cases: Sequence[CaseFacts], now: datetime) -> None:
        """Tell whoever can move the case, its handler, and when that is nobody the registrar of its unit.

        Work that is due with its case reminds by itself.
        """
        tasks = queries.open_tasks(tx, [case.id for case in cases]) if cases else []
        for case in cases:
            own = [task for task in tasks if task.instance_id == case.id]
            reminded = {person for task in own if task.due_at == case.due_at for person in self._people_of(tx, task)}
            people = [person for task in own if task.due_at != case.due_at for person in self._people_of(tx, task)]
            people += self._resolved(tx, [f"user:{case.handler}"] if case.handler else [])
            if not (people or reminded) and case.owning_unit:
                people = self._resolved(tx, [f"registrar@{case.owning_unit}"])
            kind = "case_overdue" if case.due_at <= now else "case_due"
            params = {"due_at": case.due_at.isoformat(), "once": _once(case.due_at, now)}
            told = [person for person in dict.fromkeys(people) if person not in reminded]
            self._add(tx, kind, told, case.id, None, params)

    def _tell_operators(self, instance_id: UUID, task_ids: Sequence[str]) -> None:
        with self._engine.store.reading() as tx:
            found = queries.incidents(tx, instance_id, task_ids)
        english = self._english_names(found)
        with self._engine.store.transaction() as tx:
            operators = self._resolved(tx, ["operator@", ADMINISTRATORS])
            for one in found:
                params = {
                    "task": one.element_name, "task_en": english.get(one.element_id), "incident": one.kind
                }  # fmt: skip
                self._add(tx, "incident", operators, instance_id, _uuid(one.task_id), params)

    def _english_names(self, found: Sequence[IncidentFacts]) -> dict[str, str | None]:
        """The English names of the elements, where their diagram has them; all are of one case."""
        if not found:
            return {}
        outline = self._engine.repository.outline(found[0].definition_id)
        return {element.id: element.name_en for element in outline.elements}

    def _people_of(self, tx: Transaction, task: TaskFacts) -> list[str]:
        """Who answers to the task: whoever has it, else everybody it is offered to; with those who stand in now."""
        return self._resolved(tx, [f"user:{task.assignee}"] if task.assignee else task.candidates)

    def _resolved(self, tx: Transaction, candidates: Iterable[str]) -> list[str]:
        directory = self._engine.directory
        found = (person for text in candidates for person in directory.resolve_in(tx, text, with_deputies=True))
        return list(dict.fromkeys(found))

    def _add(
        self,
        tx: Transaction,
        kind: str,
        people: Sequence[str],
        instance_id: UUID,
        task_id: UUID | None,
        params: dict[str, Any],
        unmailed: Iterable[str | None] = (),
    ) -> None:
        now = self._engine.clock.now()
        new = notices.add(tx, people, kind=kind, instance_id=instance_id, task_id=task_id, params=params, now=now)
        if kind in _NOT_MAILED or "mail" not in self._connectors:
            return
        jobs = [
            JobSpec("notice_mail", {"notification_id": str(notification)})
            for person, notification in new.items()
            if person not in unmailed
        ]
        self._engine.queue.defer(tx.connection, jobs)


def _once(due_at: datetime, now: datetime) -> str:
    """Tells one reminder from the next: due soon is told once for a due date, what is overdue once a day."""
    return str(due_at) if now < due_at else f"{due_at} {now.astimezone(TAIPEI).date()}"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
