"""The history of cases: the timeline, its verification, erasure, and anchors kept outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from engine import codec
from engine.cases.records import ChainFault, PastDecision, Verification
from engine.cases.values import HistoryEntry, has_role
from engine.errors import Conflict, NotAllowed, RecordNotFound
from engine.history.anchors import Anchoring
from engine.history.chain import GENESIS, Entry, value_digest
from engine.model import Actor
from engine.store import history_queries as queries
from engine.store.history_queries import Head, StoredEntry
from engine.wording import MAX_REMARK, written

MAY_ERASE = ("archivist", "administrator")
PART = 200
"""How many chains are read and checked at once."""


class HistoryService(Anchoring):
    """Reads, checks and erases history; everything else only adds to it."""

    def timeline(self, instance_id: UUID, actor: Actor) -> list[HistoryEntry]:
        """What happened in a case, the oldest first. Raises InstanceNotFound."""
        with self._store.reading() as tx:
            self._load(tx, instance_id, actor)
            return [_entry(stored) for stored in queries.entries(tx, instance_id)]

    def decisions(self, process_key: str, decision_id: str, actor: Actor, *, limit: int = 10) -> list[PastDecision]:
        """How a decision was taken lately in cases of a process that the actor may see, the latest first.

        Confidential cases are left out: looking at one is an act of its own.
        """
        with self._store.transaction() as tx:
            rows = queries.decided(tx, process_key, decision_id, actor, limit)
        return [
            PastDecision(_entry(stored), number, business_key, definition_id, version, record)
            for stored, business_key, definition_id, version in rows
            for number, record in enumerate(codec.loads(stored.link.body or "{}").get("decisions", ()))
            if record.get("decision") == decision_id and record.get("chain")
        ][:limit]

    # -- erasing ---------------------------------------------------------------------------

    def erase(self, entry_id: str, reason: str, actor: Actor) -> None:
        """Erase the values of one entry (retention, the person's request). Who, when and why stays, signed.

        The chain still verifies: it signs a salted digest, and the salt goes with the values.

        Args:
            entry_id: `<instance>.<seq>`, a HistoryEntry's id.

        Raises:
            RecordNotFound: no such entry, or of a case that is not the actor's to see.
            NotAllowed: the actor is neither archivist nor administrator.
            InvalidFields: the `reason`, as `engine.wording.written` says.
            Conflict: it has no values, or they were erased before.
        """
        instance_id, seq = _parsed(entry_id)
        reason = written(reason, "reason", most=MAX_REMARK)
        if not (actor.is_system or has_role(actor, *MAY_ERASE)):
            raise NotAllowed
        with self._store.transaction() as tx:
            self._load(tx, instance_id, actor)
            case = self._steps.lock(tx, instance_id)
            found = next((e for e in queries.entries(tx, instance_id) if e.link.seq == seq), None)
            if found is None:
                raise RecordNotFound(entry=entry_id)
            if found.link.body is None:
                raise Conflict("There is nothing left to erase.", at=found.erased_at)
            params = {"seq": seq, "verb": found.link.verb, "reason": reason}
            self._steps.note(tx, case, Entry("history.erased", actor, self._now(), params=params))
            queries.erase(tx, instance_id, seq, case.row["history_length"] + 1)

    # -- checking --------------------------------------------------------------------------

    def verify(self, instance_id: UUID | None = None, *, anchors: Iterable[bytes] = ()) -> Verification:
        """Check the chain of one case, or of all, and name the first bad row of each.

        Args:
            anchors: lines of exported anchor files: what they say of a case must still hold,
                even if somebody who has the database and the key of the owner changed it all.

        Returns:
            What was checked and every fault, one a case: `edited`, `deleted`, `reordered`, `tail-cut`,
            `value-edited`, `head-edited`, `case-missing`, `anchor-broken`.
        """
        faults: list[ChainFault] = []
        cases = entries = 0
        for found in self._parts() if instance_id is None else [self._one(instance_id)]:
            faults += found.faults
            cases, entries = cases + found.cases, entries + found.entries
        if instance_id is None:
            faults += self.missing()
        named = {fault.business_key for fault in faults}
        anchored = self.verify_anchors(anchors, instance_id=instance_id)
        faults += [fault for fault in anchored if not fault.business_key or fault.business_key not in named]
        return Verification(cases, entries, tuple(faults))

    def verify_some(self, after: UUID | None = None, *, limit: int = PART) -> tuple[Verification, UUID | None]:
        """Check the chains of the next `limit` cases; for pages that show how far it is.

        Args:
            after: the last case of the part before; None begins.

        Returns:
            What was checked, and the case to go on after; None when this was the last part.
        """
        with self._store.reading() as tx:
            chains = queries.chains_after(tx, after or UUID(int=0), limit)
        return self._checked(chains), chains[-1][0].instance_id if len(chains) == limit else None

    def missing(self) -> list[ChainFault]:
        """Case numbers that were given out and whose case is not there: nothing here ever deletes a case."""
        with self._store.reading() as tx:
            return [ChainFault(UUID(int=0), number, 1, "case-missing") for number in queries.missing_numbers(tx)]

    def _parts(self) -> Iterator[Verification]:
        after: UUID | None = None
        while True:
            found, after = self.verify_some(after)
            yield found
            if after is None:
                return

    def _one(self, instance_id: UUID) -> Verification:
        with self._store.reading() as tx:
            chains = queries.chain_of(tx, instance_id)
        return self._checked(chains)

    def _checked(self, chains: Sequence[tuple[Head, Sequence[StoredEntry]]]) -> Verification:
        faults = [fault for head, stored in chains if (fault := self._first_fault(head, stored)) is not None]
        return Verification(len(chains), sum(len(stored) for _, stored in chains), tuple(faults))

    def count(self) -> int:
        """How many chains there are."""
        with self._store.reading() as tx:
            return queries.count_heads(tx)

    def _first_fault(self, head: Head, stored: Sequence[StoredEntry]) -> ChainFault | None:
        previous = GENESIS
        numbers = [entry.link.seq for entry in stored]
        for expected, entry in enumerate(stored, start=1):
            link = entry.link
            if link.seq != expected:
                return _fault(head, expected, "deleted")
            if self._signer.digest(previous, link) != link.digest:
                return _fault(head, expected, self._edited_or_reordered(link.seq, stored, previous))
            if not _value_is_whole(entry):
                return _fault(head, expected, "value-edited")
            previous = link.digest
        if len(numbers) < head.length:
            return _fault(head, len(numbers) + 1, "tail-cut")
        if len(numbers) > head.length or previous != head.digest:
            return _fault(head, min(len(numbers), head.length) + (len(numbers) > head.length), "head-edited")
        return None

    def _edited_or_reordered(self, seq: int, stored: Sequence[StoredEntry], previous: bytes) -> str:
        """Reordered, when another row of the case fits this place under the number of the place."""
        for other in stored:
            if other.link.seq == seq:
                continue
            moved = type(other.link)(**{**other.link.__dict__, "seq": seq})
            if self._signer.digest(previous, moved) == moved.digest:
                return "reordered"
        return "edited"


def _value_is_whole(entry: StoredEntry) -> bool:
    link = entry.link
    if link.value_digest is None:
        return link.body is None
    if link.body is None or link.salt is None:
        return entry.erased_at is not None
    return value_digest(link.salt, link.body) == link.value_digest


def _fault(head: Head, seq: int, kind: Any) -> ChainFault:
    return ChainFault(head.instance_id, head.business_key, seq, kind)


def _parsed(entry_id: str) -> tuple[UUID, int]:
    case, _, seq = entry_id.rpartition(".")
    try:
        return UUID(case), int(seq)
    except ValueError as error:
        raise RecordNotFound(entry=entry_id[:80]) from error


def _entry(stored: StoredEntry) -> HistoryEntry:
    link = stored.link
    return HistoryEntry(
        instance_id=link.instance_id,
        seq=link.seq,
        occurred_at=link.occurred_at,
        recorded_at=link.recorded_at,
        actor=link.actor,
        actor_name=link.actor_name,
        verb=link.verb,
        on_behalf_of=link.on_behalf_of,
        on_behalf_of_name=link.on_behalf_of_name,
        element_id=link.element_id,
        task_id=link.task_id,
        params=link.params,
        values=codec.loads(link.body) if link.body is not None else {},
        erased_at=stored.erased_at,
    )
