"""Tokens that a step does not touch stay the records they were saved as: not built, not walked, not written anew.

A case may hold a thousand open tasks (one of many, BPMN 2.0 §13.3.6); a step answers one of them. The others can do
nothing by themselves: they wait for a person or a connector, no timer or event is theirs, no join looks for them.
`Tokens` brings one back when it is looked up, and all of its scope when somebody walks over every token there.
A subprocess in which every token rests, rests with them: one of a thousand is opened only when it is worked in, or
when a timer inside it is due.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine import codec
from engine.spiff.token import Token

if TYPE_CHECKING:
    from _collections_abc import dict_values

    from engine.spiff.case import Scope
    from engine.spiff.specs.base import FlowNode

Record = list[Any]
"""`[id, scope, spec, state, parent, seq, notes]`, see `engine.spiff.serializer`."""

SCOPE, SPEC, PARENT, SEQ, NOTES = 1, 2, 4, 5, 6
_WAITS = frozenset({"open", "called"})
_HARMLESS = _WAITS | {"local", "index", "flow", "own"}
"""Notes of a token that waits for a person or a connector and for nothing else."""


_TIMED = frozenset({"arms", "host", "local", "index", "flow", "own"})
"""Notes of a token that waits for a time, by itself or at another one."""


def can_rest(spec: FlowNode, record: Record) -> bool:
    """Whether only a person's or a connector's answer to this token itself can move it."""
    notes = record[NOTES]
    return spec.rests and not _WAITS.isdisjoint(notes) and _HARMLESS.issuperset(notes)


def can_wait(spec: FlowNode, record: Record, now: datetime) -> bool:
    """Whether a token waits for times alone, none of which has come: as long as nothing is touched around it."""
    notes = record[NOTES]
    if not spec.waits_for_time or not _TIMED.issuperset(notes):
        return False
    due = due_of(record)
    return due is not None and due > now


def due_of(record: Record) -> datetime | None:
    """When the first timer of a token is due that waits for times alone; None where it waits for nothing."""
    due: list[datetime] = [codec.decode(arm["due"]) for arm in record[NOTES].get("arms", ()) if "due" in arm]
    return min(due, default=None)


def can_rest_inside(spec: FlowNode, record: Record) -> bool:
    """Whether a token that runs a subprocess has nothing to do until a token inside moves."""
    return spec.rests_inside and (_HARMLESS - _WAITS).issuperset(record[NOTES])


@dataclass(slots=True)
class RestingScope:
    """A subprocess as it was saved: its own record, its place among the scopes, its tokens, which all rest."""

    record: Record
    order: int
    tokens: list[Record] = field(default_factory=list)


class Tokens(dict[str, Token]):
    """The tokens of one scope by id, in the order of their numbers; those that rest are built when they are needed."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self._scope = scope
        self._parents: set[str] = set()
        self.resting: dict[str, Record] = {}
        """Records of the tokens that this step has not touched."""

    def rest(self, record: Record) -> None:
        """Keep a token as its record until somebody asks for it."""
        self.resting[record[0]] = record
        self._parents.add(record[PARENT])

    def oldest_resting(self) -> dict[str, int]:
        """The number of the oldest token that rests at each element."""
        oldest: dict[str, int] = {}
        for record in self.resting.values():  # they were saved in the order of their numbers
            oldest.setdefault(record[SPEC], record[SEQ])
        return oldest

    def awake(self) -> list[Token]:
        """The tokens that are built: all whose state another token or the clock could change."""
        return list(super().values())

    def wake_all(self) -> None:
        """Build every token of the scope."""
        if self.resting:
            for record in list(self.resting.values()):
                self._build(record)
            self._sort()

    def wake_children(self, token: Token) -> None:
        """Build what hangs from a token, which is about to be gone or to take them away."""
        if token.id in self._parents:
            self.wake_all()
            token._children.sort(key=lambda child: built.seq if (built := self.get(child)) else 0)

    def values(self) -> dict_values[str, Token]:
        self.wake_all()
        return super().values()

    def get(self, token_id: str | None, default: Any = None) -> Any:
        found = super().get(token_id, default)  # type: ignore[arg-type]
        return self[token_id] if found is None and token_id in self.resting else found

    def __missing__(self, token_id: str) -> Token:
        built = self._build(self.resting[token_id])
        self._sort()
        return built

    def __contains__(self, token_id: object) -> bool:
        return super().__contains__(token_id) or token_id in self.resting

    def _build(self, record: Record) -> Token:
        token_id, _, name, state, parent, seq, notes = record
        self.resting.pop(token_id, None)
        scope = self._scope
        around = self[parent] if parent else scope.task_tree
        token = Token(scope, scope.spec.task_specs[name], around, state, token_id, seq)
        token.internal_data = codec.decode(notes)
        scope.case.reopen(token)
        return token

    def _sort(self) -> None:
        """Number order is what "oldest first" goes by."""
        built = sorted(super().items(), key=lambda item: item[1].seq)
        self.clear()
        self.update(built)
