"""Notices: work came, is due, is overdue, came back; a deployment that waited was decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from engine.cases.values import Notification, effective_person
from engine.clock import TimeSource
from engine.errors import InvalidFields
from engine.model import Actor
from engine.store import Store
from engine.store import notification_queries as queries
from engine.store import reminder_queries as preferences

NoticeKind = Literal[
    "arrived", "assigned", "due", "overdue", "case_due", "case_overdue", "returned", "ended", "cancelled", "incident"
]
MAX_ROWS = 200


class NotificationService:
    """A person's notices. Mail is sent by jobs, from the same notices."""

    def __init__(self, store: Store, clock: TimeSource) -> None:
        self._store = store
        self._clock = clock

    def add(
        self,
        people: Sequence[str],
        kind: NoticeKind,
        *,
        instance_id: UUID,
        task_id: UUID | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> dict[str, UUID]:
        """Tell people something, each once for a task and kind (`params["once"]` tells kinds apart further).

        Returns:
            The new notices by person; who was told before is not in it.
        """
        with self._store.transaction() as tx:
            return queries.add(
                tx, people, kind=kind, instance_id=instance_id, task_id=task_id, params=params or {},
                now=self._clock.now(),
            )  # fmt: skip

    def of(self, actor: Actor, *, before: UUID | None = None, limit: int = 50) -> tuple[Notification, ...]:
        """The actor's notices, the newest first; `before` is the last id of the page before."""
        with self._store.reading() as tx:
            return queries.of_person(tx, effective_person(actor), before=before, limit=min(limit, MAX_ROWS))

    def unread(self, actor: Actor) -> int:
        """How many the actor has not read: exact to 99, 100 means more than 99."""
        with self._store.reading() as tx:
            return queries.unread(tx, effective_person(actor))

    def mark_read(self, actor: Actor, notification_id: UUID | None = None) -> None:
        """The actor has read one, or all."""
        with self._store.transaction() as tx:
            queries.mark_read(tx, effective_person(actor), notification_id, self._clock.now())

    def mark_case_read(self, actor: Actor, instance_id: UUID) -> None:
        """The actor looks at a case: what was told of it is read."""
        person_id = effective_person(actor)
        with self._store.reading() as tx:
            if not queries.has_unread(tx, person_id, instance_id):
                return
        with self._store.transaction() as tx:
            queries.mark_case_read(tx, person_id, instance_id, self._clock.now())

    def mark_request_read(self, actor: Actor, request_id: UUID) -> None:
        """The actor looks at a deployment that was submitted: what was told of it is read."""
        with self._store.transaction() as tx:
            queries.mark_request_read(tx, effective_person(actor), request_id, self._clock.now())

    def preference(self, actor: Actor) -> tuple[bool, str]:
        """Whether the actor gets mails, and in which language (`zh`, `en`); without a word from them: yes, Chinese."""
        with self._store.reading() as tx:
            return preferences.preference(tx, actor.person_id) or (True, "zh")

    def set_preference(self, actor: Actor, *, mail: bool, lang: str) -> None:
        """Say whether one wants mails, and in which language. Raises InvalidFields (`lang`: unknown)."""
        if lang not in ("zh", "en"):
            raise InvalidFields({"lang": "unknown"})
        with self._store.transaction() as tx:
            preferences.save_preference(tx, actor.person_id, mail=mail, lang=lang, now=self._clock.now())

    def mark_mailed(self, notification_ids: Sequence[UUID]) -> None:
        """These went out by e-mail, too."""
        with self._store.transaction() as tx:
            queries.mark_mailed(tx, notification_ids, self._clock.now())
