"""One effect for one token: what was answered once is answered again, not done again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from engine.errors import CommitUnknown, NotAllowed
from engine.model import Actor
from engine.store import Store, Transaction
from engine.store import token_queries as tokens

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Once:
    """A form token to be used up by an act that does not move its case, and the answer kept under it."""

    token: str | None
    verb: str
    about: UUID
    """The case or task it is done to: the token of one is not taken for another."""
    answer: Mapping[str, Any] = field(default_factory=dict)

    def was_done(self, record: Mapping[str, Any] | None, actor: Actor) -> bool:
        """Whether the token's record says that this was done. Raises NotAllowed: something else was."""
        if record is None:
            return False
        ensure_same(record, self.verb, actor)
        if record["result"].get("about") != str(self.about):
            raise _used_otherwise(record)
        return True

    @property
    def result(self) -> dict[str, Any]:
        """What is stored under the token."""
        return {"about": str(self.about), **self.answer}


def ensure_same(record: Mapping[str, Any], verb: str, actor: Actor) -> None:
    """Check that a used token comes back from who used it, for the same thing. Raises NotAllowed."""
    if record["verb"] != verb or record["person_id"] != actor.person_id:
        raise _used_otherwise(record)


def _used_otherwise(record: Mapping[str, Any]) -> NotAllowed:
    return NotAllowed("This form was used for something else already.", token=record["token"][:8])


def once(
    store: Store,
    token: str | None,
    verb: str,
    actor: Actor,
    work: Callable[[Transaction], Answer],
    replay: Callable[[Transaction, Any], Answer],
) -> Answer:
    """Do `work` in one transaction; when its commit is lost on the way, find out whether it was stored.

    Args:
        token: the form's one-time token; without one a lost commit stays unknown.
        work: does it, looks the token up and records it. It may find that the token was used.
        replay: makes the answer again from the token's stored result.

    Raises:
        CommitUnknown: the connection was lost and nothing was stored under the token: do it again.
    """
    try:
        with store.transaction() as tx:
            return work(tx)
    except CommitUnknown:
        if token is None:
            raise
        with store.transaction() as tx:
            record = tokens.answered(tx, token)
            if record is None:
                raise
            ensure_same(record, verb, actor)
            return replay(tx, record["result"])
