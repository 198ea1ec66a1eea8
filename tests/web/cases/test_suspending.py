"""A case is suspended and resumed on pages that say what will happen; everybody who works on it sees that it stands."""

from __future__ import annotations

from uuid import uuid4

import pytest

from engine import SYSTEM
from tests.web.conftest import HANDLER, STARTER, STRANGER, found

CONTROL = "aia.inspection.control"
WHY = "政風查核中"


@pytest.fixture
def stands(claimed, engine, actor):
    """A case whose handler has claimed its task, suspended."""
    case, task = claimed("暫停的件")
    engine.suspension.suspend(case.id, reason=WHY, actor=actor(CONTROL))
    yield case, task
    engine.runtime.cancel(case.id, reason="測試結束", actor=SYSTEM)


def answer():
    return {
        "f.decision": "forward", "f.opinion": "已電話聯絡，擬同意辦理。", "f.pieces": "3",
        "form_action": "submit", "token": str(uuid4()),
    }  # fmt: skip


def test_the_page_names_what_suspending_does_and_the_history_keeps_why(browser, claimed, engine):
    case, _ = claimed("要查核的件")
    control = browser(CONTROL)
    assert f'href="/cases/{case.id}/suspend"' in control.get(f"/cases/{case.id}").text
    page = control.get(f"/cases/{case.id}/suspend").text
    assert "「承辦」不能送出決定" in page
    assert "暫停案件不會停止計時" in page
    sent = control.post(f"/cases/{case.id}/suspend", {"reason": WHY, "token": str(uuid4())})
    assert (sent.status_code, sent.location) == (303, f"/cases/{case.id}")
    shown = control.get(f"/cases/{case.id}").text
    assert "暫停中" in found(r'<p class="case-state">(.*?)</p>', shown)
    assert f"謝美惠於民國115年11月23日 09:00暫停這件案件。原因：{WHY}" in shown
    assert f'href="/cases/{case.id}/resume"' in shown
    assert f"謝美惠暫停案件。原因：{WHY}" in control.get(f"/cases/{case.id}?view=history").text


def test_a_reason_is_asked_for_and_what_was_typed_stays(browser, claimed, engine):
    case, _ = claimed()
    path = f"/cases/{case.id}/suspend"
    empty = browser(CONTROL).post(path, {"reason": " ", "token": str(uuid4())})
    assert empty.status_code == 422
    assert "請說明暫停的原因。" in empty.text
    long = browser(CONTROL).post(path, {"reason": "因" * 501, "token": str(uuid4())})
    assert long.status_code == 422
    assert "因" * 501 in long.text
    assert "太長了，請縮短到500字以內。" in long.text
    turned = browser(CONTROL).post(path, {"reason": "查\u202e核", "token": str(uuid4())})
    assert turned.status_code == 422
    assert 'id="reason-error"' in turned.text
    assert not engine.runtime.instance(case.id, SYSTEM).is_suspended


def test_resuming_says_what_it_does_and_lets_the_answer_be_sent(browser, stands, engine):
    case, task = stands
    control = browser(CONTROL)
    page = control.get(f"/cases/{case.id}/resume").text
    assert WHY in page
    assert "「承辦」可以再送出決定。" in page
    assert control.post(f"/cases/{case.id}/resume", {"token": str(uuid4())}).status_code == 303
    assert "謝美惠恢復案件。" in control.get(f"/cases/{case.id}?view=history").text
    assert browser(HANDLER).post(f"/tasks/{task}", answer()).status_code == 303
    assert control.get(f"/cases/{case.id}/resume").status_code == 409


def test_only_who_watches_over_the_case_may(browser, stands, claimed):
    running, _ = claimed()
    for who, status in ((STARTER, 403), (HANDLER, 403), (STRANGER, 404)):
        visitor = browser(who)
        for case, verb in ((running, "suspend"), (stands[0], "resume")):
            assert visitor.get(f"/cases/{case.id}/{verb}").status_code == status
            assert visitor.post(f"/cases/{case.id}/{verb}", {"reason": WHY}).status_code == status
    assert "/suspend" not in browser(STARTER).get(f"/cases/{running.id}").text


def test_the_task_says_so_before_anybody_types_and_offers_the_draft_alone(browser, stands):
    _, task = stands
    page = browser(HANDLER).get(f"/tasks/{task}").text
    assert f"原因：{WHY}" in page
    assert "恢復之前不能送出決定" in page
    assert 'value="draft"' in page
    assert 'value="submit"' not in page


def test_the_task_says_so_in_english(browser, stands):
    _, task = stands
    page = browser(HANDLER, "en").get(f"/tasks/{task}").text
    assert "suspended this case on" in page
    assert f'Reason: <span lang="zh-Hant-TW">{WHY}</span>' in page
    assert "No decision can be sent until it is resumed" in page


def test_an_answer_that_was_being_typed_is_refused_and_kept(browser, stands, engine, actor):
    _, task = stands
    handler = browser(HANDLER)
    refused = handler.post(f"/tasks/{task}", {**answer(), "back": f"/tasks/{task}"})
    assert refused.status_code == 409
    for text in ("案件暫停中", "謝美惠", WHY, "已存成草稿", "已電話聯絡，擬同意辦理。"):
        assert text in refused.text
    assert engine.tasks.get(task, actor(HANDLER)).is_open
    assert "已電話聯絡，擬同意辦理。" in handler.get(f"/tasks/{task}").text


def test_lists_mark_it_and_it_can_be_looked_for(browser, stands, claimed):
    claimed("照常辦理的件")
    rows = browser(HANDLER).get("/inbox/mine").text.split("<tr data-row>")[1:]
    marked = {"暫停中" in row for row in rows if "暫停的件" in row}, {"暫停中" in row for row in rows if "照常" in row}
    assert marked == ({True}, {False})
    listed = browser(CONTROL).get("/cases?status=suspended").text
    assert "暫停的件" in listed
    assert "照常辦理的件" not in listed


def test_where_it_is_does_not_promise_that_it_goes_on(browser, stands):
    case, _ = stands
    assert "恢復之前不會往下走。" in browser(CONTROL).get(f"/cases/{case.id}/where").text
