"""Anchors: one signed digest an hour over the chain ends that changed, kept outside the database.

Whoever has the database and the key of its owner can rewrite everything in it, and delete cases
without a trace. What an anchor says of them stays outside their reach.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from engine.cases.base import CaseService
from engine.cases.records import ChainFault
from engine.history.chain import GENESIS, Signer
from engine.steps.steps import Steps
from engine.store import Store, Transaction
from engine.store import anchor_queries as queries
from engine.store import token_queries as tokens
from engine.store.anchor_queries import Anchor, AnchoredHead
from engine.whole_files import write_whole

SETTLING = timedelta(seconds=30)
"""An anchor leaves out what was written just now: a transaction still open may carry an earlier time."""

TOGETHER = 200
"""How many anchors are compared with the database in one statement."""


@dataclass(frozen=True)
class AnchorFile:
    """What is exported: the anchor, and the chain ends it covers."""

    anchor: Anchor
    heads: Sequence[AnchoredHead]

    def to_json(self) -> bytes:
        """One line of JSON."""
        anchor = self.anchor
        content: dict[str, Any] = {
            "id": anchor.id,
            "at": anchor.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "previous": anchor.previous.hex(),
            "digest": anchor.digest.hex(),
            "heads": [_written(head) for head in self.heads],
        }
        return orjson.dumps(content) + b"\n"


class Anchoring(CaseService):
    """Writes anchors, and holds the database against those that were written."""

    def __init__(self, store: Store, steps: Steps, signer: Signer) -> None:
        super().__init__(store, steps)
        self._signer = signer

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
            digest = self._signer.sign(_message(previous, until, [_written(head) for head in heads]))
            anchor = queries.add_anchor(tx, at=until, cases=len(heads), previous=previous, digest=digest)
            found = AnchorFile(anchor, heads)
            if folder is not None:
                write_whole(folder / f"anchor-{anchor.id:08d}.json", found.to_json())
            return found

    def verify_anchors(self, lines: Iterable[bytes], *, instance_id: UUID | None = None) -> list[ChainFault]:
        """Check exported anchors against the key and the database, and the cases they vouch for.

        Args:
            lines: the anchors, the oldest first; each is read once.
            instance_id: only what they say of this case.

        Returns:
            Every fault, one a case: `anchor-broken` (its id in `seq`), `case-missing`, `tail-cut`, `edited`.
        """
        faults: dict[UUID | int, ChainFault] = {}
        with self._store.reading() as tx:
            for part in _parts(lines):
                for fault in self._compared(tx, part, instance_id):
                    faults.setdefault(fault.seq if fault.kind == "anchor-broken" else fault.instance_id, fault)
        return list(faults.values())

    def _compared(self, tx: Transaction, lines: Sequence[bytes], instance_id: UUID | None) -> Iterator[ChainFault]:
        contents = [orjson.loads(line) for line in lines]
        stored = queries.anchors(tx, [content["id"] for content in contents])
        vouched: dict[UUID, AnchoredHead] = {}
        for content in contents:
            if not self._is_whole(content, stored.get(content["id"])):
                yield ChainFault(UUID(int=0), "", content["id"], "anchor-broken")
                continue
            for head in map(_read, content["heads"]):
                if instance_id in (None, head.instance_id):
                    vouched[head.instance_id] = head
        for differing in queries.differing(tx, list(vouched.values())):
            yield ChainFault(*differing)

    def _is_whole(self, content: dict[str, Any], stored: Anchor | None) -> bool:
        """Whether the file is what was signed, and the database still knows it."""
        digest = bytes.fromhex(content["digest"])
        at = datetime.fromisoformat(content["at"])
        signed = self._signer.sign(_message(bytes.fromhex(content["previous"]), at, content["heads"]))
        return signed == digest and stored is not None and stored.digest == digest


def _parts(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    remaining = iter(lines)
    while part := list(islice(remaining, TOGETHER)):
        yield part


def _written(head: AnchoredHead) -> list[Any]:
    return [str(head.instance_id), head.length, head.digest.hex(), head.business_key]


def _read(head: list[Any]) -> AnchoredHead:
    """Anchors written before case numbers stood in them have three parts."""
    return AnchoredHead(UUID(head[0]), head[1], bytes.fromhex(head[2]), head[3] if len(head) > 3 else "")


def _message(previous: bytes, at: datetime, heads: list[list[Any]]) -> bytes:
    return previous + orjson.dumps([at.astimezone(UTC).isoformat(timespec="microseconds"), heads])
