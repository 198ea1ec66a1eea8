"""Making the nodes of a form from what the case knows and what a person typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.forms.definition import Field, Message, Option, is_own_word
from engine.forms.expressions import Outcome, Rule
from engine.forms.nodes import MISSING, ORIGIN, FormState, Missing, Node, Row, look_up
from engine.forms.parsing import read_options
from engine.forms.types import Raw, Refused, Surroundings, type_of
from engine.forms.types.containers import row_limits

OWN_WORDS = ("decision", "opinion")
"""Keys of what one person decides and says. Their fields begin empty (or with their default) in every
task: the next person, and the same one when the work comes back, decides in their own words."""


class Builder:
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
        below_raw: Any = look_up(raw, field.path) if raw is not None else MISSING
        if kind.container == "group":
            inner_raw = None if raw is None else below_raw if isinstance(below_raw, Mapping) else {}
            inner_known = look_up(known, field.path)
            node.children = self.nodes(field.components, path, inner_raw, inner_known, form_readonly=fixed)
            return node
        node.known = look_up(known, field.path) if field.path else MISSING
        if kind.container == "rows":
            self.rows(node, below_raw, fixed)
        elif field.path and kind.editable:
            self.answer(node, below_raw)
        return node

    def answer(self, node: Node, raw: Raw | Missing) -> None:
        node.options = self.options(node.field, self.state.names)
        if node.field.default is not None:
            node.default = self.default(node)
        node.posted = self.state.answered and not isinstance(raw, Missing)
        if not node.posted:
            node.typed = self.default(node) if self.starts_anew(node) else self.known_or_default(node)
            node.raw = None if node.readonly else node.kind.to_raw(node.field, node.typed)
            return
        node.raw = raw
        parse(node, self.state)

    def starts_anew(self, node: Node) -> bool:
        """Whether the field begins without what the case knows: nobody's decision is laid before the next one."""
        own = any(is_own_word(node.field.key, word) for word in OWN_WORDS)
        return own and not node.readonly and not self.state.reading

    def known_or_default(self, node: Node) -> Any:
        """The case's value, read as this type where it has another shape; else the default."""
        if node.known is MISSING:
            return self.default(node)
        if node.known is None or node.kind.accepts(node.field, node.known):
            return node.kind.empty() if node.known is None else node.known
        try:
            return node.kind.parse(node.field, node.known, surroundings(node, self.state))
        except Refused as refused:
            self.state.problems.append(f"{node.field.id}: the case's value is no {node.field.type} ({refused.message})")
            return node.known if node.readonly else node.kind.empty()

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
        outcome = self.state.evaluate(rule, names)
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
        elif self.state.answered and not isinstance(raw, Missing) and not fixed:
            plan = []
            if raw not in (None, ""):
                node.errors.append(Message("format"))
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
