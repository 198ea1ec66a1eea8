"""Every example in the documents for process owners has the value that is written beside it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from engine import feel

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
