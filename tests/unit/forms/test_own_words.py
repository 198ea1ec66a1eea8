"""A decision and its opinion are the words of whoever answers: no form lays earlier ones before the next person."""

from __future__ import annotations

from typing import Any

from engine import forms
from tests.unit.forms.asking import NOW, make_form

CHOICES = [{"label": "同意", "value": "agree"}, {"label": "退回", "value": "return"}]
SAID = {"decision": "return", "opinion": "請補件", "findings": "已會勘"}


def shown(*components: dict[str, Any]) -> dict[str, Any]:
    state = forms.open_form(make_form(*components), SAID, NOW)
    return {node.field.key: node.value for node in state.nodes}


def test_decision_and_opinion_begin_empty_and_the_rest_shows_what_the_case_knows() -> None:
    found = shown(
        {"type": "radio", "id": "a", "key": "decision", "label": "決定", "values": CHOICES},
        {"type": "textarea", "id": "b", "key": "opinion", "label": "意見"},
        {"type": "textarea", "id": "c", "key": "findings", "label": "查處"},
    )
    assert found == {"decision": None, "opinion": None, "findings": "已會勘"}


def test_their_default_is_what_the_form_says_not_what_was_said_before() -> None:
    found = shown(
        {"type": "radio", "id": "a", "key": "decision", "label": "x", "values": CHOICES, "defaultValue": "agree"}
    )
    assert found == {"decision": "agree"}


def test_shown_read_only_they_are_what_was_said() -> None:
    found = shown({"type": "textarea", "id": "b", "key": "opinion", "label": "前次意見", "readonly": True})
    assert found == {"opinion": "請補件"}


def test_a_required_opinion_is_not_met_by_the_one_of_the_person_before() -> None:
    form = make_form({"type": "textarea", "id": "b", "key": "opinion", "label": "x", "validate": {"required": True}})
    assert forms.judge(forms.open_form(form, SAID, NOW)).errors


def test_an_answer_that_is_read_shows_its_decision() -> None:
    form = make_form({"type": "radio", "id": "a", "key": "decision", "label": "決定", "values": CHOICES})
    assert forms.open_form(form, SAID, NOW, reading=True).values() == {"decision": "return"}
