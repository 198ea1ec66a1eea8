"""A form with answers in it: which fields are there, what they hold, what may be changed.

A form is settled before it is judged: hidden fields are taken out, computed ones
filled in, again and again until nothing changes. Answers to hidden and read-only
fields are never looked at, whatever a request says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.forms.building import Builder, parse
from engine.forms.definition import Field, FormDefinition
from engine.forms.expressions import Functions, Rule, clock_functions
from engine.forms.nodes import FormState, Node, Scope, put_all, values_of
from engine.forms.types import Directory
from engine.forms.types.base import Kind

MAX_PASSES = 12


def open_form(
    form: FormDefinition,
    names: Mapping[str, Any],
    now: datetime,
    *,
    raw: Mapping[str, Any] | None = None,
    directory: Directory | None = None,
    functions: Functions | None = None,
    reading: bool = False,
) -> FormState:
    """Fill `form` and settle it.

    Args:
        names: the case's variables; what the form shows when there is no raw input.
        now: the instant `now()` and `today()` mean.
        raw: input nested by keys (module `types.base`), or None to show what is known;
            a field that is missing from it (not one that is blank) keeps what is known.
        directory: who pickers may name; None believes what is given.
        functions: further functions for the form's expressions.
        reading: `names` are an answer given to this form, to be read: also its decision and opinion.
    """
    state = FormState(
        form=form,
        nodes=[],
        names=dict(names),
        now=now,
        functions={**clock_functions(now), **(functions or {})},
        directory=_Remembering(directory) if directory is not None else None,
        answered=raw is not None,
        reading=reading,
    )
    builder = Builder(state)
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


class _Settler:
    """Hides, computes and marks read-only until nothing changes."""

    def __init__(self, state: FormState) -> None:
        self.state = state
        self.builder = Builder(state)
        self.own_names = {field.path[0] for field in state.form.fields}

    def run(self) -> None:
        last: Any = None
        before = list(self.state.problems)
        for _ in range(MAX_PASSES):
            self.state.problems = list(before)
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
        put_all(self.state.nodes, scope)
        return scope

    def settle(
        self, nodes: Sequence[Node], scope: Scope, prefix: tuple[str, ...], *, hidden: bool, cleared: bool
    ) -> None:
        for node in nodes:
            path = prefix + node.field.path
            node.hidden, node.cleared = self.hiding(node, scope, hidden, cleared)
            if isinstance(node.field.readonly, Rule):
                node.readonly = self.holds(node.field.readonly, node.field, scope)
            demand = node.field.required_if
            node.required = bool(node.field.rules.get("required")) or (
                demand is not None and self.holds(demand.rule, node.field, scope)
            )
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
            inner = scope.row({**row.known, **values_of(row.children)}, row.index)
            self.settle(row.children, inner, (), hidden=node.hidden, cleared=node.cleared)
            rows.append(inner.values)
        node.value = None if node.hidden else rows
        if path:
            scope.put(path, [] if node.hidden else rows)

    def set_value(self, node: Node, scope: Scope, path: tuple[str, ...]) -> None:
        if node.field.options_rule is not None and node.kind.offers_options:
            node.options = self.builder.options(node.field, scope.context)
            if node.posted and not node.readonly:
                parse(node, self.state)
        if node.field.compute is not None:
            node.value = self.builder.outcome(node.field.compute, node.field, scope.context).value
        elif node.readonly:
            node.value = self.builder.known_or_default(node)
            node.errors = []
        else:
            node.value = node.typed
        if path and node.kind.keyed:
            scope.put(path, None if node.hidden else node.value)
