"""People, units and cases as answers: `picker` on a text field, select or tag list.

The value is `{"id", "label"}`; the label is kept as it was on the day (design section 5). A case is a running one
that the person may see: its id is the case number, its label the subject; `agency` says which agency applied, and
`security_class` how confidential it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast, get_args

from engine.forms.definition import Field
from engine.forms.types.base import Kind, Raw, Refused, Surroundings, plain_text

_NOT_SAID = {"agency": None, "security_class": None}
_LABELLED = re.compile(r".*[（(]\s*([^（）()]+?)\s*[)）]\s*")


def picker_kind(field: Field) -> Kind | None:
    """`person`, `unit`, `case`, or None when the field is no picker."""
    kind = field.properties.get("picker")
    return cast(Kind, kind) if kind in get_args(Kind) else None


def pick(field: Field, raw: Raw, around: Surroundings) -> dict[str, Any] | None:
    """The person, unit or case that raw input names: an id, `王小明（aia.labor.wang）`, a name, or a value.

    Without a directory the input is believed (a value, or an id as its own label).

    Raises:
        Refused: `picker-unknown`, or `picker-ambiguous` with `candidates`.
    """
    kind = picker_kind(field) or "person"
    given = dict(raw) if isinstance(raw, Mapping) else None
    text = plain_text(given.get("id") if given is not None else raw, limit=200)
    if text is None:
        return None
    if around.directory is None:
        label = plain_text(given.get("label"), limit=200) if given is not None else None
        return _value(kind, {**_NOT_SAID, **(given or {}), "id": text, "label": label or text})
    scope = field.properties.get("pickerScope") or None
    found = list(around.directory.find(kind, text, scope))
    labelled = _LABELLED.fullmatch(text)
    if not found and labelled:
        found = list(around.directory.find(kind, labelled[1], scope))
    exact = [value for value in found if value["id"] == text or (labelled and value["id"] == labelled[1])]
    candidates = exact or found
    if not candidates:
        raise Refused("picker-unknown", kind=kind, given=text)
    if len(candidates) > 1:
        raise Refused("picker-ambiguous", kind=kind, given=text, candidates=[dict(value) for value in candidates[:20]])
    return _value(kind, candidates[0])


def _value(kind: Kind, found: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "label", *_NOT_SAID) if kind == "case" else ("id", "label")
    return {name: found[name] for name in names}


def is_picked(value: Any) -> bool:
    """Whether `value` is a person, unit or case value."""
    return isinstance(value, Mapping) and isinstance(value.get("id"), str) and isinstance(value.get("label", ""), str)


def picked_raw(value: Any) -> Raw:
    """What stands for a person, unit or case value in a request: `王小明（aia.labor.wang）`."""
    if not isinstance(value, Mapping):
        return "" if value is None else str(value)
    return value["id"] if value.get("label") in (None, "", value["id"]) else f"{value['label']}（{value['id']}）"


def picked_label(value: Any) -> str:
    """The name to show."""
    return str(value.get("label") or value.get("id", "")) if isinstance(value, Mapping) else str(value or "")
