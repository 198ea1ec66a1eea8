"""Words of a form: in the reader's language, with `{{FEEL}}` and `=FEEL` filled in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from engine import feel
from engine.forms.definition import Field
from engine.forms.expressions import Functions, compile_rule, is_expression
from engine.forms.types.computed import display_plain

_HOLE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_MAX_HOLES = 50


def label(field: Field, lang: str, names: Mapping[str, Any], functions: Functions) -> str:
    """The field's label in `lang`."""
    return fill(
        field.property("label_en") if not lang.startswith("zh") and field.property("label_en") else field.label,
        lang,
        names,
        functions,
    )


def description(field: Field, lang: str, names: Mapping[str, Any], functions: Functions) -> str:
    """The hint below the label in `lang`; `""` when there is none."""
    english = field.properties.get("description_en")
    return fill(english if english and not lang.startswith("zh") else field.description, lang, names, functions)


def markdown(field: Field, lang: str, names: Mapping[str, Any], functions: Functions) -> str:
    """The Markdown of a text component in `lang`; values filled in cannot add markup of their own."""
    english = field.properties.get("text_en")
    text = english if english and not lang.startswith("zh") else str(field.attributes.get("text") or "")
    return fill(text, lang, names, functions, escape_markdown)


def fill(
    text: str, lang: str, names: Mapping[str, Any], functions: Functions, escape: Callable[[str], str] = str
) -> str:
    """`text` with its expressions replaced by their values in words; one that fails leaves nothing."""
    if is_expression(text):
        return escape(_value(text, lang, names, functions))
    return _HOLE.sub(lambda hole: escape(_value(hole[1], lang, names, functions)), text, count=_MAX_HOLES)


def _value(text: str, lang: str, names: Mapping[str, Any], functions: Functions) -> str:
    try:
        rule = compile_rule(text)
    except (feel.FeelSyntaxError, feel.FeelLimit, ValueError):
        return ""
    return display_plain(_PLAIN, rule.evaluate(names, functions).value, lang)


def escape_markdown(text: str) -> str:
    """`text` as Markdown that reads as it stands."""
    return re.sub(r"([\\`*_{}\[\]()#+\-.!|<>~&:])", r"\\\1", text).replace("\n", " ")


_PLAIN = Field(id="", type="expression")
