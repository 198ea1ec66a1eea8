"""What a case of the reference interpreter consists of: works (tokens on nodes), scopes, and what is awaited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.conformance.bpmn.models.reading import Event, Level, Node


@dataclass(eq=False)
class Scope:
    """A process or subprocess that runs. `values`: variables of its own, in a process."""

    level: Level
    host: Work | None = None
    values: dict[str, Any] | None = None
    works: list[Work] = field(default_factory=list)
    done: list[Record] = field(default_factory=list)
    """What was completed here and can be compensated, in order."""
    closed: bool = False

    def visible(self) -> dict[str, Any]:
        """All variables seen from here."""
        if self.values is not None:
            return self.values
        assert self.host is not None
        return self.host.visible()


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
        for layer in reversed(list(self.layers())):
            seen |= layer
        return seen

    def layers(self) -> Iterator[dict[str, Any]]:
        """The sets of variables seen from here, the innermost first."""
        work: Work | None = self
        while work is not None:
            if work.local is not None:
                yield work.local
            if work.scope.values is not None:
                yield work.scope.values
                return
            work = work.scope.host

    def write(self, values: dict[str, Any]) -> None:
        """Write variables into the innermost set."""
        next(self.layers()).update(values)


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
    local: dict[str, Any] | None = None
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
    due: dict[int, datetime] = field(default_factory=dict)
    left: dict[int, int] = field(default_factory=dict)
    was: dict[int, bool] = field(default_factory=dict)

    @property
    def events(self) -> list[Event]:
        return self.node.events
