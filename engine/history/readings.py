"""Who looked at confidential cases (密): every view is written down (domain A3-D2), and can be looked up."""

from __future__ import annotations

from uuid import UUID

from engine.administration import AUDITOR, ensure_any_role
from engine.cases.records import CaseReading
from engine.model import Actor
from engine.store import Store
from engine.store import search_queries as queries

ETHICS = "ethics_officer"
MAX_ROWS = 500


class CaseReadings:
    """The append-only log of looks at confidential cases; the services of cases write it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(
        self,
        actor: Actor,
        *,
        instance_id: UUID | None = None,
        person_id: str | None = None,
        before: int | None = None,
        limit: int = 50,
    ) -> tuple[CaseReading, ...]:
        """Who looked at what, the latest first. It names cases by number alone: no subject, no person of the case.

        Args:
            instance_id: only looks at this case.
            person_id: only what this person looked at, in their own name or through a deputy.
            before: only entries older than the one with this id, to page on.

        Raises:
            NotAllowed: the actor is neither ethics officer (政風) nor auditor, in their own name.
        """
        ensure_any_role(actor, ETHICS, AUDITOR)
        with self._store.reading() as tx:
            return queries.readings(
                tx, instance_id=instance_id, person_id=person_id, before=before, limit=min(limit, MAX_ROWS)
            )
