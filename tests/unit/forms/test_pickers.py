"""People and units."""

from __future__ import annotations

import pytest

from engine import forms
from tests.unit.forms.asking import NOW, make_form

PERSON = {"type": "textfield", "key": "x", "properties": {"picker": "person"}}


class Directory:
    """Three people, two with one name; counts what it is asked."""

    people = (
        {"id": "health.wang", "label": "王小明"},
        {"id": "works.wang", "label": "王小明"},
        {"id": "lin", "label": "林美玲"},
    )

    def __init__(self) -> None:
        self.asked = 0

    def find(self, kind, text, scope):
        self.asked += 1
        exact = [value for value in self.people if value["id"] == text]
        return exact or [value for value in self.people if text in value["label"]]


def answer(raw, component=PERSON, directory=None):
    return forms.validate(make_form(component), {"x": raw}, {}, NOW, directory=directory or Directory())


@pytest.mark.parametrize("raw", ["lin", "林美玲", "林美玲（lin）", "林美玲(lin)", {"id": "lin", "label": "偽造的名字"}])
def test_a_person_by_id_name_or_both_is_the_directorys_person(raw):
    assert answer(raw).values == {"x": {"id": "lin", "label": "林美玲"}}


def test_two_of_one_name_must_be_told_apart():
    result = answer("王小明")
    message = result.errors["x"][0]
    assert message.code == "picker-ambiguous"
    assert [value["id"] for value in message.params["candidates"]] == ["health.wang", "works.wang"]
    assert answer("王小明（works.wang）").values["x"]["id"] == "works.wang"


@pytest.mark.parametrize("raw", ["nobody", "nobody（nobody）", "<script>"])
def test_nobody_is_an_error(raw):
    assert answer(raw).errors["x"][0].code == "picker-unknown"


def test_several_people_once_each():
    component = {"type": "taglist", "key": "x", "properties": {"picker": "person"}}
    result = answer(["lin", "林美玲", "health.wang", ""], component)
    assert [person["id"] for person in result.values["x"]] == ["lin", "health.wang"]


def test_without_a_directory_what_is_given_is_believed():
    form = make_form(PERSON)
    assert forms.validate(form, {"x": {"id": "a", "label": "甲"}}, {}, NOW).values["x"] == {"id": "a", "label": "甲"}
    assert forms.validate(form, {"x": "a"}, {}, NOW).values["x"] == {"id": "a", "label": "a"}


def test_the_directory_is_asked_each_question_once():
    directory = Directory()
    components = [{**PERSON, "id": f"p{number}", "key": f"p{number}"} for number in range(5)]
    forms.validate(make_form(*components), {f"p{number}": "lin" for number in range(5)}, {}, NOW, directory=directory)
    assert directory.asked == 1


def test_a_person_shows_by_name_and_travels_as_name_and_id():
    state = forms.open_form(make_form(PERSON), {"x": {"id": "lin", "label": "林美玲"}}, NOW, directory=Directory())
    assert state.raw() == {"x": "林美玲（lin）"}
    assert forms.display(state.form.fields[0], {"id": "lin", "label": "林美玲"}) == "林美玲"
