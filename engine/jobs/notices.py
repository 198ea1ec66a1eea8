"""Telling people: who concerned hears of work that came, is due, is late, came back; in the app and by mail.

A notice is a row, stored once for a person, task and kind. Its mail is a job of its own,
stored in the same transaction, so that a mail server that is down costs nobody a notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from engine.cases.values import ADMINISTRATORS
from engine.connectors import ConnectorRegistry
from engine.notices.mail import compose
from engine.process_engine import ProcessEngine
from engine.queue import JobSpec
from engine.store import Transaction
from engine.store import notification_queries as notices
from engine.store import reminder_queries as queries
from engine.store.reminder_queries import TaskFacts

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
        with self._engine.store.transaction() as tx:
            if kind == "incident":
                self._tell_operators(tx, instance_id, task_ids)
                return
            for task in queries.tasks(tx, [UUID(task_id) for task_id in task_ids]):
                came_back = kind == "arrived" and task.came_back
                self._tell(tx, "returned" if came_back else kind, task)

    def remind(self) -> int:
        """Tell of tasks that are due soon, and of those that are overdue; gives how many tasks."""
        now = self._engine.clock.now()
        with self._engine.store.transaction() as tx:
            found = queries.take_reminders(tx, now, _BATCH)
            for task in found:
                overdue = task.due_at is not None and task.due_at <= now
                self._tell(tx, "overdue" if overdue else "due", task, once=str(task.due_at))
        return len(found)

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

    def _tell_operators(self, tx: Transaction, instance_id: UUID, task_ids: Sequence[str]) -> None:
        operators = self._resolved(tx, ["operator@", ADMINISTRATORS])
        for task_id, name, kind in queries.incidents(tx, instance_id, task_ids):
            params = {"task": name, "incident": kind}
            self._add(tx, "incident", operators, instance_id, _uuid(task_id), params)

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


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
