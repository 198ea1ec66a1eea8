"""What a case of the reference interpreter consists of: works (tokens on nodes), scopes, and what is awaited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.conformance.bpmn.models.clocks import Clock
from tests.conformance.bpmn.models.reading import Event, Level, Node

Layer = tuple[dict[str, Any], frozenset[str] | None]
"""A set of variables, and the only names it takes; None takes all."""


@dataclass(eq=False)
class Scope:
    """A process or subprocess that runs. `values`: variables of its own, in a process."""

    level: Level
    host: Work | None = None
    values: dict[str, Any] | None = None
    objects: dict[str, Any] = field(default_factory=dict)
    """What is in the data objects and properties of a subprocess."""
    works: list[Work] = field(default_factory=list)
    done: list[Record] = field(default_factory=list)
    """What was completed here and can be compensated, in order."""
    closed: bool = False

    def visible(self) -> dict[str, Any]:
        """All variables seen from here."""
        seen: dict[str, Any] = {}
        for layer, _ in reversed(list(self.layers())):
            seen |= layer
        return seen

    def write(self, values: dict[str, Any]) -> None:
        """Write variables, each into the innermost set that takes its name."""
        layers = list(self.layers())
        for name, value in values.items():
            next(layer for layer, takes in layers if takes is None or name in takes)[name] = value

    def layers(self) -> Iterator[Layer]:
        """The sets of variables seen from here, the innermost first."""
        if self.values is not None:
            yield self.values, None
            return
        yield self.objects, self.level.declared
        assert self.host is not None
        yield from self.host.layers()


@dataclass(eq=False)
class Work:
    """A token on a node. An activity that runs is one, the whole of a repeated one, too."""

    node: Node
    scope: Scope
    flow: str = ""
    state: str = "ready"
    """`ready` to move · `open` (runs, or waits for a person or a connector) · `waiting` in a join · `gone`."""
    finished: bool = False
    """Its own work is done: it only leaves."""
    inner: Scope | None = None
    local: dict[str, Any] | None = None
    own: dict[str, Any] | None = None
    """Its data inputs and outputs, once it has begun."""
    item: dict[str, Any] | None = None
    """Which turn of a loop it is, or which one of many it undoes: no other names are kept here."""
    turn: int = 0
    """Which turn of a repeated activity it is."""
    items: list[Any] = field(default_factory=list)
    received: dict[str, Any] = field(default_factory=dict)
    """Data items that came with what it waited for."""
    given: dict[int, Any] = field(default_factory=dict)
    """What the turns of a multi-instance have given so far."""
    whole: Work | None = None
    """The repeated activity that it is one turn of."""
    turns: list[Work] = field(default_factory=list)
    begun: int = 0
    completed: int = 0
    undoable: list[Record] = field(default_factory=list)
    left: Record | None = None
    """How what was inside can be compensated."""
    demand: Demand | None = None
    """The compensation that it is part of."""
    awaited: int = 0
    """Compensations that it waits for."""
    entry: Node | None = None
    """The start event of an event subprocess."""
    reopened: bool = False
    cancelling: bool = False
    returned: dict[str, Any] | None = None
    """The variables of the called process, when that is done."""
    consumed: set[str] | None = None
    """The flows with which a complex gateway has started, while it waits for the others."""
    reset: bool = False
    chooses: bool = False
    """It is the task in which a person says how an ad-hoc subprocess goes on."""
    once: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)
    ends: bool = False

    def visible(self) -> dict[str, Any]:
        """All variables seen from here."""
        seen: dict[str, Any] = {}
        for layer, _ in reversed(list(self.layers())):
            seen |= layer
        return seen

    def layers(self) -> Iterator[Layer]:
        """The sets of variables seen from here, the innermost first."""
        yield from self.inner_layers()
        if self.whole is not None:
            yield from self.whole.inner_layers()
        yield from self.scope.layers()

    def inner_layers(self) -> Iterator[Layer]:
        """The sets of variables of this token itself: the data of its activity, those of one turn."""
        if self.own is not None and self.node.data is not None:
            yield self.own, frozenset(self.node.data.own)
        if self.local is not None:
            yield self.local, None
        if self.item is not None:
            yield self.item, frozenset(self.item)

    def write(self, values: dict[str, Any], *, outside: bool = False) -> None:
        """Write variables, each into the innermost set that takes its name; `outside`: of those around this token."""
        layers = list(self.layers())
        inner = len(list(self.inner_layers())) if outside else 0
        for name, value in values.items():
            next(layer for layer, takes in layers[inner:] if takes is None or name in takes)[name] = value


@dataclass(eq=False)
class Demand:
    """Compensation of some records of a scope, the last first."""

    scope: Scope
    records: list[Record]
    waiting: list[Work]
    work: Work


@dataclass(eq=False)
class Record:
    """A completed activity. Its handler undoes it, or what is `inner`, or each of its `turns`."""

    node: Node
    inner: list[Record] | None = None
    turns: list[Record] | None = None
    values: dict[str, Any] | None = None
    objects: dict[str, Any] = field(default_factory=dict)
    local: dict[str, Any] | None = None
    item: dict[str, Any] | None = None
    partly: bool = False


@dataclass(eq=False)
class Arm:
    """Something that waits for events: a token, a border, an event subprocess, a branch of an event-based gateway."""

    kind: str
    """`catch`, `boundary`, `listener` or `race`."""
    node: Node
    scope: Scope
    work: Work | None = None
    """The token that waits, the activity at whose border it is, or the gateway."""
    subprocess: Node | None = None
    flow: str = ""
    seen: set[int] = field(default_factory=set)
    received: dict[str, Any] = field(default_factory=dict)
    clocks: dict[int, Clock] = field(default_factory=dict)
    was: dict[int, bool] = field(default_factory=dict)

    @property
    def events(self) -> list[Event]:
        return self.node.events
