"""The files of the processes: they can be deployed, are complete in both languages, and ask somebody who exists."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine import dmn, forms
from engine.casetest.running import findings_of
from engine.forms import FormDefinition
from engine.spiff import Executor
from tests.processes.conftest import FORMS, KEYS, PROCESSES, ROOT, Plays, cases, folder

FORM_FILES = sorted(FORMS.glob("*/*.form"))
TABLES = sorted(PROCESSES.glob("*/*.dmn"))
CHOICES = ("select", "radio", "checklist", "taglist")


def form(path: Path) -> FormDefinition:
    return forms.parse(path.read_bytes(), f"{path.parent.name}/{path.name}")


@pytest.mark.parametrize("key", KEYS)
def test_the_process_can_be_deployed(executor: Executor, key: str) -> None:
    errors = [
        f"{f.file} {f.element_id}: {f.message_zh}" for f in findings_of(folder(key), executor) if f.level == "error"
    ]
    assert not errors, "\n".join(errors)


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.stem)
def test_every_table_can_be_read(path: Path) -> None:
    model = dmn.parse(path.read_bytes())
    assert model.decisions
    assert not [finding.message_zh for finding in model.findings if finding.level == "error"]


@pytest.mark.parametrize("path", FORM_FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_form_can_be_read_and_is_complete_in_both_languages(path: Path) -> None:
    parsed = form(path)
    assert not [f"{f.element_id}: {f.message_zh}" for f in parsed.findings]
    assert parsed.title
    assert parsed.title_en
    assert not list(_untranslated(parsed))


def _untranslated(parsed: FormDefinition) -> Iterator[str]:
    for field in parsed.walk():
        if field.label and not field.properties.get("label_en"):
            yield f"{field.id} {field.label} has no English label"
        for name, text in field.properties.items():
            if name.startswith(("checkMessage", "warning", "help", "requiredReason", "blockMessage")):
                yield from _twin_missing(field.id, name, text, field.properties)
        if field.type in CHOICES:
            for option in field.options:
                if not option.label_en and any(ord(letter) > 0x2E7F for letter in option.label):
                    yield f"{field.id}: option {option.label} has no English label"


def _twin_missing(field_id: str, name: str, text: str, properties: Any) -> Iterator[str]:
    if name.endswith(("En", "_en")):
        return
    if not (properties.get(f"{name}En") or properties.get(f"{name}_en")):
        yield f"{field_id} {name}: {text} has no English text"


def test_every_form_is_used_by_a_diagram_and_every_form_key_has_a_form(plays: Plays) -> None:
    used = {name for key in KEYS for name in plays.player(key).outline.form_keys}
    present = {f"{path.parent.name}/{path.stem}" for path in FORM_FILES}
    assert used == present


@pytest.mark.parametrize("key", KEYS)
def test_whoever_is_asked_exists_in_the_demo_organisation(plays: Plays, key: str) -> None:
    asked: set[str] = set()
    for case in cases(key):
        asked |= plays.outcome(key, case, restored=False).asked
    unanswered = {text for text in asked if not text.startswith(("user:", "superior:"))} - answered()
    assert not unanswered


def answered() -> set[str]:
    """Every candidate text that a person of the demo organisation answers to."""
    organisation = yaml.safe_load((ROOT / "webapp/demo/organisation.yaml").read_text(encoding="utf-8"))
    parents = {unit["id"]: unit.get("parent") for unit in organisation["units"]}

    def below(top: str) -> Iterator[str]:
        for unit in parents:
            above: str | None = unit
            while above is not None:
                if above == top:
                    yield unit
                    break
                above = parents[above]

    texts: set[str] = set()
    for unit in organisation["units"]:
        for person in unit.get("people") or ():
            if person.get("head"):
                texts.add(f"head@{unit['id']}")
            for place, roles in (person.get("roles") or {}).items():
                texts |= {f"{role}@" for role in roles} | {f"{role}@{u}" for role in roles for u in below(place)}
    return texts


@pytest.mark.parametrize("key", KEYS)
def test_the_process_says_what_a_start_page_needs(plays: Plays, key: str) -> None:
    head = plays.player(key).outline.head(key)
    said = dict(head.properties)
    assert said.get("nameEn")
    if said.get("instantiable") != "false":
        for name in (
            "casePrefix",
            "caseSubject",
            "summary",
            "summaryEn",
            "duration",
            "durationEn",
            "ownerUnit",
            "retention",
        ):
            assert said.get(name), name


def test_no_two_processes_count_their_cases_under_one_prefix(plays: Plays) -> None:
    prefixes = [dict(plays.player(key).outline.head(key).properties).get("casePrefix") for key in KEYS]
    given = [prefix for prefix in prefixes if prefix]
    assert len(given) == len(set(given))


def test_forms_are_written_as_the_editor_writes_them() -> None:
    for path in FORM_FILES:
        document = json.loads(path.read_text(encoding="utf-8"))
        assert document["schemaVersion"] == 19
        assert document["type"] == "default"
