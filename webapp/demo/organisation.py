"""Load the invented city hall of `organisation.yaml` through the directory's own services.

Loading is idempotent: what is there already is left alone, also when somebody changed it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from engine import SYSTEM
from webapp.dates import TAIPEI

FILE = Path(__file__).with_name("organisation.yaml")
FIRST_DAY = date(2010, 12, 25)
"""The day the present city came into being: everything here counts from then, so that cases of 107 can be played."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class DemoPerson:
    """One person of the file."""

    id: str
    name: str
    title: str
    layer: int
    name_en: str | None = None
    title_en: str | None = None
    head: bool = False
    phone: str | None = None
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    deputies: tuple[str, ...] = ()
    demo: str | None = None
    demo_en: str | None = None


@dataclass(frozen=True)
class DemoUnit:
    """One unit of the file with its people."""

    id: str
    type: str
    name: str
    people: tuple[DemoPerson, ...]
    parent: str | None = None
    name_en: str | None = None
    short_name: str | None = None
    doc_prefix: str | None = None
    renamed: date | None = None
    former_name: str | None = None
    former_name_en: str | None = None
    address: str | None = None
    address_en: str | None = None
    phone: str | None = None
    fax: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class DemoLeave:
    """Somebody away, in days from the day of loading."""

    person: str
    first_day: int
    last_day: int
    reason: str
    deputies: tuple[str, ...]


@dataclass(frozen=True)
class Organisation:
    """The file as a whole."""

    mail_domain: str
    units: tuple[DemoUnit, ...]
    leave: tuple[DemoLeave, ...]


@cache
def read_organisation(path: Path = FILE) -> Organisation:
    """Read the file.

    Raises:
        TypeError: a key that is not known, or one that is missing.
    """
    data = yaml.safe_load(path.read_text("utf-8"))
    units = [DemoUnit(**{**unit, "people": tuple(map(_person, unit.get("people", ())))}) for unit in data["units"]]
    leave = [DemoLeave(**{**item, "deputies": tuple(item["deputies"])}) for item in data.get("leave", ())]
    return Organisation(data["mail_domain"], tuple(units), tuple(leave))


def load_organisation(engine: Any, *, password: str, progress: Progress | None = None) -> int:
    """Load roles, calendars, units, people, grants, deputies, leave and accounts; how many people were new.

    Args:
        engine: the ProcessEngine.
        password: the one all demo accounts share.
        progress: told each unit as it is loaded.
    """
    organisation, say = read_organisation(), progress or (lambda text: None)
    directory = engine.directory
    directory.add_standard_roles()
    engine.calendars.load_shipped()
    known_units = {unit.id for unit in directory.units(closed=True)}
    known_people = {person.id for person in directory.people(active=None, limit=100_000)}
    for unit in organisation.units:
        say(unit.name)
        if unit.id not in known_units:
            _add_unit(directory, unit)
            _add_contact(directory, unit)
        for person in unit.people:
            if person.id not in known_people:
                _add_person(directory, organisation, unit, person)
    _add_grants(directory, organisation, known_people)
    for leave in organisation.leave:
        _enter_leave(directory, leave, directory.today())
    everybody = {person.id: person.id for unit in organisation.units for person in unit.people}
    engine.accounts.add_demo_accounts(everybody, password)
    return len(everybody.keys() - known_people)


def _person(data: Mapping[str, Any]) -> DemoPerson:
    roles = {unit: tuple(roles) for unit, roles in data.get("roles", {}).items()}
    return DemoPerson(**{**data, "roles": roles, "deputies": tuple(data.get("deputies", ()))})


def _add_unit(directory: Any, unit: DemoUnit) -> None:
    names = {"name_en": unit.name_en, "short_name": unit.short_name, "doc_prefix": unit.doc_prefix}
    if unit.renamed is None:
        directory.add_unit(unit.id, actor=SYSTEM, parent_id=unit.parent, type=unit.type, name=unit.name, **names)
        return
    former = {"name_en": unit.former_name_en, "doc_prefix": unit.doc_prefix}
    directory.add_unit(unit.id, actor=SYSTEM, parent_id=unit.parent, type=unit.type, name=unit.former_name, **former)
    directory.rename_unit(unit.id, actor=SYSTEM, name=unit.name, valid_from=unit.renamed, **names)


def _add_contact(directory: Any, unit: DemoUnit) -> None:
    names = ("address", "address_en", "phone", "fax", "email")
    found = {name: getattr(unit, name) for name in names}
    if any(found.values()):
        directory.set_contact(unit.id, actor=SYSTEM, **found)


def _add_person(directory: Any, organisation: Organisation, unit: DemoUnit, person: DemoPerson) -> None:
    directory.add_person(
        person.id,
        actor=SYSTEM,
        name=person.name,
        name_en=person.name_en,
        email=f"{person.id}@{organisation.mail_domain}",
        phone=person.phone,
        demo_listed=person.demo is not None,
        demo_note=person.demo,
        demo_note_en=person.demo_en,
    )
    position = next((held for held in directory.positions(unit.id) if held.title == person.title), None)
    if position is None:
        position = directory.add_position(
            unit.id,
            actor=SYSTEM,
            title=person.title,
            title_en=person.title_en,
            layer=person.layer,
            is_head=person.head,
        )
    directory.assign(person.id, position.id, actor=SYSTEM, valid_from=FIRST_DAY)


def _add_grants(directory: Any, organisation: Organisation, known_people: set[str]) -> None:
    """Once all units and people are there: grants may name any unit, deputies any person."""
    new = [person for unit in organisation.units for person in unit.people if person.id not in known_people]
    for person in new:
        for unit_id, roles in person.roles.items():
            for role in roles:
                directory.grant(person.id, role, unit_id, actor=SYSTEM, valid_from=FIRST_DAY)
        if person.deputies:
            directory.set_standing_deputies(person.id, person.deputies, actor=SYSTEM)


def _enter_leave(directory: Any, leave: DemoLeave, today: date) -> None:
    if directory.delegations(person_id=leave.person, past=True):
        return
    directory.enter_leave(
        leave.person,
        actor=SYSTEM,
        starts_at=datetime.combine(today + timedelta(days=leave.first_day), time(8, 0), tzinfo=TAIPEI),
        ends_at=datetime.combine(today + timedelta(days=leave.last_day), time(17, 30), tzinfo=TAIPEI),
        deputy_ids=leave.deputies,
        reason=leave.reason,
    )
