"""The history of cases: the timeline, its verification, erasure, and anchors kept outside."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from engine import codec
from engine.cases.base import CaseService
from engine.cases.records import ChainFault, Verification
from engine.cases.values import HistoryEntry, has_role
from engine.errors import Conflict, Invalid, NotAllowed, RecordNotFound
from engine.history.chain import GENESIS, Entry, Signer, value_digest
from engine.model import Actor
from engine.steps.steps import Steps
from engine.store import Store, Transaction
from engine.store import history_queries as queries
from engine.store import token_queries as tokens
from engine.store.history_queries import Anchor, Head, StoredEntry

MAY_ERASE = ("archivist", "administrator")
SETTLING = timedelta(seconds=30)
"""An anchor leaves out what was written just now: a transaction still open may carry an earlier time."""


@dataclass(frozen=True)
class AnchorFile:
    """What is exported: the anchor, and the chain ends it covers."""

    anchor: Anchor
    heads: Sequence[tuple[UUID, int, bytes]]

    def to_json(self) -> bytes:
        """One line of JSON."""
        anchor = self.anchor
        content: dict[str, Any] = {
            "id": anchor.id,
            "at": anchor.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "previous": anchor.previous.hex(),
            "digest": anchor.digest.hex(),
            "heads": [[str(case), length, digest.hex()] for case, length, digest in self.heads],
        }
        return orjson.dumps(content) + b"\n"


class HistoryService(CaseService):
    """Reads, checks and erases history; everything else only adds to it."""

    def __init__(self, store: Store, steps: Steps, signer: Signer) -> None:
        super().__init__(store, steps)
        self._signer = signer

    def timeline(self, instance_id: UUID, actor: Actor) -> list[HistoryEntry]:
        """What happened in a case, the oldest first. Raises InstanceNotFound."""
        with self._store.transaction() as tx:
            self._load(tx, instance_id, actor)
            return [_entry(stored) for stored in queries.entries(tx, instance_id)]

    # -- erasing ---------------------------------------------------------------------------

    def erase(self, entry_id: str, reason: str, actor: Actor) -> None:
        """Erase the values of one entry (retention, the person's request). Who, when and why stays, signed.

        The chain still verifies: it signs a salted digest, and the salt goes with the values.

        Args:
            entry_id: `<instance>.<seq>`, a HistoryEntry's id.

        Raises:
            RecordNotFound: no such entry, or of a case that is not the actor's to see.
            NotAllowed: the actor is neither archivist nor administrator.
            Invalid: no reason is given.
            Conflict: it has no values, or they were erased before.
        """
        instance_id, seq = _parsed(entry_id)
        if not reason.strip():
            raise Invalid("A reason is needed.", field="reason")
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
            params = {"seq": seq, "verb": found.link.verb, "reason": reason.strip()}
            self._steps.note(tx, case, Entry("history.erased", actor, self._now(), params=params))
            queries.erase(tx, instance_id, seq, case.row["history_length"] + 1)

    # -- checking --------------------------------------------------------------------------

    def verify(self, instance_id: UUID | None = None, *, anchors: Iterable[bytes] = ()) -> Verification:
        """Check the chain of one case, or of all, and name the first bad row of each.

        Args:
            anchors: lines of exported anchor files: what they say of a case must still hold,
                even if somebody who has the database and the key of the owner changed it all.

        Returns:
            What was checked and every fault: `edited`, `deleted`, `reordered`, `tail-cut`,
            `value-edited`, `head-edited`, `anchor-broken`.
        """
        faults: list[ChainFault] = []
        cases = entries = 0
        with self._store.transaction() as tx:
            known = self._check_anchors(tx, anchors, faults)
            for head in queries.heads(tx, instance_id):
                stored = queries.entries(tx, head.instance_id)
                cases, entries = cases + 1, entries + len(stored)
                fault = self._first_fault(head, stored) or _against_anchor(head, stored, known.get(head.instance_id))
                if fault is not None:
                    faults.append(fault)
        return Verification(cases, entries, tuple(faults))

    def verify_some(
        self, after: UUID | None = None, *, limit: int = 200, anchors: Iterable[bytes] = ()
    ) -> tuple[Verification, UUID | None]:
        """Check the chains of the next `limit` cases; for pages that show how far it is.

        Args:
            after: the last case of the part before; None begins, and checks the anchors themselves.

        Returns:
            What was checked, and the case to go on after; None when this was the last part.
        """
        faults: list[ChainFault] = []
        entries = 0
        with self._store.transaction() as tx:
            known = self._check_anchors(tx, anchors, faults)
            if after is not None:
                faults.clear()
            heads = queries.heads_after(tx, after or UUID(int=0), limit)
            for head in heads:
                stored = queries.entries(tx, head.instance_id)
                entries += len(stored)
                fault = self._first_fault(head, stored) or _against_anchor(head, stored, known.get(head.instance_id))
                faults += [fault] if fault else []
        following = heads[-1].instance_id if len(heads) == limit else None
        return Verification(len(heads), entries, tuple(faults)), following

    def count(self) -> int:
        """How many chains there are."""
        with self._store.transaction() as tx:
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

    # -- anchors ---------------------------------------------------------------------------

    def anchor(self, folder: Path | None = None) -> AnchorFile | None:
        """Sign the ends of all chains that changed since the last anchor; for an hourly job.

        Args:
            folder: where the anchor is written to as a file of its own, to be kept outside the
                database (another machine, paper, a write-once medium).

        Returns:
            The anchor; None when nothing changed.
        """
        with self._store.transaction() as tx:
            last = queries.lock_anchors(tx)
            until = tokens.real_time(tx) - SETTLING
            since = last.at if last else datetime(1970, 1, 1, tzinfo=UTC)
            heads = queries.changed_heads(tx, since, until)
            if not heads:
                return None
            previous = last.digest if last else GENESIS
            digest = self._signer.sign(previous + _heads_bytes(until, heads))
            anchor = queries.add_anchor(tx, at=until, cases=len(heads), previous=previous, digest=digest)
            found = AnchorFile(anchor, heads)
            if folder is not None:
                _write(folder / f"anchor-{anchor.id:08d}.json", found.to_json())
            return found

    def _check_anchors(
        self, tx: Transaction, lines: Iterable[bytes], faults: list[ChainFault]
    ) -> dict[UUID, tuple[int, bytes]]:
        """Check exported anchors against the key, each other and the database; the heads they vouch for."""
        stored = {anchor.id: anchor for anchor in queries.anchors(tx)}
        known: dict[UUID, tuple[int, bytes]] = {}
        for line in lines:
            content = orjson.loads(line)
            heads = [(UUID(case), length, bytes.fromhex(digest)) for case, length, digest in content["heads"]]
            message = bytes.fromhex(content["previous"]) + _heads_bytes(datetime.fromisoformat(content["at"]), heads)
            digest = bytes.fromhex(content["digest"])
            anchor = stored.get(content["id"])
            if self._signer.sign(message) != digest or anchor is None or anchor.digest != digest:
                faults.append(ChainFault(UUID(int=0), "", content["id"], "anchor-broken"))
                continue
            known |= {case: (length, end) for case, length, end in heads}
        return known


def _against_anchor(head: Head, stored: Sequence[StoredEntry], known: tuple[int, bytes] | None) -> ChainFault | None:
    if known is None:
        return None
    length, digest = known
    if len(stored) < length:
        return _fault(head, len(stored) + 1, "tail-cut")
    return None if stored[length - 1].link.digest == digest else _fault(head, length, "edited")


def _value_is_whole(entry: StoredEntry) -> bool:
    link = entry.link
    if link.value_digest is None:
        return link.body is None
    if link.body is None or link.salt is None:
        return entry.erased_at is not None
    return value_digest(link.salt, link.body) == link.value_digest


def _fault(head: Head, seq: int, kind: Any) -> ChainFault:
    return ChainFault(head.instance_id, head.business_key, seq, kind)


def _heads_bytes(at: datetime, heads: Sequence[tuple[UUID, int, bytes]]) -> bytes:
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    return orjson.dumps([moment, [[str(case), length, digest.hex()] for case, length, digest in heads]])


def _write(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, even when the machine stops."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


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
