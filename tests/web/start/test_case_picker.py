"""A form that names a running case: found by number or words, only what the person may see, and only while it runs."""

from __future__ import annotations

import pytest

from engine import SYSTEM
from webapp.process_files import PROCESSES, deploy_folders
from webapp.taskforms import DirectoryPicker

APPLICANT = "health.handler"
HEALTH = {"id": "health", "label": "衛生局"}


@pytest.fixture(scope="module")
def proposal(engine):
    """A hiring proposal of the health bureau that has just been sent off."""
    deploy_folders(
        engine, [PROCESSES / "temp_staff_hiring", PROCESSES / "hiring_withdrawal"], actor=SYSTEM, approver="tests"
    )
    values = {"plan_name": "登革熱孳生源清除計畫", "applicant_agency": HEALTH}
    return engine.runtime.start("temp_staff_hiring", actor=engine.directory.actor_for(APPLICANT), variables=values)


def find(engine, person: str, text: str, process: str = "temp_staff_hiring"):
    picker = DirectoryPicker(engine.directory, engine.runtime, engine.directory.actor_for(person))
    return picker.find("case", text, process)


@pytest.mark.parametrize("text", ["number", "lower", "words"])
def test_a_case_is_found_by_its_number_or_by_words_and_brings_its_agency(engine, proposal, text):
    texts = {"number": proposal.business_key, "lower": proposal.business_key.lower(), "words": "孳生源"}
    (value,) = find(engine, APPLICANT, texts[text])
    assert value["id"] == proposal.business_key
    assert value["agency"] == HEALTH
    assert value["security_class"] == "普通"


def test_a_case_of_another_agency_or_of_another_process_is_not_found(engine, proposal):
    assert not find(engine, "sports.handler", proposal.business_key)
    assert not find(engine, APPLICANT, proposal.business_key, "visit_outbound")


def test_a_wrong_number_is_said_where_it_was_typed_and_nothing_starts(browser, engine, proposal):
    visitor = browser(APPLICANT)
    answer = visitor.post(
        "/start/hiring_withdrawal",
        {"f.original": "TS-107-99999", "f.withdraw_reason": "計畫取消", "form_action": "submit"},
    )
    assert answer.status_code == 422
    assert "您沒有案號「TS-107-99999」的進行中案件" in answer.text
    assert "計畫取消" in answer.text


def test_typing_offers_the_case(browser, proposal):
    found = browser(APPLICANT).get("/forms/pick/case?q=孳生源&scope=temp_staff_hiring").json
    assert [value["id"] for value in found] == [proposal.business_key]


def test_an_ended_case_is_not_found(engine, proposal):
    engine.runtime.cancel(proposal.id, reason="改由現有人力辦理", actor=SYSTEM)
    assert not find(engine, APPLICANT, proposal.business_key)
