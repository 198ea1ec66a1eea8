"""A form as it was deployed: frozen, parsed once, shared by every task that uses it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.forms.expressions import Rule
from engine.forms.pattern import Pattern
from engine.model import Finding


def is_own_word(key: str | None, word: str) -> bool:
    """Whether a field's key is this word, or says whose it is where several decide side by side: `hr_decision`."""
    return key is not None and (key == word or key.endswith(f"_{word}"))


@dataclass(frozen=True)
class Message:
    """Something a person must be told about a field: a stable code and what it is about.

    Texts that the form's author wrote travel in `params` as `text` and `text_en`.
    """

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        about = self.params.get("text") or ", ".join(f"{key}={value}" for key, value in self.params.items())
        return f"{self.code}: {about}" if about else self.code


@dataclass(frozen=True)
class Option:
    """One thing to choose. `value` is any JSON scalar, or a person or unit value."""

    value: Any
    label: str
    label_en: str | None = None

    @property
    def token(self) -> str:
        """The text that stands for `value` in a request."""
        return token_of(self.value)

    def text(self, lang: str) -> str:
        """The label in `lang`; the Chinese one where no other was written."""
        return self.label if lang.startswith("zh") else self.label_en or self.label


def token_of(value: Any) -> str:
    """What a choice is called in a request: its text, or the id of a person or unit."""
    if isinstance(value, Mapping):
        return str(value.get("id", ""))
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


@dataclass(frozen=True)
class Check:
    """An author's rule over several fields, with the words to say when it does not hold."""

    rule: Rule
    text: str
    text_en: str | None = None

    def message(self, code: str) -> Message:
        """The author's words under `code`."""
        return Message(code, {"text": self.text, "text_en": self.text_en or self.text})


@dataclass(frozen=True)
class Field:
    """One component of a form, with everything below it.

    `path` are the keys from the nearest row (or the form's root) to the value;
    empty for what holds no value. `attributes` is the component as it was written.
    """

    id: str
    type: str
    path: tuple[str, ...] = ()
    label: str = ""
    description: str = ""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, str] = field(default_factory=dict)
    components: tuple[Field, ...] = ()
    options: tuple[Option, ...] = ()
    options_rule: Rule | None = None
    rules: Mapping[str, Any] = field(default_factory=dict)
    """`validate` of form-js; a value may be a `Rule`."""
    pattern: Pattern | None = None
    hide: Rule | None = None
    readonly: Rule | bool = False
    default: Any = None
    """A JSON value, or a `Rule`."""
    compute: Rule | None = None
    """What an expression field or a table shows."""
    required_if: Check | None = None
    checks: tuple[Check, ...] = ()
    warnings: tuple[Check, ...] = ()

    @property
    def key(self) -> str:
        """The path as one text; `""` for what holds no value."""
        return ".".join(self.path)

    def property(self, name: str, lang: str = "zh") -> str:
        """Property `name`; for another language than Chinese its `_en` twin where it is written."""
        text = self.properties.get(name, "")
        return text if lang.startswith("zh") else self.properties.get(f"{name}_en") or text

    def walk(self) -> Iterator[Field]:
        """This field and all below it, in the order of the page."""
        yield self
        for child in self.components:
            yield from child.walk()


@dataclass(frozen=True)
class FormDefinition:
    """One form of a deployment."""

    id: str
    title: str
    components: tuple[Field, ...]
    title_en: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    warnings: tuple[Check, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What is wrong or risky in it; an `error` keeps it from being deployed."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """Every component that holds a value, in the order of the page, rows included."""
        return tuple(field for field in self.walk() if field.path)

    def walk(self) -> Iterator[Field]:
        """Every component, in the order of the page."""
        for component in self.components:
            yield from component.walk()

    def field(self, key: str) -> Field | None:
        """The field whose dotted key is `key` (outside of rows), or None."""
        return next((field for field in self.fields if field.key == key), None)

    @property
    def decision(self) -> Field | None:
        """The decision menu: the radio or select keyed `decision`, or the first keyed `<whose>_decision`."""
        menus = [f for f in self.fields if f.type in ("radio", "select") and is_own_word(f.key, "decision")]
        return next((menu for menu in menus if menu.key == "decision"), menus[0] if menus else None)

    def heading(self, lang: str) -> str:
        """The form's title in `lang`."""
        return self.title if lang.startswith("zh") else self.title_en or self.title
