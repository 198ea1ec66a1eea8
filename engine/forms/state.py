"""A form with answers in it: which fields are there, what they hold, what may be changed.

A form is settled before it is judged: hidden fields are taken out, computed ones
filled in, again and again until nothing changes. Answers to hidden and read-only
fields are never looked at, whatever a request says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.forms.definition import Field, FormDefinition, Message, Option
from engine.forms.expressions import Functions, Outcome, Rule, clock_functions
from engine.forms.parsing import read_options
from engine.forms.types import Directory, FieldType, Raw, Refused, Surroundings, type_of
from engine.forms.types.base import Kind
from engine.forms.types.containers import row_limits

MAX_PASSES = 12
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
    raw: Raw = None
    typed: Any = None
    """The value of `raw`."""
    value: Any = None
    """The value that counts: typed, known or computed."""
    children: list[Node] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    options: tuple[Option, ...] = ()
    hidden: bool = False
    cleared: bool = False
    """Hidden by an answer of this form, so that its old value is to go."""
    readonly: bool = False
    errors: list[Message] = field(default_factory=list)
    warnings: list[Message] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The path as one text: `members.0.name`; the component's id for what holds no value."""
        return ".".join(self.path) if self.field.path else self.field.id

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
            not node.errors and (node.kind.is_empty(node.value) or node.value == _plain_default(node)) for node in cells
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
    problems: list[str] = field(default_factory=list)
    """Expressions that failed, in words, for logs and tests."""

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
        _put_all(self.nodes, scope)
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


def open_form(
    form: FormDefinition,
    names: Mapping[str, Any],
    now: datetime,
    *,
    raw: Mapping[str, Any] | None = None,
    directory: Directory | None = None,
    functions: Functions | None = None,
) -> FormState:
    """Fill `form` and settle it.

    Args:
        names: the case's variables; what the form shows when there is no raw input.
        now: the instant `now()` and `today()` mean.
        raw: input nested by keys (module `types.base`), or None to show what is known.
        directory: who pickers may name; None believes what is given.
        functions: further functions for the form's expressions.
    """
    state = FormState(
        form=form,
        nodes=[],
        names=dict(names),
        now=now,
        functions={**clock_functions(now), **(functions or {})},
        directory=_Remembering(directory) if directory is not None else None,
        answered=raw is not None,
    )
    builder = _Builder(state)
    state.nodes = builder.nodes(form.components, (), raw, state.names, form_readonly=False)
    _Settler(state).run()
    return state


class _Remembering:
    """A directory that is asked once a question while a form settles."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._answers: dict[tuple[str, str, str | None], Sequence[Mapping[str, str]]] = {}

    def find(self, kind: Kind, text: str, scope: str | None) -> Sequence[Mapping[str, str]]:
        question = (kind, text, scope)
        if question not in self._answers:
            self._answers[question] = self._directory.find(kind, text, scope)
        return self._answers[question]


class _Builder:
    """Makes the nodes: one a field, one a row and field in lists."""

    def __init__(self, state: FormState) -> None:
        self.state = state

    def nodes(
        self,
        fields: Sequence[Field],
        prefix: tuple[str, ...],
        raw: Mapping[str, Any] | None,
        known: Any,
        *,
        form_readonly: bool,
    ) -> list[Node]:
        return [self.node(field, prefix, raw, known, form_readonly) for field in fields]

    def node(
        self, field: Field, prefix: tuple[str, ...], raw: Mapping[str, Any] | None, known: Any, above_readonly: bool
    ) -> Node:
        kind = type_of(field)
        path = prefix + field.path
        fixed = above_readonly or field.readonly is True
        node = Node(field, path, kind, readonly=fixed)
        below_raw: Any = look_up(raw, field.path) if raw is not None else None
        if kind.container == "group":
            inner_raw = None if raw is None else below_raw if isinstance(below_raw, Mapping) else {}
            inner_known = look_up(known, field.path)
            node.children = self.nodes(field.components, path, inner_raw, inner_known, form_readonly=fixed)
            return node
        node.known = look_up(known, field.path) if field.path else MISSING
        if kind.container == "rows":
            self.rows(node, None if raw is None else below_raw, fixed)
        elif field.path and kind.editable:
            self.answer(node, None if raw is None else below_raw)
        return node

    def answer(self, node: Node, raw: Raw | Missing) -> None:
        node.options = self.options(node.field, self.state.names)
        if raw is None and not self.state.answered:
            node.typed = self.known_or_default(node)
            node.raw = node.kind.to_raw(node.field, node.typed)
            return
        node.raw = None if isinstance(raw, Missing) else raw
        parse(node, self.state)

    def known_or_default(self, node: Node) -> Any:
        if node.known is not MISSING:
            return node.kind.empty() if node.known is None else node.known
        return self.default(node)

    def default(self, node: Node) -> Any:
        given = node.field.default
        if isinstance(given, Rule):
            given = self.outcome(given, node.field, self.state.names).value
        if given is None:
            return node.kind.empty()
        try:
            return node.kind.parse(node.field, given, surroundings(node, self.state))
        except Refused:
            return node.kind.empty()

    def options(self, field: Field, names: Mapping[str, Any]) -> tuple[Option, ...]:
        source = field.attributes.get("valuesKey")
        if field.options_rule is not None:
            listed = self.outcome(field.options_rule, field, names).value
        elif source:
            listed = look_up(names, str(source).split("."))
        else:
            return field.options
        return tuple(read_options(listed)) if isinstance(listed, (list, tuple)) else ()

    def outcome(self, rule: Rule, field: Field, names: Mapping[str, Any]) -> Outcome:
        outcome = rule.evaluate(names, self.state.functions)
        self.state.problems += [f"{field.id}: {problem}" for problem in outcome.errors]
        return outcome

    def rows(self, node: Node, raw: Raw | Missing, fixed: bool) -> None:
        known = node.known if isinstance(node.known, (list, tuple)) else []
        known = [row if isinstance(row, Mapping) else {} for row in known]
        fixed_rows = fixed or node.field.attributes.get("allowAddRemove") is False
        _, most = row_limits(node.field)
        plan: list[tuple[Mapping[str, Any] | None, int | None]]
        if isinstance(raw, (list, tuple)):
            given = [row if isinstance(row, Mapping) else {} for row in raw]
            if fixed_rows and known:
                plan = [(given[at] if at < len(given) else {}, at) for at in range(len(known))]
            else:
                if len(given) > most:
                    node.errors.append(Message("too-many-rows", {"max": most}))
                plan = self._placed(given[:most], len(known))
        elif self.state.answered and not fixed:
            plan = []
        elif known:
            plan = [(None, at) for at in range(len(known))]
        else:
            first = node.field.attributes.get("defaultRepetitions", 1)
            plan = [(None, None)] * (0 if fixed else min(first if isinstance(first, int) else 1, most))
        for index, (row_raw, origin) in enumerate(plan):
            row_known = known[origin] if origin is not None else {}
            children = self.nodes(
                node.field.components, (*node.path, str(index)), row_raw, row_known, form_readonly=fixed
            )
            node.rows.append(Row(index, origin, row_known, children))

    @staticmethod
    def _placed(rows: Sequence[Mapping[str, Any]], known: int) -> list[tuple[Mapping[str, Any] | None, int | None]]:
        """Each raw row with its place in the case's list; a place is given once."""
        taken: set[int] = set()
        placed: list[tuple[Mapping[str, Any] | None, int | None]] = []
        for index, row in enumerate(rows):
            text = str(row.get(ORIGIN, index))
            origin = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
            if origin is None or origin >= known or origin in taken:
                origin = None
            else:
                taken.add(origin)
            placed.append((row, origin))
        return placed


def surroundings(node: Node, state: FormState, limits: Mapping[str, Any] | None = None) -> Surroundings:
    """What the field's type may know when it parses or checks this node."""
    return Surroundings(state.now, node.options, state.directory, limits or {})


def parse(node: Node, state: FormState) -> None:
    """Set the node's typed value from its raw input, or its error."""
    node.errors = []
    try:
        node.typed = node.kind.parse(node.field, node.raw, surroundings(node, state))
    except Refused as refused:
        node.typed = node.kind.empty()
        node.errors = [refused.message]


class _Settler:
    """Hides, computes and marks read-only until nothing changes."""

    def __init__(self, state: FormState) -> None:
        self.state = state
        self.builder = _Builder(state)
        self.own_names = {field.path[0] for field in state.form.fields}

    def run(self) -> None:
        last: Any = None
        for _ in range(MAX_PASSES):
            self.state.problems = []
            scope = self.scope()
            self.settle(self.state.nodes, scope, (), hidden=False, cleared=False)
            picture = ([(node.hidden, node.readonly) for node in self.state.walk()], scope.values)
            if picture == last:
                return
            last = picture
        self.state.problems.append("the form does not settle: its conditions depend on each other in a circle")

    def scope(self) -> Scope:
        blank = dict.fromkeys(self.own_names)
        scope = Scope({}, {**blank, **self.state.names})
        _put_all(self.state.nodes, scope)
        return scope

    def settle(
        self, nodes: Sequence[Node], scope: Scope, prefix: tuple[str, ...], *, hidden: bool, cleared: bool
    ) -> None:
        for node in nodes:
            path = prefix + node.field.path
            node.hidden, node.cleared = self.hiding(node, scope, hidden, cleared)
            if isinstance(node.field.readonly, Rule):
                node.readonly = self.holds(node.field.readonly, node.field, scope)
            if node.kind.container == "group":
                self.settle(node.children, scope, path, hidden=node.hidden, cleared=node.cleared)
            elif node.kind.container == "rows":
                self.settle_rows(node, scope, path)
            else:
                self.set_value(node, scope, path)

    def hiding(self, node: Node, scope: Scope, hidden: bool, cleared: bool) -> tuple[bool, bool]:
        rule = node.field.hide
        if hidden or rule is None or not self.holds(rule, node.field, scope):
            return hidden, cleared
        return True, bool(rule.names & self.own_names)

    def holds(self, rule: Rule, field: Field, scope: Scope) -> bool:
        return self.builder.outcome(rule, field, scope.context).value is True

    def settle_rows(self, node: Node, scope: Scope, path: tuple[str, ...]) -> None:
        rows = []
        for row in node.rows:
            inner = scope.row({**row.known, **_values_of(row.children)}, row.index)
            self.settle(row.children, inner, (), hidden=node.hidden, cleared=node.cleared)
            rows.append(inner.values)
        node.value = None if node.hidden else rows
        if path:
            scope.put(path, [] if node.hidden else rows)

    def set_value(self, node: Node, scope: Scope, path: tuple[str, ...]) -> None:
        if node.field.options_rule is not None and node.kind.offers_options:
            node.options = self.builder.options(node.field, scope.context)
            if self.state.answered and not node.readonly:
                parse(node, self.state)
        if node.field.compute is not None:
            node.value = self.builder.outcome(node.field.compute, node.field, scope.context).value
        elif node.readonly:
            node.value = self.builder.known_or_default(node)
            node.raw, node.errors = node.kind.to_raw(node.field, node.value), []
        else:
            node.value = node.typed
        if path and node.kind.keyed:
            scope.put(path, None if node.hidden else node.value)


def _values_of(nodes: Sequence[Node]) -> dict[str, Any]:
    scope = Scope({}, {})
    _put_all(nodes, scope)
    return scope.values


def _put_all(nodes: Sequence[Node], scope: Scope, prefix: tuple[str, ...] = ()) -> None:
    """Put the visible values of `nodes` into `scope`; hidden ones as null."""
    for node in nodes:
        path = prefix + node.field.path
        if node.kind.container == "group":
            _put_all(node.children, scope, path)
        elif node.kind.container == "rows":
            if path:
                scope.put(path, [] if node.hidden else [{**row.known, **_values_of(row.children)} for row in node.rows])
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


def _plain_default(node: Node) -> Any:
    return MISSING if isinstance(node.field.default, Rule) or node.field.default is None else node.field.default
