"""A form with answers in it, as a tree: one node a field, and one a row and field in lists."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as by_default
from datetime import datetime
from typing import Any

from engine.forms.definition import Field, FormDefinition, Message, Option
from engine.forms.expressions import Functions, Outcome, Rule
from engine.forms.types import Directory, FieldType, Raw, display

MAX_SECONDS = 3.0
"""For all expressions of a form together; each has a budget of its own besides."""
ORIGIN = "#"
"""In a raw row: the place it had in the case's list; `""` for a row that is new."""


class Missing:
    """The absence of a value, where null is one."""


MISSING = Missing()


@dataclass
class Node:
    """One field of the form at one place (a field in rows has a node a row)."""

    field: Field
    path: tuple[str, ...]
    """Where its value is, with row numbers; for what holds none, where its children are."""
    kind: FieldType
    known: Any = MISSING
    """The case's value before this form."""
    default: Any = MISSING
    """What the form's author put in, where they did."""
    raw: Raw = None
    posted: bool = False
    """Whether `raw` came in, rather than being what is known."""
    typed: Any = None
    """The value of `raw`."""
    value: Any = None
    """The value that counts: typed, known or computed."""
    children: list[Node] = by_default(default_factory=list)
    rows: list[Row] = by_default(default_factory=list)
    options: tuple[Option, ...] = ()
    hidden: bool = False
    cleared: bool = False
    """Hidden by an answer of this form, so that its old value is to go."""
    readonly: bool = False
    required: bool = False
    """Whether it must be filled in, as things stand."""
    errors: list[Message] = by_default(default_factory=list)
    warnings: list[Message] = by_default(default_factory=list)

    @property
    def name(self) -> str:
        """The path as one text: `members.0.name`; the component's id for what holds no value."""
        return ".".join(self.path) if self.field.path else self.field.id

    def display(self, lang: str, *, masked: bool = False) -> str:
        """Its value in words, choices by the options it has here."""
        field = replace(self.field, options=self.options) if self.options else self.field
        return display(field, self.value, lang, masked=masked)

    @property
    def editable(self) -> bool:
        """Whether the person may change it now."""
        return self.kind.editable and not self.hidden and not self.readonly

    def walk(self) -> Iterator[Node]:
        """This node and all below it, in the order of the page."""
        yield self
        for child in self.children:
            yield from child.walk()
        for row in self.rows:
            for child in row.children:
                yield from child.walk()


@dataclass
class Row:
    """One row of a dynamic list."""

    index: int
    origin: int | None
    """Its place in the case's list; None when it is new."""
    known: Mapping[str, Any]
    children: list[Node]

    def is_blank(self) -> bool:
        """Whether the person has put nothing into it."""
        cells = [node for child in self.children for node in child.walk() if node.editable]
        return bool(cells) and all(
            not node.errors and (node.kind.is_empty(node.value) or node.value == node.default) for node in cells
        )


@dataclass
class FormState:
    """A settled form."""

    form: FormDefinition
    nodes: list[Node]
    names: Mapping[str, Any]
    now: datetime
    functions: Functions
    directory: Directory | None
    answered: bool
    """Whether there was raw input, or only what the case knows."""
    reading: bool = False
    """Whether the names are an answer given to this form, to be read."""
    deadline: float = by_default(default_factory=lambda: time.monotonic() + MAX_SECONDS)
    """When the form's expressions, taken together, have had their time."""
    problems: list[str] = by_default(default_factory=list)
    """Expressions that failed, in words, for logs and tests."""

    def evaluate(self, rule: Rule, context: Mapping[str, Any]) -> Outcome:
        """Evaluate an expression of the form; after the deadline every one gives null with an error."""
        if time.monotonic() > self.deadline:
            return Outcome(None, ("the form's expressions take too long",))
        return rule.evaluate(context, self.functions)

    def walk(self) -> Iterator[Node]:
        """Every node, in the order of the page."""
        for node in self.nodes:
            yield from node.walk()

    def node(self, name: str) -> Node | None:
        """The node called `name` (`members.0.name`), or None."""
        return next((node for node in self.walk() if node.name == name), None)

    def values(self) -> dict[str, Any]:
        """All visible values, nested by their keys; rows as they stand, blank ones too."""
        scope = Scope({}, {})
        put_all(self.nodes, scope)
        return scope.values

    def raw(self) -> dict[str, Any]:
        """The raw input of all editable fields, nested by their keys: what a draft keeps."""
        return _raw_of(self.nodes)

    def context(self) -> dict[str, Any]:
        """The names expressions of the form see."""
        return {**self.names, **self.values()}


@dataclass
class Scope:
    """The values of the form's root or of one row, and the names expressions see there."""

    values: dict[str, Any]
    context: dict[str, Any]

    def put(self, path: Sequence[str], value: Any) -> None:
        """Set the value at `path`, making dicts on the way."""
        here = self.values
        for segment in path[:-1]:
            below = here.get(segment)
            here[segment] = here = dict(below) if isinstance(below, Mapping) else {}
        here[path[-1]] = value
        self.context[path[0]] = self.values[path[0]]

    def row(self, values: dict[str, Any], index: int) -> Scope:
        """The scope of one row: its own names before the form's."""
        local = {"this": values, "parent": self.context, "i": [index + 1]}
        wrapped = {f"_{name}_": value for name, value in local.items()}
        return Scope(values, {**self.context, **local, **wrapped, **values})


def look_up(values: Any, path: Sequence[str]) -> Any:
    """The value at `path` of nested dicts, or MISSING."""
    for segment in path:
        if not isinstance(values, Mapping) or segment not in values:
            return MISSING
        values = values[segment]
    return values


def values_of(nodes: Sequence[Node]) -> dict[str, Any]:
    scope = Scope({}, {})
    put_all(nodes, scope)
    return scope.values


def put_all(nodes: Sequence[Node], scope: Scope, prefix: tuple[str, ...] = ()) -> None:
    """Put the visible values of `nodes` into `scope`; hidden ones as null."""
    for node in nodes:
        path = prefix + node.field.path
        if node.kind.container == "group":
            put_all(node.children, scope, path)
        elif node.kind.container == "rows":
            if path:
                scope.put(path, [] if node.hidden else [{**row.known, **values_of(row.children)} for row in node.rows])
        elif path and node.kind.keyed:
            scope.put(path, None if node.hidden else node.value if node.value is not None else node.typed)


def _raw_of(nodes: Sequence[Node], prefix: tuple[str, ...] = ()) -> dict[str, Any]:
    scope = Scope({}, {})
    _collect_raw(nodes, scope, prefix)
    return scope.values


def _collect_raw(nodes: Sequence[Node], scope: Scope, prefix: tuple[str, ...]) -> None:
    for node in nodes:
        path = prefix + node.field.path
        if node.kind.container == "group":
            _collect_raw(node.children, scope, path)
        elif node.kind.container == "rows" and path:
            rows = [
                {ORIGIN: "" if row.origin is None else str(row.origin), **_raw_of(row.children)} for row in node.rows
            ]
            scope.put(path, rows)
        elif path and node.kind.editable and not node.readonly:
            scope.put(path, node.raw)
