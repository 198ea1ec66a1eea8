"""Letters: every template is read, can be filled from the cases, and is issued in at least one of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.calendar.yearly_list import shipped_calendar
from engine.casetest import Outcome
from engine.model import StepContext
from engine.spiff.functions import build
from tests.processes.conftest import PROCESSES, Plays, cases
from webapp.cases.letter_text import Item, Names, filled, holds, items, lines

LETTERS = sorted(PROCESSES.glob("*/letters/*.yaml"))
KEYS = [
    "name",
    "name_en",
    "type",
    "language",
    "when",
    "locked",
    "issuer",
    "to",
    "date",
    "doc_no",
    "speed",
    "security",
    "enclosures",
    "subject",
    "explanation",
    "measures",
    "meeting",
    "sections",
    "main_copies",
    "copies",
    "signature",
]
TYPES = ["簽", "函", "書函", "公告", "開會通知單", "會議紀錄", "公務電話紀錄", "便簽", "通知單", "表", "電子郵件"]
HEADER = [
    "business_key",
    "subject",
    "doc_no_in",
    "doc_no_out",
    "speed",
    "security_class",
    "received_at",
    "due_at",
    "outcome",
    "started_at",
    "retention_class",
    "source",
]

letters = pytest.mark.parametrize("path", LETTERS, ids=lambda path: f"{path.parents[1].name}/{path.stem}")


def template(path: Path) -> dict[str, Any]:
    read = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(read, dict)
    return read


def names(outcome: Outcome) -> Names:
    now = outcome.case.starts_at + timedelta(days=60)
    functions = build(StepContext(now, shipped_calendar()))
    known = {**dict.fromkeys(HEADER), "business_key": "TEST-1", "started_at": outcome.case.starts_at}
    return Names({**known, **outcome.variables}, functions)


def words(letter: dict[str, Any], known: Names) -> Iterator[str]:
    """Every text of the filled letter."""
    for key in ("to", "date", "doc_no", "speed", "security", "enclosures", "subject", "signature"):
        yield filled(letter.get(key), known)
    for key in ("explanation", "measures"):
        yield from _texts(items(letter.get(key), known))
    for part in letter.get("sections") or ():
        yield filled(part["title"], known)
        yield from _texts(items(part["items"], known))
    for key in ("main_copies", "copies"):
        yield from lines(letter.get(key) or [], known)
    for value in (letter.get("meeting") or {}).values():
        yield from lines(value, known)
    if str(letter.get("issuer", "")).startswith("="):
        yield str(known.evaluate(letter["issuer"][1:]))


def _texts(found: tuple[Item, ...]) -> Iterator[str]:
    for item in found:
        yield item.text
        yield from _texts(item.items)


@letters
def test_a_letter_says_only_what_the_page_reads(path: Path) -> None:
    letter = template(path)
    assert set(letter) <= set(KEYS)
    assert letter["type"] in TYPES
    assert letter["name"]
    assert letter["name_en"]
    assert letter["subject"]
    assert [key for key in KEYS if key in letter] == list(letter), "keys stand in the order of docs/diagrams.md"


@letters
def test_a_letter_is_issued_in_some_case_and_can_be_filled(plays: Plays, path: Path) -> None:
    key, letter = path.parents[1].name, template(path)
    issued = 0
    for case in cases(key):
        outcome = plays.outcome(key, case, restored=False)
        known = names(outcome)
        if not outcome.variables or not holds(letter.get("when"), known):
            continue
        issued += 1
        text = list(words(letter, known))
        assert not [part for part in text if "{{" in part or "}}" in part]
        assert filled(letter["subject"], known)
    assert issued, "no case issues it"
