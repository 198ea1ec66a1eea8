"""Deployments that wait for a second account: looked at, turned down, and gone on with."""

from __future__ import annotations

from uuid import UUID

from engine.cases.records import Draft, PendingDeployment
from engine.errors import Conflict, RecordNotFound
from engine.model import Actor, SourceFile
from engine.repository.base import RepositoryPart
from engine.repository.rights import may
from engine.store import Transaction
from engine.store import definition_queries as queries
from engine.store import notification_queries as notices
from engine.wording import MAX_REMARK, written

MOST_DECIDED = 20
"""So many requests of a process that were decided are listed."""


class DeploymentRequests(RepositoryPart):
    """Keeps what was submitted, and how it was decided. Its author is told (`NotificationService`)."""

    def pending(self, actor: Actor) -> tuple[PendingDeployment, ...]:
        """Requests that wait, of processes the actor may deploy."""
        with self._store.reading() as tx:
            return self._of_theirs(tx, queries.pending(tx), actor)

    def turned_down(self, key: str, actor: Actor) -> tuple[PendingDeployment, ...]:
        """Requests about a process that were turned down or taken back, the latest first, for those who may see them.

        Those that were approved are versions: `deployments`.
        """
        with self._store.reading() as tx:
            return self._of_theirs(tx, queries.turned_down(tx, key, MOST_DECIDED), actor)

    def request(self, pending_id: UUID, actor: Actor) -> PendingDeployment:
        """A request, decided or not: for whoever submitted it, and for those who may deploy its processes.

        Raises:
            RecordNotFound: there is none with this id.
            NotAllowed: it is not for the actor to see.
        """
        with self._store.reading() as tx:
            return self._request(tx, pending_id, actor)[0]

    def request_files(self, pending_id: UUID, actor: Actor) -> tuple[SourceFile, ...]:
        """The files of a request, as they were submitted. Raises as `request`."""
        with self._store.reading() as tx:
            return self._request(tx, pending_id, actor)[1]

    def reject(self, pending_id: UUID, actor: Actor, reason: str) -> None:
        """Turn a waiting deployment down; whoever submitted it may take it back the same way.

        Raises:
            RecordNotFound: there is none with this id.
            Conflict: it was decided meanwhile.
            NotAllowed: the actor neither submitted it nor may deploy its processes.
            InvalidFields: the `reason`, as `engine.wording.written` says.
        """
        reason = written(reason, "reason", most=MAX_REMARK)
        with self._store.transaction() as tx:
            waiting, _ = self._open_request(tx, pending_id)
            if waiting.submitted_by != actor.person_id:
                self._ensure_may(tx, actor, "deploy", waiting.keys)
            self._decide(tx, waiting, actor, "rejected", reason)

    def go_on_with(self, pending_id: UUID, actor: Actor) -> Draft:
        """Make what was turned down the draft of its process again, so that its author can go on from there.

        Raises:
            RecordNotFound, NotAllowed: as `request`; or the actor may not edit the process.
            Conflict: it was not turned down, or the process has a draft by now, which would be lost.
        """
        with self._store.transaction() as tx:
            found, files = self._request(tx, pending_id, actor)
            key = found.keys[0]
            self._ensure_may(tx, actor, "edit", [key])
            queries.lock_deployments(tx)
            there = queries.load_draft(tx, key)
            if found.state != "rejected" or there is not None:
                raise Conflict("There is a draft.", who=there and there.saved_by, at=there and there.saved_at)
            current = queries.definition(tx, key)
            queries.save_draft(
                tx, key, files, at=self._clock.now(), by=actor.person_id, based_on=current.id if current else None
            )
            draft = queries.load_draft(tx, key)
            assert draft is not None
            return draft

    # -- inside --------------------------------------------------------------------------

    def _open_request(self, tx: Transaction, pending_id: UUID) -> tuple[PendingDeployment, tuple[SourceFile, ...]]:
        found = queries.lock_pending(tx, pending_id)
        if found is None:
            raise RecordNotFound(id=str(pending_id))
        if found[0].state != "pending":
            raise Conflict("This was decided meanwhile.", who=found[0].decided_by, at=found[0].decided_at)
        return found

    def _decide(
        self, tx: Transaction, waiting: PendingDeployment, actor: Actor, state: str, reason: str | None = None
    ) -> None:
        """Note how it ended, and tell whoever submitted it, unless they ended it themselves."""
        now = self._clock.now()
        queries.decide_pending(tx, waiting.id, state=state, at=now, by=actor.person_id, reason=reason)
        if waiting.submitted_by in (actor.person_id, "system"):
            return
        current = queries.definition(tx, waiting.keys[0])
        notices.add_of_request(
            tx,
            waiting.submitted_by,
            kind=f"request_{state}",
            request_id=waiting.id,
            params={
                "process": current.name if current else waiting.keys[0],
                "process_en": current.name_en if current else None,
            },
            now=now,
        )

    def _request(
        self, tx: Transaction, pending_id: UUID, actor: Actor
    ) -> tuple[PendingDeployment, tuple[SourceFile, ...]]:
        found = queries.load_pending(tx, pending_id)
        if found is None:
            raise RecordNotFound(id=str(pending_id))
        if found[0].submitted_by not in (actor.person_id, actor.on_behalf_of):
            self._ensure_may(tx, actor, "deploy", found[0].keys)
        return found

    @staticmethod
    def _of_theirs(
        tx: Transaction, requests: tuple[PendingDeployment, ...], actor: Actor
    ) -> tuple[PendingDeployment, ...]:
        grants = queries.grants(tx)
        return tuple(
            one
            for one in requests
            if actor.person_id == one.submitted_by or all(may(actor, "deploy", key, grants=grants) for key in one.keys)
        )
