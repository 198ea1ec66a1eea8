"""密: only the people the case names and 政風 see it, whatever else somebody heads, keeps or audits."""

from __future__ import annotations

import pytest

from tests.web.conftest import CHIEF, HANDLER, STARTER, STRANGER

SECRET = "檢舉人身分保密案"
NAMED = (STARTER, HANDLER)
OTHERS = ("health.head", "aia.inspection.registrar", "aia.it.auditor", "aia.it.admin", "aia.it.operator", STRANGER)


@pytest.fixture(scope="module")
def case(engine):
    actor = engine.directory.actor_for
    variables = {"title": SECRET, "pieces": 1, "security_class": "密"}
    case = engine.runtime.start("errand", actor=actor(STARTER), variables=variables)
    engine.tasks.claim(case.open_tasks[0]["id"], actor(HANDLER))
    engine.runtime.comment(case.id, "密件意見", actor=actor(HANDLER))
    return engine.runtime.instance(case.id, actor(HANDLER))


def test_it_is_confidential_and_the_named_see_it(browser, case):
    assert case.is_confidential
    for person in NAMED:
        assert SECRET in browser(person).get(f"/cases/{case.id}").text


@pytest.mark.parametrize("person", OTHERS)
def test_the_others_do_not(browser, case, person):
    other = browser(person)
    for part in ("", "/print", "/diagram.json", "/diagram.bpmn", "?view=history", "?view=comments"):
        assert other.get(f"/cases/{case.id}{part}").status_code == 404, part
    for path in ("/cases", f"/cases?q={SECRET[:3]}", "/cases/export.csv", "/unit-work", "/operate/incidents"):
        text = other.get(path).text
        assert str(case.id) not in text, path
        assert SECRET not in text, path


def test_ethics_officers_do(browser, engine, case):
    officer = next(
        person.id
        for person in engine.directory.people()
        if "ethics_officer@" in engine.directory.actor_for(person.id).groups
    )
    assert SECRET in browser(officer).get(f"/cases/{case.id}").text
    looked = browser(officer).get(f"/cases/{case.id}?view=history").text.partition("檢視紀錄")[2]
    assert engine.directory.person(officer).name in looked


def test_who_looked_is_not_for_those_the_case_names(browser, case):
    assert "檢視紀錄" not in browser(HANDLER).get(f"/cases/{case.id}?view=history").text


def test_an_ordinary_case_is_open_to_heads_and_audit(browser, engine):
    """So the refusals above come from the class of the case and not from the role."""
    actor = engine.directory.actor_for
    case = engine.runtime.start("errand", actor=actor(STARTER), variables={"title": "普通案", "pieces": 1})
    for person in ("health.head", "aia.it.auditor", CHIEF):
        assert browser(person).get(f"/cases/{case.id}").status_code == 200, person
