"""A WTForms class for one settled form.

WTForms draws the controls and carries what was typed; every rule is `engine.forms`'.
Attributes are called `f_` and the path, so that fields keyed `validate`, `meta`,
`process`, `data` or `_x` cannot stand in for methods of the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import wtforms
from wtforms.fields import SelectChoice
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from engine.forms import FormState, Node
from engine.forms.definition import token_of
from engine.forms.types.datetimes import subtype
from engine.forms.types.pickers import picker_kind
from webapp.taskforms.names import html_name

_INPUT_MODES = {"tw-phone": "tel", "tw-mobile": "tel", "tw-company-no": "numeric", "email": "email", "url": "url"}
_AUTOCOMPLETE_OFF = {"autocomplete": "off"}


class BaseForm(wtforms.Form):
    """The class generated forms derive from. CSRF is the application's, on every POST."""

    class Meta(wtforms.Form.Meta):
        csrf = False


class _Checkboxes(wtforms.SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def attribute(path: tuple[str, ...], part: str = "") -> str:
    """The name of the field at `path` in the WTForms class; `part` is `date` or `time` of a two-box field."""
    return "f_" + ".".join((*path, part) if part else path)


def build(state: FormState, lang: str) -> BaseForm:
    """A bound WTForms form with a field for every node that can be changed now, filled with its raw input."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for node in state.walk():
        if node.editable and node.field.path and node.field.type != "filepicker":
            for part, unbound, value in _unbound(node, lang):
                fields[attribute(node.path, part)] = unbound
                data[attribute(node.path, part)] = value
    return type("TaskFormFields", (BaseForm,), fields)(data=data)  # type: ignore[no-any-return]


def element_id(name: str) -> str:
    """An HTML id for the control called `name`."""
    return "".join("_" if char.isspace() else char for char in name)


def _unbound(node: Node, lang: str) -> list[tuple[str, Any, Any]]:
    """(part, unbound field, its data) for each control of the node."""
    name = html_name(node.path)
    if node.field.type == "datetime" and subtype(node.field) == "datetime":
        raw = node.raw if isinstance(node.raw, Mapping) else {"date": _as_text(node.raw), "time": ""}
        return [
            (part, _control(wtforms.StringField, f"{name}.{part}", _AUTOCOMPLETE_OFF), _as_text(raw.get(part)))
            for part in ("date", "time")
        ]
    return [("", _single(node, name, lang), _data(node))]


def _single(node: Node, name: str, lang: str) -> Any:
    kind = node.field.type
    if kind == "textarea":
        rows = max(3, min(6, int(_number(node.field.rules.get("maxLength")) // 200)))
        return _control(wtforms.TextAreaField, name, {"rows": rows})
    if kind == "checkbox":
        return _control(wtforms.BooleanField, name, {"value": "true"})
    if kind in ("checklist", "taglist") and not picker_kind(node.field):
        return _control(_Checkboxes, name, {}, choices=_choices(node, lang))
    if kind in ("radio", "select") and not picker_kind(node.field):
        if kind == "radio" or node.field.key == "decision":
            return _control(wtforms.RadioField, name, {}, choices=_choices(node, lang))
        return _control(wtforms.SelectField, name, {}, choices=[SelectChoice("", ""), *_choices(node, lang)])
    return _control(wtforms.StringField, name, _text_attributes(node), widget=TextInput())


def _text_attributes(node: Node) -> dict[str, Any]:
    field = node.field
    if field.type == "number":
        whole = field.attributes.get("decimalDigits") == 0 or field.properties.get("format") in ("money", "roc-year")
        return {"inputmode": "numeric" if whole else "decimal", **_AUTOCOMPLETE_OFF}
    if picker_kind(field) or field.type == "datetime":
        return dict(_AUTOCOMPLETE_OFF)
    mode = _INPUT_MODES.get(field.properties.get("format", ""))
    return {"inputmode": mode} if mode else {}


def _control(kind: Any, name: str, attributes: Mapping[str, Any], **options: Any) -> Any:
    return kind("", name=name, id=element_id(name), render_kw=dict(attributes), **options)


def _choices(node: Node, lang: str) -> list[SelectChoice]:
    return [SelectChoice(option.token, option.text(lang)) for option in node.options]


def _data(node: Node) -> Any:
    if node.field.type == "checkbox":
        return node.typed is True
    if node.kind.multiple:
        items = node.raw if isinstance(node.raw, (list, tuple)) else [] if node.raw in (None, "") else [node.raw]
        return [_as_text(item) for item in items]
    return _as_text(node.raw)


def _as_text(raw: Any) -> str:
    if raw is None:
        return ""
    return token_of(raw) if isinstance(raw, (Mapping, bool)) else str(raw)


def _number(text: Any) -> int:
    return int(text) if isinstance(text, int) or (isinstance(text, str) and text.isdecimal()) else 480
