"""Frozen values of the directory: units, positions, people, roles, grants, leave (domain C1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

UnitType = Literal["city", "office", "agency", "section", "subsection", "external"]
UNIT_TYPES: tuple[UnitType, ...] = ("city", "office", "agency", "section", "subsection", "external")
AssignmentKind = Literal["primary", "concurrent", "acting"]
ASSIGNMENT_KINDS: tuple[AssignmentKind, ...] = ("primary", "concurrent", "acting")


@dataclass(frozen=True)
class Unit:
    """An office, as it is called on the day it was asked for."""

    id: str
    parent_id: str | None
    type: str
    name: str
    name_en: str | None
    short_name: str
    doc_prefix: str | None
    oid: str | None
    sort: int
    valid_from: date
    valid_to: date | None

    def label(self, lang: str) -> str:
        """The name in `lang` (English falls back to the Chinese name)."""
        return self.name if lang.startswith("zh") else self.name_en or self.name


@dataclass(frozen=True)
class Contact:
    """Where a unit is reached, as the head of a letter says it; None where nothing is entered."""

    address: str | None = None
    address_en: str | None = None
    phone: str | None = None
    fax: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class UnitName:
    """What a unit is called from a day on."""

    unit_id: str
    valid_from: date
    name: str
    name_en: str | None
    short_name: str
    doc_prefix: str | None


@dataclass(frozen=True)
class Position:
    """A title in a unit."""

    id: UUID
    unit_id: str
    title: str
    title_en: str | None
    layer: int
    """分層負責: 1 head of the agency … 4 handler."""
    is_head: bool
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Person:
    """Somebody who works here, with today's first post."""

    id: str
    name: str
    name_en: str | None = None
    email: str | None = None
    phone: str | None = None
    is_active: bool = True
    demo_listed: bool = False
    demo_note: str | None = None
    demo_note_en: str | None = None
    unit_id: str | None = None
    unit_name: str | None = None
    unit_name_en: str | None = None
    title: str | None = None
    title_en: str | None = None

    def unit_label(self, lang: str) -> str:
        """The name of their unit in `lang` (English falls back to the Chinese name); empty without a post."""
        return (None if lang.startswith("zh") else self.unit_name_en) or self.unit_name or ""

    def title_label(self, lang: str) -> str:
        """What they are in `lang` (English falls back to the Chinese title); empty without a post."""
        return (None if lang.startswith("zh") else self.title_en) or self.title or ""

    @property
    def value(self) -> dict[str, str]:
        """The person as a process variable: `{"id": …, "label": …}`."""
        return {"id": self.id, "label": self.name}


@dataclass(frozen=True)
class Assignment:
    """A person holds a position."""

    id: UUID
    person_id: str
    person_name: str
    position_id: UUID
    unit_id: str
    title: str
    title_en: str | None
    is_head: bool
    kind: str
    valid_from: date
    valid_to: date | None

    def title_label(self, lang: str) -> str:
        """The title in `lang` (English falls back to the Chinese one)."""
        return (None if lang.startswith("zh") else self.title_en) or self.title


@dataclass(frozen=True)
class Role:
    """What a grant gives; the word diagrams use."""

    id: str
    name: str
    name_en: str
    shown_with_unit: bool = False
    """Held in many units, so a label names the unit: 衛生局承辦人."""
    is_platform: bool = False
    """Runs the platform itself; a deputy does not get it."""
    sort: int = 0

    def label(self, lang: str) -> str:
        """The role's name in `lang`."""
        return self.name if lang.startswith("zh") else self.name_en


@dataclass(frozen=True)
class Grant:
    """A person has a role in a unit and everything below it."""

    id: UUID
    person_id: str
    person_name: str
    role_id: str
    unit_id: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Deputy:
    """One of those who stand in, in order."""

    id: str
    name: str


@dataclass(frozen=True)
class Leave:
    """Somebody is away, and who stands in: the first of `deputies` who is not away too."""

    id: UUID
    person_id: str
    person_name: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    deputies: tuple[Deputy, ...]
    entered_by: str
    cancelled_at: datetime | None = None


@dataclass(frozen=True)
class Authority:
    """One line of the 分層負責明細表 (domain C2)."""

    id: UUID
    unit_id: str
    item: str
    content: str
    layer_1: str
    layer_2: str
    layer_3: str
    layer_4: str
    consulted: str
    note: str
    valid_from: date
    valid_to: date | None

    @property
    def decided_by(self) -> int | None:
        """The layer that decides (核定); None where the table does not say."""
        layers = (self.layer_1, self.layer_2, self.layer_3, self.layer_4)
        return next((number for number, cell in enumerate(layers, start=1) if cell == "核定"), None)
