"""The registry of field types. One entry a type; `docs/add-a-field-type.md` says how to add one."""

from __future__ import annotations

from typing import Any

from engine.forms.definition import Field
from engine.forms.masking import mask
from engine.forms.types.base import Directory, FieldType, Raw, Refused, Surroundings
from engine.forms.types.choices import Checkbox, Checklist, Radio, Select, Taglist
from engine.forms.types.computed import Expression, Table
from engine.forms.types.containers import DynamicList, Group
from engine.forms.types.datetimes import DateTime
from engine.forms.types.files import FilePicker
from engine.forms.types.number import Number
from engine.forms.types.presentation import Button, Separator, Spacer, Text
from engine.forms.types.text import TextArea, TextField

REGISTRY: dict[str, FieldType] = {
    kind.name: kind
    for kind in (
        TextField(), TextArea(), Number(), DateTime(), Checkbox(), Radio(), Select(), Checklist(), Taglist(),
        FilePicker(), Group(), DynamicList(), Table(), Text(), Expression(), Separator(), Spacer(), Button(),
    )
}  # fmt: skip


def type_of(field: Field) -> FieldType:
    """The type of a parsed field. A component of an unknown type shows nothing (it has a finding)."""
    return REGISTRY.get(field.type, REGISTRY["spacer"])


def display(field: Field, value: Any, lang: str = "zh", *, masked: bool = False) -> str:
    """`value` of `field` in words. `masked`: hide the middle of a field that is `sensitive` (for lists)."""
    text = type_of(field).display(field, value, lang)
    kind = field.properties.get("sensitive")
    return mask(kind, text) if masked and kind else text


__all__ = ["REGISTRY", "Directory", "FieldType", "Raw", "Refused", "Surroundings", "display", "type_of"]
