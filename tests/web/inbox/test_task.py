"""One task from the pool to the decision, as a person does it in the browser."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest

from engine.errors import TaskNotOpen
from tests.web.conftest import CHIEF, HANDLER, STARTER, STRANGER, found


def answer(decision="forward", opinion="已電話聯絡。", **more):
    return {"f.opinion": opinion, "f.decision": decision, "form_action": "submit", "token": str(uuid4()), **more}


def test_a_task_of_the_pool_offers_to_be_claimed_and_shows_no_form(browser, errand):
    _, task = errand()
    page = browser(HANDLER).get(f"/tasks/{task}").text
    assert f'action="/tasks/{task}/claim"' in page
    assert "data-task-form" not in page
    assert "<strong>電話聯絡</strong>" in page


def test_beside_the_decision_stands_what_was_entered_before(browser, claimed):
    _, task = claimed("要先看內容的件")
    handler = browser(HANDLER)
    page = handler.get(f"/tasks/{task}").text
    entered = found(r'<details class="disclosure case-data" open>(.*?)</details>', page)
    assert "起案" in entered
    assert "要先看內容的件" in entered
    assert re.search(r'view=data" aria-current="page" data-key="0">內容', page)
    assert "data-diagram" not in page
    diagram = handler.get(f"/tasks/{task}?view=diagram").text
    assert "data-diagram" in diagram
    assert "case-data" not in diagram


def test_claiming_leads_back_to_the_task_with_its_form(browser, errand):
    _, task = errand()
    handler = browser(HANDLER)
    answered = handler.post(f"/tasks/{task}/claim", {"token": str(uuid4()), "back": f"/tasks/{task}?tab=pending"})
    assert (answered.status_code, answered.location) == (303, f"/tasks/{task}?tab=pending")
    page = handler.get(f"/tasks/{task}").text
    assert 'name="f.decision"' in page
    assert "送科長核定" in page


def test_back_never_leads_to_another_site(browser, errand):
    _, task = errand()
    answered = browser(HANDLER).post(f"/tasks/{task}/claim", {"back": "//elsewhere.example/x"})
    assert answered.location == f"/tasks/{task}"


def test_a_decision_moves_the_case_on_and_offers_the_next_task(browser, claimed, engine, actor):
    _, first = claimed("第一件")
    _, second = claimed("第二件")
    handler = browser(HANDLER)
    answered = handler.post(f"/tasks/{first}?tab=mine&q=第一件", answer())
    assert answered.status_code == 303
    assert answered.location.startswith("/inbox/mine?q=")
    assert not engine.tasks.get(first, actor(HANDLER)).is_open
    handler.post(f"/tasks/{second}?tab=mine", answer())
    page = handler.get("/inbox/mine").text
    assert "「承辦」已送出。" in page


def test_the_next_task_of_the_same_list_is_a_link_in_the_message(browser, claimed):
    _, first = claimed("接力甲")
    _, second = claimed("接力乙")
    handler = browser(HANDLER)
    handler.post(f"/tasks/{first}?tab=mine&q=接力", answer())
    message = found(r'(<div class="flash flash-success".*?</div>)', handler.get("/inbox/mine").text)
    assert f'href="/tasks/{second}?tab=mine&amp;q=' in message
    assert "開啟下一件" in message


def test_a_missing_decision_is_named_and_what_was_typed_stays(browser, claimed, engine, actor):
    _, task = claimed()
    answered = browser(HANDLER).post(f"/tasks/{task}", {**answer(), "f.decision": ""})
    assert answered.status_code == 422
    assert 'id="error-summary"' in answered.text
    assert "已電話聯絡。" in answered.text
    assert engine.tasks.get(task, actor(HANDLER)).is_open


def test_a_reason_demanded_by_the_decision_is_asked_for(browser, claimed):
    _, task = claimed()
    answered = browser(HANDLER).post(f"/tasks/{task}", answer("count", ""))
    assert answered.status_code == 422
    assert "先計算時請說明。" in answered.text


def test_a_read_only_field_is_not_read_from_the_request(browser, claimed, engine, actor):
    case, task = claimed("原來的事由")
    browser(HANDLER).post(f"/tasks/{task}", answer(**{"f.title": "偷改"}))
    assert engine.runtime.variables(case.id, actor(STARTER))["title"] == "原來的事由"


def test_the_same_form_posted_twice_has_one_effect_and_the_same_answer(browser, claimed, engine, actor):
    case, task = claimed()
    handler, body = browser(HANDLER), answer()
    first, second = (handler.post(f"/tasks/{task}?tab=mine", body) for _ in range(2))
    assert (first.status_code, first.location) == (second.status_code, second.location) == (303, "/inbox/mine")
    completed = [e for e in engine.history.timeline(case.id, actor(STARTER)) if e.verb == "task.completed"]
    assert len(completed) == 1


def test_a_task_that_somebody_finished_is_a_conflict_that_says_who_and_when(browser, claimed, engine, actor):
    _, task = claimed()
    engine.tasks.complete(task, actor=actor(HANDLER), variables={"decision": "forward"})
    with pytest.raises(TaskNotOpen):
        engine.tasks.complete(task, actor=actor(HANDLER), variables={"decision": "forward"})
    answered = browser(HANDLER).post(f"/tasks/{task}", answer())
    assert answered.status_code == 409
    assert actor(HANDLER).name in answered.text
    assert "民國115年11月23日" in answered.text


def test_a_task_that_a_colleague_claimed_is_a_conflict(browser, claimed, actor):
    _, task = claimed()
    answered = browser("aia.labor.handler2").post(f"/tasks/{task}/claim")
    assert answered.status_code == 409
    assert actor(HANDLER).name in answered.text


def test_a_stranger_does_not_learn_that_the_task_exists(browser, errand):
    _, task = errand()
    unknown = browser(STRANGER).get(f"/tasks/{uuid4()}")
    other = browser(STRANGER).get(f"/tasks/{task}")
    assert other.status_code == unknown.status_code == 404
    differences = re.compile(r'tasks/[0-9a-f-]{36}|name="csrf_token" value="[^"]+"|data-csrf="[^"]+"')
    assert differences.sub("", other.text) == differences.sub("", unknown.text)


def test_releasing_gives_the_task_back_to_the_pool(browser, claimed, engine, actor):
    _, task = claimed()
    browser(HANDLER).post(f"/tasks/{task}/release")
    assert engine.tasks.get(task, actor(HANDLER)).assignee is None


def test_a_draft_comes_back_and_is_not_an_answer(browser, claimed, engine, actor):
    _, task = claimed()
    handler = browser(HANDLER)
    said = handler.post(
        f"/tasks/{task}/draft", {**answer("", "寫到一半"), "form_action": "draft"}, Accept="application/json"
    )
    assert "尚未送出" in said.json["message"]
    assert engine.tasks.get(task, actor(HANDLER)).is_open
    page = handler.get(f"/tasks/{task}").text
    assert "寫到一半" in page
    assert "已載入您的草稿。" in page
    handler.post(f"/tasks/{task}/draft/discard")
    assert "寫到一半" not in handler.get(f"/tasks/{task}").text


def test_the_draft_button_works_without_a_script(browser, claimed):
    _, task = claimed()
    handler = browser(HANDLER)
    answered = handler.post(f"/tasks/{task}", {**answer("", "按鈕暫存"), "form_action": "draft"})
    assert answered.status_code == 303
    assert "按鈕暫存" in handler.get(f"/tasks/{task}").text


def test_a_failing_step_after_the_decision_keeps_the_answer_and_says_so(browser, claimed, engine, actor):
    case, task = claimed()
    handler = browser(HANDLER)
    answered = handler.post(f"/tasks/{task}", answer("count", "先算"))
    assert answered.status_code == 303
    assert "您不需要重送" in handler.get("/inbox/mine").text
    assert not engine.tasks.get(task, actor(HANDLER)).is_open
    assert engine.runtime.instance(case.id, actor(STARTER)).has_incident


def test_a_step_without_a_form_shows_room_for_a_remark(browser, claimed, engine, actor):
    case, task = claimed()
    engine.tasks.complete(task, actor=actor(HANDLER), variables={"decision": "forward"})
    chief = browser(CHIEF)
    approval = UUID(str(engine.runtime.instance(case.id, actor(STARTER)).open_tasks[0]["id"]))
    chief.post(f"/tasks/{approval}/claim")
    assert 'name="f.opinion"' in chief.get(f"/tasks/{approval}").text
    chief.post(f"/tasks/{approval}", {"f.opinion": "可。", "form_action": "submit", "token": str(uuid4())})
    assert engine.runtime.instance(case.id, actor(STARTER)).status == "completed"
    assert "案件結束" in chief.get("/inbox/done").text


@pytest.mark.parametrize("view", ["diagram", "history", "comments", "attachments"])
def test_each_tab_of_the_case_stands_beside_the_task(browser, claimed, view):
    _, task = claimed()
    page = browser(HANDLER).get(f"/tasks/{task}?tab=mine&view={view}")
    assert page.status_code == 200
    assert found(rf'<a href="/tasks/[^"]*view={view}"([^>]*)>', page.text).strip().startswith('aria-current="page"')


def test_reassigning_needs_a_person_and_a_reason(browser, claimed, engine, actor):
    _, task = claimed()
    handler = browser(HANDLER)
    assert "aia.labor.handler2" in handler.get(f"/tasks/{task}/reassign").text
    refused = handler.post(f"/tasks/{task}/reassign", {"person": "aia.labor.handler2", "reason": ""})
    assert refused.status_code == 422
    assert 'value="aia.labor.handler2" selected' in refused.text
    nobody = handler.post(f"/tasks/{task}/reassign", {"person": "no.such.person", "reason": "請假"})
    assert nobody.status_code == 422
    assert engine.tasks.get(task, actor(HANDLER)).assignee == HANDLER
    handler.post(f"/tasks/{task}/reassign", {"person": "aia.labor.handler2", "reason": "請假"})
    assert engine.tasks.get(task, actor(CHIEF)).assignee == "aia.labor.handler2"


def test_somebody_of_another_unit_is_looked_up_without_a_script(browser, claimed, engine, actor):
    _, task = claimed()
    handler = browser(HANDLER)
    name = engine.directory.person(CHIEF).name
    looked = handler.post(f"/tasks/{task}/reassign", {"find": name[0], "reason": "請假", "form_action": "find"})
    assert looked.status_code == 200
    offered = re.findall(r'type="radio" name="found" value="([^"]+)"', looked.text)
    assert CHIEF in offered
    assert 'value="請假"' in looked.text
    assert engine.tasks.get(task, actor(HANDLER)).assignee == HANDLER, "looking somebody up changes nothing"
    if len(offered) > 1:
        unclear = handler.post(f"/tasks/{task}/reassign", {"find": name[0], "reason": "請假"})
        assert (unclear.status_code, "有多個符合" in unclear.text) == (422, True)
    nobody = handler.post(f"/tasks/{task}/reassign", {"find": "查無此人", "reason": "請假"})
    assert (nobody.status_code, "找不到這個人。" in nobody.text) == (422, True)
    chosen = {"find": name[0], "found": CHIEF, "reason": "請假", "token": str(uuid4())}
    assert handler.post(f"/tasks/{task}/reassign", chosen).status_code == 303
    assert engine.tasks.get(task, actor(CHIEF)).assignee == CHIEF


def test_a_suggestion_taken_over_names_its_person(browser, claimed, engine, actor):
    _, task = claimed()
    text = f"{engine.directory.person(CHIEF).name}（{CHIEF}）"
    assert browser(HANDLER).post(f"/tasks/{task}/reassign", {"find": text, "reason": "請假"}).status_code == 303
    assert engine.tasks.get(task, actor(CHIEF)).assignee == CHIEF


def test_english_has_the_author_s_english(browser, claimed):
    _, task = claimed()
    page = browser(HANDLER, "en").get(f"/tasks/{task}").text
    assert "Please <strong>call</strong>" in page
    assert "Send to the chief" in page
    assert '<html lang="en">' in page


def test_claim_release_and_reassign_posted_twice_have_one_effect_and_the_same_answer(browser, errand, engine, actor):
    case, task = errand("重複送出")
    handler = browser(HANDLER)

    def twice(verb, **form):
        form["token"] = str(uuid4())
        answers = [handler.post(f"/tasks/{task}/{verb}", form) for _time in range(2)]
        assert [(a.status_code, a.location) for a in answers] == [(303, answers[0].location)] * 2
        said = re.findall(r'<div class="flash flash-(\w+)', handler.get("/help").text)
        assert said == ["success"]

    twice("claim")
    twice("release")
    twice("claim")
    twice("reassign", person=CHIEF, reason="請代辦")
    verbs = [entry.verb for entry in engine.history.timeline(case.id, actor(STARTER))]
    assert [verbs.count(verb) for verb in ("task.claimed", "task.released", "task.reassigned")] == [2, 1, 1]


def test_what_is_too_much_for_a_case_is_said_at_the_form_and_nothing_typed_is_lost(browser, engine, actor):
    variables = {"title": "卷宗", "pieces": 1, "notes": "x" * 960_000}
    case = engine.runtime.start("errand", actor=actor(STARTER), variables=variables)
    task = UUID(str(case.open_tasks[0]["id"]))
    engine.tasks.claim(task, actor(HANDLER))
    handler, said = browser(HANDLER), "字" * 20_000
    answered = handler.post(f"/tasks/{task}", answer(opinion=said))
    assert answered.status_code == 422
    assert "案件的資料超過 1 MB" in answered.text
    assert said in answered.text
    assert engine.tasks.get(task, actor(HANDLER)).is_open
    assert handler.post(f"/tasks/{task}", answer()).status_code == 303


@pytest.mark.parametrize("action", ["submit", "draft"])
def test_more_than_a_draft_may_hold_stays_on_the_page(browser, claimed, action):
    _, task = claimed()
    said = "y" * 1_000_001
    answered = browser(HANDLER).post(f"/tasks/{task}", answer(opinion=said, form_action=action))
    assert answered.status_code == 422
    assert said in answered.text


def test_a_case_that_holds_much_is_told_while_there_is_room(browser, claimed):
    _, task = claimed()
    handler = browser(HANDLER)
    assert handler.post(f"/tasks/{task}", answer(opinion="字" * 40_000)).status_code == 303
    assert "已超過 100 kB" in handler.flashes()
    _, task = claimed()
    assert handler.post(f"/tasks/{task}", answer()).status_code == 303
    assert "100 kB" not in handler.flashes()


def test_a_sign_that_no_draft_can_hold_does_not_cost_the_rest_of_the_form(browser, claimed):
    _, task = claimed()
    handler = browser(HANDLER)
    for path, form in ((f"/tasks/{task}", {"form_action": "submit"}), (f"/tasks/{task}/draft", {})):
        answered = handler.post(path, {**form, "f.opinion": "已電話聯絡\x00申請人", "token": str(uuid4())})
        assert answered.status_code == 422
        assert re.search(r'name="f\.opinion"[^>]*>\s*已電話聯絡', answered.text), "what was typed is kept"


def test_a_person_looked_up_by_what_no_name_can_hold_is_nobody(browser, claimed):
    _, task = claimed()
    answered = browser(HANDLER).post(f"/tasks/{task}/reassign", {"find": "林\x00美", "reason": "請假"})
    assert answered.status_code == 422
    assert "找不到這個人。" in found(r'id="reassign-find-error">(.*?)</p>', answered.text)
