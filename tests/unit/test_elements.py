"""The page of elements is what the engine's registries and the tests say; no row without a test."""

from __future__ import annotations

import pytest

from engine.spiff.diagram import EVENTS, NODES
from engine.spiff.lint.support import EVENTS_AT
from engine.spiff.parser import RUNNABLE
from tests import elements


def test_the_page_is_what_the_table_says():
    text = (elements.ROOT / "docs/elements.md").read_text("utf-8")
    assert text == elements.page(), "run: python -m tests.elements docs/elements.md"


def test_every_element_has_its_row():
    listed = {row.element for row in elements.rows()}
    assert listed == NODES
    assert listed >= RUNNABLE


def test_every_event_at_every_place_has_its_row():
    listed = {(row.element, row.event) for row in elements.EVENT_ROWS if row.event not in ("", "none")}
    assert listed == elements.demanded()
    assert listed >= {(element, kind) for element, kinds in EVENTS_AT.items() for kind in kinds}
    assert {row.element for row in elements.EVENT_ROWS} == EVENTS


def test_no_row_is_there_twice():
    keys = [(row.element, row.event, row.note) for row in elements.rows()]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("row", list(elements.rows()), ids=lambda row: f"{row.element} {row.event}{row.note}")
def test_what_a_row_says_is_shown_by_a_test_that_exists(row):
    path, _, name = row.shown_by.partition("::")
    assert name in elements.names_of_tests(path)
