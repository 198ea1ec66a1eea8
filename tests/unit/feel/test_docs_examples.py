"""Every example in the documents for process owners has the value that is written beside it."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from html import unescape
from pathlib import Path

import pytest

from engine import feel
from engine.calendar.working_days import TAIPEI, WorkCalendar
from engine.model import StepContext
from engine.spiff.functions import build

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGES = [DOCS / "feel.md", DOCS / "zh" / "feel.md"]


def rows(columns):
    return [
        (page, [cell.strip("` ") for cell in line.strip("|").split(" | ")])
        for page in PAGES
        for line in page.read_text("utf-8").splitlines()
        if line.startswith("| `") and line.count(" | ") == columns - 1
    ]


@pytest.mark.parametrize(("page", "cells"), rows(3), ids=lambda part: str(part)[-40:])
def test_an_example_has_its_value(page, cells):
    names = json.loads(re.search(r"```json\n(.*?)```", page.read_text("utf-8"), re.DOTALL)[1])
    evaluation = feel.parse(f"string({cells[0]})").evaluate(names)
    assert evaluation.errors == ()
    assert evaluation.value == cells[1]


@pytest.mark.parametrize(("page", "cells"), rows(2), ids=lambda part: str(part)[-40:])
def test_a_cell_can_be_read(page, cells):
    feel.parse(cells[0], "unary")


def test_both_languages_hold_the_same_examples():
    examples = [{cells[0] for page, cells in rows(2) + rows(3) if page == one} for one in PAGES]
    assert examples[0] == examples[1]
    assert len(examples[0]) > 20


NOW = datetime(2026, 11, 23, 9, 0, tzinfo=TAIPEI)
ROOT = DOCS.parent


def of_our_own():
    return [(page, cells) for page, cells in rows(4)]


@pytest.fixture(scope="module")
def surroundings():
    """The functions that diagrams have besides FEEL's own, on the day that the documents name."""
    return build(StepContext(now=NOW, calendar=WorkCalendar()))


@pytest.mark.parametrize(("page", "cells"), of_our_own(), ids=lambda part: str(part)[-40:])
def test_an_example_of_our_own_stands_in_its_file_and_has_its_value(page, cells, surroundings):
    text, expected, where = cells[0], cells[1], cells[2]
    names = json.loads(re.findall(r"```json\n(.*?)```", page.read_text("utf-8"), re.DOTALL)[1])
    names |= {key: date.fromisoformat(names[key]) for key in ("start_date", "end_date")}
    assert f"={text}" in unescape((ROOT / where).read_text("utf-8")).replace('\\"', '"')
    evaluation = feel.parse(f"string({text})").evaluate(names, surroundings)
    assert evaluation.errors == ()
    assert evaluation.value == expected


def test_there_are_examples_of_conditions_forms_deadlines_and_people():
    for page in PAGES:
        places = {cells[2].partition("/")[0] for of, cells in of_our_own() if of == page}
        assert places == {"processes", "forms"}
        assert len([1 for of, _ in of_our_own() if of == page]) >= 10
    texts = [{cells[0] for page, cells in of_our_own() if page == one} for one in PAGES]
    assert texts[0] == texts[1]
