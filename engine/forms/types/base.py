"""What a field type is: everything about one kind of field in one object.

`Raw` is what a person typed, before any rule looked at it: a text, a list of texts for
what has several values, a dict for a group or a two-part field, a list of dicts for
rows, a file value for files. Plain JSON values (a number, true, an ISO date) are raw,
too: tests, saved answers and interfaces hand those in.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal, Protocol

from engine.forms.definition import Field, Message, Option
from engine.wording import is_allowed

Raw = Any
Kind = Literal["person", "unit", "case"]


class Directory(Protocol):
    """Who a picker may name; the caller brings it (a form does no I/O)."""

    def find(self, kind: Kind, text: str, scope: str | None) -> Sequence[Mapping[str, Any]]:
        """Person, unit or case values (`id`, `label`) that `text` can mean: the one with that id, else by name."""
        ...


class Refused(Exception):
    """Raw input that is no value of this type; carries the message for the person."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.message = Message(code, params)


@dataclass(frozen=True)
class Surroundings:
    """What parsing and checking one field may know besides the field."""

    now: datetime
    options: tuple[Option, ...] = ()
    directory: Directory | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)
    """`validate` with its expressions evaluated."""


class FieldType:
    """One kind of field. Subclasses are stateless; one instance of each is registered."""

    name: ClassVar[str]
    label_zh: ClassVar[str]
    label_en: ClassVar[str]
    json_type: ClassVar[str] = "string"
    """What the value is in JSON: string, number, boolean, array, object, or `none`."""
    keyed: ClassVar[bool] = True
    """Whether it holds a value of its own."""
    multiple: ClassVar[bool] = False
    """Whether its raw form is a list."""
    editable: ClassVar[bool] = True
    """Whether a person can put a value in."""
    offers_options: ClassVar[bool] = False
    container: ClassVar[Literal["", "group", "rows"]] = ""

    def empty(self) -> Any:
        """The value of a field that was left blank."""
        return [] if self.multiple else None

    def is_empty(self, value: Any) -> bool:
        """Whether `value` counts as not filled in."""
        return value is None or value == "" or value == []

    def accepts(self, field: Field, value: Any) -> bool:
        """Whether a value of the case has this type's shape (its rules are not asked)."""
        return isinstance(value, str)

    def parse(self, field: Field, raw: Raw, around: Surroundings) -> Any:
        """Turn raw input into a value; blank input into `empty()`.

        Raises:
            Refused: it is no value of this type.
        """
        raise NotImplementedError

    def to_raw(self, field: Field, value: Any) -> Raw:
        """What a person would have typed to get `value`."""
        return "" if value is None else str(value)

    def validate(self, field: Field, value: Any, around: Surroundings) -> list[Message]:
        """The field's own rules on a value that is not empty."""
        return []

    def display(self, field: Field, value: Any, lang: str) -> str:
        """`value` in words; `""` when it is empty."""
        return "" if self.is_empty(value) else str(value)

    def check_definition(self, field: Field) -> list[tuple[str, str, str]]:
        """What is wrong with the component itself: (code, Chinese, English)."""
        return []


def plain_text(raw: Raw, *, lines: bool = False, limit: int = 2000) -> str | None:
    """The text of raw input without surrounding blanks, or None when nothing is left.

    Args:
        lines: keep line breaks (as `\\n`) and tabs; else they become blanks.
        limit: the most characters taken.

    Raises:
        Refused: `format` for what is no text, `bad-characters` for NUL, control
            characters and lone surrogates, `too-long`.
    """
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, (str, int, Decimal, float)):
        if isinstance(raw, bool):
            raw = "true" if raw else "false"
        else:
            raise Refused("format")
    text = str(raw).replace("\r\n", "\n").replace("\r", "\n")
    text = text if lines else text.replace("\n", " ").replace("\t", " ")
    text = unicodedata.normalize("NFC", text).strip()
    if not is_allowed(text):
        raise Refused("bad-characters")
    if len(text) > limit:
        raise Refused("too-long", max=limit, length=len(text))
    return text or None


def raw_list(raw: Raw, *, limit: int = 1000) -> list[Any]:
    """Raw input of a field with several values, as a list.

    Raises:
        Refused: `format` for a dict, `too-many`.
    """
    if raw is None or raw == "":
        return []
    if isinstance(raw, Mapping):
        return [raw]
    items = list(raw) if isinstance(raw, (list, tuple)) else [raw]
    if len(items) > limit:
        raise Refused("too-many", max=limit)
    return [item for item in items if item not in (None, "")]
