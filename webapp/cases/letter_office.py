"""The head of a letter: which office issues it, where that is, who heads it, and who handles the case (domain C5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from engine import ProcessInstance
from engine.directory.values import Contact, Person, Unit
from engine.errors import NotFound
from engine.repository.letters import PLACEHOLDER, split
from webapp.cases.letter_text import Names
from webapp.dates import local
from webapp.services import actor, engine


@dataclass(frozen=True)
class Office:
    """The office that issues a letter, on the day of the letter."""

    name: str = ""
    name_en: str = ""
    prefix: str = ""
    contact: Contact = field(default_factory=Contact)
    head: str = ""
    """Title and name of its head; an acting one with 代理."""
    head_en: str = ""


def issuing_unit(template: Mapping[str, Any], names: Names) -> str:
    """The unit code in the head of the letter; the department's own where the letter names none."""
    text = template.get("issuer")
    code = names.evaluate(str(text)[1:]) if str(text or "").startswith("=") else text
    code = code.get("id") if isinstance(code, Mapping) else code
    return str(code or "aia")


def day_of(template: Mapping[str, Any], names: Names) -> date:
    """The day of a letter: its date where it has one already, else today."""
    found = PLACEHOLDER.search(str(template.get("date") or ""))
    value = names.evaluate(split(found.group(1).strip())[0]) if found else None
    if isinstance(value, datetime):
        return local(value).date()
    return value if isinstance(value, date) else engine().directory.today()


def office_of(unit_id: str, on: date) -> Office:
    """The office as it was called and headed on a day; an unknown one is left blank."""
    directory = engine().directory
    try:
        chain = _with_its_agency(directory.unit(unit_id, on=on), on)
    except NotFound:
        return Office()
    unit = chain[-1]
    name, name_en = "".join(one.name for one in chain), ", ".join(one.name_en or "" for one in reversed(chain))
    inside = unit.type != "city" and not name.startswith("高雄市")
    head = next((held for held in directory.assignments(unit_id=unit_id, on=on) if held.is_head), None)
    person = directory.person(head.person_id) if head else None
    return Office(
        name=f"高雄市政府{name}" if inside else name,
        name_en=name_en,
        prefix=next((one.doc_prefix for one in reversed(chain) if one.doc_prefix), ""),
        contact=directory.contact(unit_id),
        head=f"{'代理' if head.kind == 'acting' else ''}{head.title}　{head.person_name}" if head else "",
        head_en=f"{person.name_en or person.name}, {head.title_en or head.title}" if head and person else "",
    )


def clerk_of(case: ProcessInstance, unit_id: str) -> Person | None:
    """承辦人: whom the case names, else the last to handle it in the office that issues the letter."""
    directory = engine().directory
    if case.handler and case.handler in (known := directory.persons([case.handler])):
        return known[case.handler]
    tasks = [task for task in engine().tasks.of_case(case.id, actor()) if task.kind == "handle"]
    tasks.sort(key=lambda task: task.closed_at or task.claimed_at or task.created_at, reverse=True)
    asked = [person for task in tasks if (person := task.closed_by or task.assignee)]
    people = directory.persons(list(dict.fromkeys(asked)))
    inside = set(_handling_units(case, unit_id))
    return next((people[key] for key in asked if key in people and people[key].unit_id in inside), None)


def _with_its_agency(unit: Unit, on: date) -> list[Unit]:
    """The unit with those above it up to its agency: a section is named with the agency it belongs to."""
    chain = [unit]
    while chain[0].type not in ("city", "office", "agency", "external") and chain[0].parent_id:
        chain.insert(0, engine().directory.unit(chain[0].parent_id, on=on))
    return chain


def _handling_units(case: ProcessInstance, unit_id: str) -> tuple[str, ...]:
    """Units whose people handle the letter: the one that owns the case where it lies in the issuing office."""
    try:
        inside = engine().directory.subtree(unit_id)
    except NotFound:
        return ()
    return engine().directory.subtree(case.owning_unit) if case.owning_unit in inside else inside
