"""Who may administer what, and the log that every act of administration leaves.

The services of directory, accounts and calendar use it: an act without its entry in
the log is not stored (threats-and-faults.md section 1, "do any of this without a trace").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from engine.clock import TimeSource
from engine.errors import NotAllowed
from engine.model import Actor
from engine.store import Store, Transaction
from engine.store.admin_log_queries import LogRow, add_log, log_entries

AdminLogEntry = LogRow
ADMINISTRATOR = "administrator"
AUDITOR = "auditor"


class AdminLog:
    """The append-only log of administration."""

    def __init__(self, store: Store, clock: TimeSource) -> None:
        self._store = store
        self._clock = clock

    def record(
        self,
        tx: Transaction,
        actor: Actor,
        verb: str,
        subject: tuple[str, str, str],
        *,
        before: object = None,
        after: object = None,
    ) -> None:
        """Write that `actor` did `verb` to `subject` (its type, id and label), in the caller's transaction."""
        kind, key, label = subject
        add_log(
            tx,
            at=self._clock.now(),
            actor_id=actor.person_id,
            actor_name=f"{actor.name}代{actor.on_behalf_of_name}" if actor.on_behalf_of else actor.name,
            verb=verb,
            subject_type=kind,
            subject_id=key,
            subject_label=label,
            before=_plain(before),
            after=_plain(after),
        )

    def entries(
        self,
        actor: Actor,
        *,
        text: str = "",
        verbs: tuple[str, ...] = (),
        subject: tuple[str, str] | None = None,
        before_id: int | None = None,
        limit: int = 50,
    ) -> tuple[AdminLogEntry, ...]:
        """Entries, the newest first.

        Args:
            text: looked for in the names and ids of who acted and what was acted on.
            before_id: only entries older than this one, to page on.

        Raises:
            NotAllowed: `actor` is neither administrator nor auditor.
        """
        ensure_any_role(actor, ADMINISTRATOR, AUDITOR)
        with self._store.transaction() as tx:
            return log_entries(tx, text=text, verbs=verbs, subject=subject, before_id=before_id, limit=min(limit, 500))


def administers(actor: Actor, unit_id: str) -> bool:
    """Whether `actor` is an administrator of `unit_id` (their grant covers units below)."""
    return actor.is_system or (actor.on_behalf_of is None and f"{ADMINISTRATOR}@{unit_id}" in actor.groups)


def ensure_administers(actor: Actor, *unit_ids: str) -> None:
    """Raise NotAllowed unless `actor` administers every one of the units. A deputy never does."""
    if not unit_ids and not actor.is_system:
        raise NotAllowed("There is nothing yet that could be administered.")
    for unit_id in unit_ids:
        if not administers(actor, unit_id):
            raise NotAllowed("You do not administer this unit.", unit=unit_id)


def ensure_any_role(actor: Actor, *roles: str) -> None:
    """Raise NotAllowed unless `actor` has one of the roles anywhere, in their own name."""
    allowed = actor.is_system or (actor.on_behalf_of is None and any(f"{role}@" in actor.groups for role in roles))
    if not allowed:
        raise NotAllowed("You need another role for this.", roles=", ".join(roles))


def _plain(value: object) -> Any:
    """A value for the log: JSON only, what is unset left out."""
    if is_dataclass(value) and not isinstance(value, type):
        value = {item.name: getattr(value, item.name) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
