"""The history chain: entries, their salted values, and the HMAC that links them.

Each entry's digest is an HMAC over the digest before it and the entry itself. The values
of an entry (what was typed) are not signed as they are but by a salted digest: they can
be erased, and the chain still verifies. Nothing here does I/O.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from engine import codec
from engine.errors import ValueRefused
from engine.model import Actor, Variables

GENESIS = bytes(32)
"""What the first entry of a case is linked to, together with the case's id."""

MIN_KEY_BYTES = 32

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""NUL as JSON writes it, and not a backslash that somebody typed before u0000."""

VERBS = (
    "case.started",
    "case.cancelled",
    "case.ended",
    "case.migrated",
    "case.suspended",
    "case.resumed",
    "case.commented",
    "case.read",
    "file.attached",
    "task.claimed",
    "task.released",
    "task.assigned",
    "task.reassigned",
    "task.completed",
    "message.received",
    "message.buffered",
    "message.late",
    "signal.received",
    "timer.fired",
    "service.finished",
    "service.failed",
    "incident.opened",
    "incident.retried",
    "history.erased",
)
"""Every verb an entry may have; the web has a sentence for each."""


@dataclass(frozen=True)
class Entry:
    """What is to be written, before it has a place in the chain."""

    verb: str
    actor: Actor
    occurred_at: datetime
    element_id: str | None = None
    task_id: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    """Plain JSON without personal values: names, numbers, the elements passed."""
    values: Variables = field(default_factory=dict)
    """Personal values; erasable."""


@dataclass(frozen=True)
class Link:
    """A row of the history as it is stored."""

    instance_id: UUID
    seq: int
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    actor_name: str
    on_behalf_of: str | None
    on_behalf_of_name: str | None
    verb: str
    element_id: str | None
    task_id: str | None
    params: Mapping[str, Any]
    value_digest: bytes | None
    digest: bytes
    salt: bytes | None = None
    body: str | None = None

    def facts(self) -> str | None:
        """The params as they are stored: in the form they are signed in; None where there are none.

        Raises:
            ValueRefused: a text holds NUL, which the database could write down but not read again.
        """
        if not self.params:
            return None
        written = orjson.dumps(self.params, option=orjson.OPT_SORT_KEYS)
        if _NUL.search(written):
            raise ValueRefused("A text holds the character NUL")
        return written.decode()

    def signed(self) -> bytes:
        """The bytes that the digest covers, besides the digest before."""
        return orjson.dumps(
            [
                str(self.instance_id),
                self.seq,
                _moment(self.occurred_at),
                _moment(self.recorded_at),
                self.actor,
                self.actor_name,
                self.on_behalf_of,
                self.on_behalf_of_name,
                self.verb,
                self.element_id,
                self.task_id,
                self.params,
                self.value_digest.hex() if self.value_digest else None,
            ],
            option=orjson.OPT_SORT_KEYS,
        )


class Signer:
    """Links entries into a case's chain.

    Args:
        key: the secret of the chain, at least 32 bytes, kept outside the database.

    Raises:
        ValueError: the key is too short.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < MIN_KEY_BYTES:
            raise ValueError(f"The history key must have at least {MIN_KEY_BYTES} bytes.")
        self._key = key

    def link(
        self, instance_id: UUID, head: bytes, length: int, entries: Sequence[Entry], *, recorded_at: datetime
    ) -> tuple[Link, ...]:
        """Give each entry its number, its digest and its salt, after the chain's `head`."""
        links = []
        for entry in entries:
            length += 1
            link = self._link(instance_id, length, head, entry, recorded_at)
            head = link.digest
            links.append(link)
        return tuple(links)

    def digest(self, head: bytes, link: Link) -> bytes:
        """The digest that `link` must have after `head`."""
        return self.sign(head + link.signed())

    def sign(self, message: bytes) -> bytes:
        """HMAC-SHA256 of `message` under the history key."""
        return hmac.digest(self._key, message, "sha256")

    def _link(self, instance_id: UUID, seq: int, head: bytes, entry: Entry, recorded_at: datetime) -> Link:
        body = codec.canonical(dict(entry.values)).decode() if entry.values else None
        salt = os.urandom(16) if body is not None else None
        actor = entry.actor
        unsigned = Link(
            instance_id=instance_id,
            seq=seq,
            occurred_at=entry.occurred_at,
            recorded_at=recorded_at,
            actor=actor.person_id,
            actor_name=actor.name,
            on_behalf_of=actor.on_behalf_of,
            on_behalf_of_name=actor.on_behalf_of_name,
            verb=entry.verb,
            element_id=entry.element_id,
            task_id=entry.task_id,
            params=entry.params,
            value_digest=value_digest(salt, body) if salt and body is not None else None,
            digest=b"",
            salt=salt,
            body=body,
        )
        return Link(**{**unsigned.__dict__, "digest": self.digest(head, unsigned)})


def value_digest(salt: bytes, body: str) -> bytes:
    """What stands in the signed entry for its values."""
    return hashlib.sha256(salt + body.encode()).digest()


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
