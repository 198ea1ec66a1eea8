"""Offices that decide side by side share the case's variables, so each has a key of its own, such as `hr_decision`.

Such a key is a decision menu like any other: it begins empty, and the history says what was decided.
"""

from __future__ import annotations

import pytest

from engine import forms
from engine.forms.definition import is_own_word
from tests.unit.forms.asking import NOW, make_form

CHOICES = [{"label": "同意", "value": "agree"}, {"label": "退回", "value": "return"}]


def menu(key: str) -> dict[str, object]:
    return {"type": "radio", "id": key, "key": key, "label": "審核", "values": CHOICES}


def test_its_decision_and_opinion_begin_empty() -> None:
    opinion = {"type": "textarea", "id": "o", "key": "hr_opinion", "label": "意見"}
    state = forms.open_form(
        make_form(menu("hr_decision"), opinion), {"hr_decision": "return", "hr_opinion": "缺件"}, NOW
    )
    assert state.values() == {"hr_decision": None, "hr_opinion": None}


@pytest.mark.parametrize(
    ("keys", "found"),
    [(("hr_decision",), "hr_decision"), (("hr_decision", "decision"), "decision"), (("indecision", "findings"), None)],
)
def test_the_decision_menu_of_a_form(keys, found) -> None:
    decision = make_form(*(menu(key) for key in keys)).decision
    assert (decision.key if decision else None) == found


@pytest.mark.parametrize(
    ("key", "own"), [("opinion", True), ("acct_opinion", True), ("opinions", False), (None, False)]
)
def test_whose_word_it_is(key, own) -> None:
    assert is_own_word(key, "opinion") is own
