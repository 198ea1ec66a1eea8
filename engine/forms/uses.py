"""Which variables of its case a form shows or reckons with, and which its answer writes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine import feel
from engine.forms.definition import Field, FormDefinition
from engine.forms.expressions import Rule, compile_rule, is_expression
from engine.model import FormUse

_HOLE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_TEXTS = ("text", "label", "description")
_OF_ROWS = frozenset(["this", "parent", "i"])


def uses(form: FormDefinition) -> FormUse:
    """What `form` takes from the case besides its own answers, and the names its answer has.

    A field that is read-only shows what is there and writes nothing.
    """
    own = {part for field in form.walk() for part in field.path}
    shown = {field.path[0] for field in form.components if field.path and _only_shows(field)}
    rules = [rule for field in form.walk() for rule in _rules(field)]
    rules += [check.rule for check in (*form.checks, *form.warnings)]
    read = {name for rule in rules for name in rule.expression.certain_names}
    read |= {str(field.attributes["valuesKey"]) for field in form.walk() if field.attributes.get("valuesKey")}
    written = frozenset(field.path[0] for field in _top(form.components) if field.path) - shown
    return FormUse(frozenset(read - own - _OF_ROWS) | shown, written)


def _top(fields: tuple[Field, ...]) -> Iterator[Field]:
    """Fields whose names are variables: those of groups without a path included, those of rows not."""
    for field in fields:
        yield field
        if not field.path:
            yield from _top(field.components)


def _only_shows(field: Field) -> bool:
    return field.readonly is True or field.type == "table"


def _rules(field: Field) -> Iterator[Rule]:
    found = [field.options_rule, field.hide, field.readonly, field.default, field.compute, *field.rules.values()]
    yield from (rule for rule in found if isinstance(rule, Rule))
    checks = (*field.checks, *field.warnings, *((field.required_if,) if field.required_if else ()))
    yield from (check.rule for check in checks)
    for name in _TEXTS:
        yield from _holes(field.attributes.get(name))


def _holes(text: object) -> Iterator[Rule]:
    if not isinstance(text, str):
        return
    for piece in [text] if is_expression(text) else _HOLE.findall(text):
        try:
            yield compile_rule(piece)
        except (feel.FeelSyntaxError, feel.FeelLimit, ValueError):
            continue
