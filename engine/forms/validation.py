"""Judging a form: every rule on every visible field, and the values that may be stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.forms.building import surroundings
from engine.forms.definition import Check, FormDefinition, Message
from engine.forms.expressions import Functions, Rule
from engine.forms.nodes import MISSING, FormState, Node, Row, Scope
from engine.forms.parsing import LIMITS
from engine.forms.state import open_form
from engine.forms.types import Directory
from engine.forms.types.containers import row_limits

FORM = ""
"""The path of messages about the form as a whole."""


@dataclass(frozen=True)
class FormResult:
    """What a form came to.

    `values` may be stored when `errors` is empty. Paths are dotted with row numbers
    (`members.0.name`); messages about the whole form stand under `""`.
    """

    values: dict[str, Any]
    errors: dict[str, tuple[Message, ...]]
    warnings: dict[str, tuple[Message, ...]]
    hidden: frozenset[str]
    state: FormState

    @property
    def ok(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.errors


def validate(
    form: FormDefinition,
    raw: Mapping[str, Any],
    names: Mapping[str, Any],
    now: datetime,
    *,
    directory: Directory | None = None,
    functions: Functions | None = None,
) -> FormResult:
    """Read raw input by the form's rules.

    Hidden fields are taken out first, then the rest is judged. Values of read-only,
    disabled, hidden and computed fields in `raw` are ignored.

    Args:
        form: the parsed form.
        raw: input nested by keys; texts as typed, or plain JSON values. A field that is
            missing (not one that is blank) keeps what the case knows, else its default.
        names: the case's variables.
        now: the instant `now()` and `today()` mean.
        directory: who pickers may name; None believes what is given.
        functions: further functions for the form's expressions.

    Returns:
        Values nested by keys: those the person may change, computed ones, defaults of
        read-only fields that had no value, and empty ones for fields that an answer of
        this form hid (docs/diagrams.md, Forms). Never raises for anything in `raw`.
    """
    return judge(open_form(form, names, now, raw=raw, directory=directory, functions=functions))


def judge(state: FormState) -> FormResult:
    """Apply every rule to a settled form."""
    judge_ = _Judge(state)
    judge_.level(state.nodes, Scope(state.values(), state.context()))
    errors = _messages(state, "errors")
    warnings = _messages(state, "warnings")
    scope = Scope({}, state.context())
    for check in state.form.checks:
        if found := judge_.broken(check, scope):
            errors[FORM] = (*errors.get(FORM, ()), found)
    for check in state.form.warnings:
        if judge_.value(check.rule, scope) is True:
            warnings[FORM] = (*warnings.get(FORM, ()), check.message("warning"))
    hidden = frozenset(node.name for node in state.walk() if node.hidden)
    return FormResult(_output(state), errors, warnings, hidden, state)


def initial(
    form: FormDefinition,
    names: Mapping[str, Any],
    now: datetime,
    *,
    directory: Directory | None = None,
    functions: Functions | None = None,
) -> dict[str, Any]:
    """The values a form opens with: what the case knows, else the defaults, and what is computed from them."""
    return open_form(form, names, now, directory=directory, functions=functions).values()


class _Judge:
    def __init__(self, state: FormState) -> None:
        self.state = state

    def level(self, nodes: Sequence[Node], scope: Scope) -> None:
        for node in nodes:
            if node.hidden:
                continue
            self.node(node, scope)
            self.level(node.children, scope)
            for row in self.counted_rows(node):
                values = node.value[row.index] if isinstance(node.value, list) and row.index < len(node.value) else {}
                self.level(row.children, scope.row(dict(values), row.index))

    def counted_rows(self, node: Node) -> list[Row]:
        """The rows that count: not those left blank, unless so many are demanded."""
        least, _ = row_limits(node.field) if node.kind.container == "rows" else (0, 0)
        return counted(node.rows, least)

    def node(self, node: Node, scope: Scope) -> None:
        if node.editable and not node.errors:
            self.own_rules(node, scope)
        if node.kind.container == "rows" and not node.readonly and not node.errors:
            self.row_count(node)
        if not node.errors:
            node.errors += [found for check in node.field.checks if (found := self.broken(check, scope))]
        node.warnings += [
            check.message("warning") for check in node.field.warnings if self.value(check.rule, scope) is True
        ]

    def own_rules(self, node: Node, scope: Scope) -> None:
        if node.kind.is_empty(node.value):
            if node.required:
                demand = None if node.field.rules.get("required") else node.field.required_if
                node.errors.append(demand.message("required-reason") if demand and demand.text else Message("required"))
            return
        limits = {name: self.limit(node.field.rules[name], scope) for name in LIMITS if name in node.field.rules}
        node.errors += node.kind.validate(node.field, node.value, surroundings(node, self.state, limits))

    def limit(self, limit: Any, scope: Scope) -> Any:
        return self.value(limit, scope) if isinstance(limit, Rule) else limit

    def row_count(self, node: Node) -> None:
        least, _ = row_limits(node.field)
        if sum(not row.is_blank() for row in node.rows) < least:
            node.errors.append(Message("required") if least == 1 else Message("too-few-rows", {"min": least}))

    def value(self, rule: Rule, scope: Scope) -> Any:
        return self.state.evaluate(rule, scope.context).value

    def broken(self, check: Check, scope: Scope) -> Message | None:
        """The message of a check that does not hold. One over blank fields says nothing yet."""
        outcome = self.state.evaluate(check.rule, scope.context)
        if outcome.value is False:
            return check.message("check")
        if outcome.value is True or not outcome.errors:
            return None
        waiting = any(scope.context[name] is None for name in check.rule.names if name in scope.context)
        return (
            None
            if waiting
            else Message(
                "check-not-computable",
                {"text": check.text, "text_en": check.text_en or check.text, "reason": outcome.errors[0]},
            )
        )


def counted(rows: Sequence[Row], least: int) -> list[Row]:
    """The rows that are filled in, and of the blank ones as many as are missing to `least`."""
    missing = least - sum(not row.is_blank() for row in rows)
    kept = []
    for row in rows:
        if row.is_blank():
            missing -= 1
            if missing < 0:
                continue
        kept.append(row)
    return kept


def _messages(state: FormState, attribute: str) -> dict[str, tuple[Message, ...]]:
    found = {}
    for node in state.walk():
        messages = getattr(node, attribute)
        if messages and not node.hidden:
            found[node.name] = tuple(messages)
    return found


def _output(state: FormState) -> dict[str, Any]:
    """The variables to store."""
    return _Output(state.names).collect(state.nodes)


class _Output:
    """Gathers what may be stored, over what the case already has in groups and rows."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self.known = known
        self.values: dict[str, Any] = {}

    def collect(self, nodes: Sequence[Node], prefix: tuple[str, ...] = ()) -> dict[str, Any]:
        for node in nodes:
            path = prefix + node.field.path
            if node.kind.container == "group":
                self.collect(node.children, path)
            elif path and node.kind.keyed:
                self.one(node, path)
        return self.values

    def one(self, node: Node, path: tuple[str, ...]) -> None:
        if node.hidden:
            if node.cleared and (node.known is MISSING or not node.kind.is_empty(node.known)):
                self.put(path, node.kind.empty())
        elif node.kind.container == "rows":
            if not node.readonly:
                least, _ = row_limits(node.field)
                self.put(
                    path,
                    [{**row.known, **_Output(row.known).collect(row.children)} for row in counted(node.rows, least)],
                )
        elif not node.readonly or (node.known is MISSING and not node.kind.is_empty(node.value)):
            self.put(path, node.value)

    def put(self, path: tuple[str, ...], value: Any) -> None:
        first = path[0]
        if len(path) > 1 and first not in self.values and isinstance(self.known.get(first), Mapping):
            self.values[first] = dict(self.known[first])
        Scope(self.values, {}).put(path, value)
