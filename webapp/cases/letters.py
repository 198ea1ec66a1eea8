"""Letters of a case: which may be issued now, and each as a page to print or copy (domain.md C5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from flask import abort, current_app, render_template

from engine import ProcessInstance
from engine.directory.values import Person
from engine.repository import letters
from webapp.cases import bp
from webapp.cases.letter_office import Office, clerk_of, day_of, issuing_unit, office_of
from webapp.cases.letter_text import LetterFault, Names, filled, holds, items, lines
from webapp.expressions import functions
from webapp.i18n import lang
from webapp.services import actor, engine


@dataclass(frozen=True)
class LetterEntry:
    """A letter in the list of a case. `locked` says why it may not be issued yet."""

    key: str
    name: str
    type: str
    locked: str = ""


def available_letters(case: ProcessInstance) -> list[LetterEntry]:
    """The letters this case may issue now, and the locked ones with their reason."""
    found = templates_of(case.definition_id)
    if not found:
        return []
    names = names_of(case)
    entries = []
    for key, template in found.items():
        try:
            allowed = holds(template.get("when"), names)
        except LetterFault as fault:
            current_app.logger.error("letter %s of %s: %s", key, case.process_key, fault)
            continue
        if allowed or template.get("locked"):
            name = (template.get("name_en") if lang() == "en" else None) or template["name"]
            entries.append(LetterEntry(key, name, template["type"], "" if allowed else str(template["locked"])))
    return entries


@bp.get("/cases/<uuid:instance_id>/letters/<name>")
def letter(instance_id: UUID, name: str) -> str:
    """One letter, filled from the case."""
    case = engine().runtime.instance(instance_id, actor())
    template = templates_of(case.definition_id).get(name)
    names = names_of(case)
    if template is None or not holds(template.get("when"), names):
        abort(404)
    unit_id = issuing_unit(template, names)
    office, clerk = office_of(unit_id, day_of(template, names)), clerk_of(case, unit_id)
    return render_template("cases/letter.html", case=case, letter=fill(template, names, office, clerk))


def fill(template: Mapping[str, Any], names: Names, office: Office, clerk: Person | None = None) -> dict[str, Any]:
    """The words of a letter, part by part; an absent part is empty."""
    meeting = template.get("meeting") or {}
    names = names.with_name("issuer_head", office.head_en if template.get("language") == "en" else office.head)
    names = names.with_name("clerk", clerk and {**clerk.value, "phone": clerk.phone, "email": clerk.email})
    return {
        "type": template["type"],
        "name": template["name"],
        "html_lang": "en" if template.get("language") == "en" else "zh-Hant-TW",
        "english": template.get("language") == "en",
        "issuer": office,
        "clerk": clerk,
        **{key: filled(template.get(key), names) for key in ("to", "date", "doc_no", "speed", "enclosures", "subject")},
        "security": ""
        if filled(template.get("security"), names) == "普通"
        else filled(template.get("security"), names),
        "explanation": items(template.get("explanation"), names),
        "measures": items(template.get("measures"), names),
        "sections": [
            {"title": filled(part.get("title"), names), "items": items(part.get("items"), names)}
            for part in template.get("sections") or ()
            if holds(part.get("if"), names)
        ],
        "meeting": {
            key: "、".join(lines(value, names)) if isinstance(value, list) else filled(value, names)
            for key, value in meeting.items()
        },
        "main_copies": lines(template.get("main_copies") or [], names),
        "copies": lines(template.get("copies") or [], names),
        "signature": filled(template.get("signature"), names),
    }


def names_of(case: ProcessInstance) -> Names:
    """The case's variables and header, for a letter's expressions."""
    header = {
        "business_key": case.business_key,
        "subject": case.subject,
        "doc_no_in": case.doc_no_in,
        "doc_no_out": case.doc_no_out,
        "speed": case.speed,
        "security_class": case.security_class,
        "received_at": case.received_at,
        "due_at": case.due_at,
        "outcome": case.outcome,
        "started_at": case.started_at,
        "retention_class": case.retention_class,
        "source": case.source,
    }
    variables = engine().runtime.variables(case.id, actor())
    return Names({**header, **variables}, functions())


@lru_cache(maxsize=128)
def templates_of(definition_id: UUID) -> Mapping[str, Mapping[str, Any]]:
    """The letter templates a version was deployed with, by file name, in their order. A version never changes."""
    files = [file for file in engine().repository.files(definition_id) if letters.is_letter(file)]
    return {letters.key_of(file): letters.read(file.content) for file in sorted(files, key=lambda file: file.name)}
