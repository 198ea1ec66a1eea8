"""Incidents in the browser: seen, understood, mended at typed fields, run again, one or many."""

from __future__ import annotations

import html
import re
from uuid import UUID

import pytest
from flask import g

from engine import SYSTEM
from tests.web.conftest import HANDLER, STARTER, found
from webapp.operate import words

OPERATOR, ADMIN = "aia.it.operator", "aia.it.admin"


@pytest.fixture
def broken(engine, actor, errand):
    """A function that brings an errand to its failing script; gives the case and its incident."""

    def run(title="算不出來", pieces=3):
        case, task_id = errand(title, pieces=pieces)
        engine.tasks.claim(task_id, actor(HANDLER))
        engine.tasks.complete(task_id, actor=actor(HANDLER), variables={"decision": "count"})
        (incident,) = [row for row in engine.incidents.incidents(SYSTEM).rows if row.instance_id == case.id]
        return case, incident

    return run


def fields(page):
    """What the mending form would send as it stands."""
    form = {}
    for number, name in re.findall(r'name="name-(\d+)" value="([^"]*)"', page):
        form[f"name-{number}"] = name
        chosen = found(rf'id="type-{number}".*?<option value="(\w+)" selected', page)
        form[f"type-{number}"] = chosen
        value = re.search(rf'id="value-{number}" name="value-{number}" value="([^"]*)"', page)
        form[f"value-{number}"] = value.group(1) if value else ""
    return form


def number_of(form, name):
    return next(key.removeprefix("name-") for key, value in form.items() if value == name and key.startswith("name-"))


def test_the_list_names_step_cause_and_case(browser, broken):
    case, incident = broken()
    page = browser(OPERATOR).get("/operate/incidents").text
    assert case.business_key in page
    assert "計算失敗" in page
    assert f"/operate/incidents/{incident.id}" in page
    assert case.business_key not in browser(OPERATOR).get("/operate/incidents?kind=service").text
    assert case.business_key not in browser(OPERATOR).get("/operate/incidents?state=resolved").text


def test_the_page_says_in_words_what_happened_and_keeps_the_detail_folded(browser, broken):
    _case, incident = broken()
    page = browser(OPERATOR).get(f"/operate/incidents/{incident.id}").text
    assert "所以算不出結果" in page
    folded = found(r"<details class=\"disclosure[^>]*>(.*?)</details>", page)
    assert incident.message.split("\n")[0][:20] in html.unescape(folded)
    assert "<details open" not in page


def test_a_retry_without_mending_fails_again_and_says_so(browser, broken, engine):
    _case, incident = broken()
    who = browser(OPERATOR)
    answer = who.post(f"/operate/incidents/{incident.id}", fields(who.get(f"/operate/incidents/{incident.id}").text))
    assert answer.status_code == 303
    assert "又失敗了" in who.get(answer.location).text
    assert engine.incidents.incident(incident.id, SYSTEM).resolved_at is None


def test_a_new_variable_is_refused_at_its_field_and_what_was_typed_is_kept(browser, broken):
    _case, incident = broken()
    who = browser(OPERATOR)
    form = fields(who.get(f"/operate/incidents/{incident.id}").text)
    pieces = number_of(form, "pieces")
    answer = who.post(f"/operate/incidents/{incident.id}", {**form, f"value-{pieces}": "三件"})
    assert answer.status_code == 422
    assert f'href="#value-{pieces}"' in answer.text
    assert 'value="三件"' in answer.text
    new = max(int(key.removeprefix("name-")) for key in form if key.startswith("name-"))
    answer = who.post(
        f"/operate/incidents/{incident.id}",
        {**form, f"name-{new}": "2fast", f"value-{new}": "x", f"type-{new}": "text"},
    )
    assert answer.status_code == 422
    assert f'href="#name-{new}"' in answer.text


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        ("number", "NaN", "請輸入數字"),
        ("number", "1e999", "請輸入數字"),
        ("date", "2026-13-01", "請輸入日期"),
        ("datetime", "115/11/23", "請輸入日期與時間"),
        ("json", "{", "不是有效的JSON"),
        ("json", '{"$": "decimal", "v": "x"}', "這個JSON裡有無法儲存的值"),
        ("boolean", "也許", "請輸入「是」或「否」"),
        ("number", "", "請填寫這一欄"),
    ],
)
def test_typed_input_is_read_or_refused(browser, broken, kind, text, problem):
    _case, incident = broken()
    who = browser(OPERATOR)
    form = fields(who.get(f"/operate/incidents/{incident.id}").text)
    pieces = number_of(form, "pieces")
    form |= {f"type-{pieces}": kind, f"value-{pieces}": text}
    answer = who.post(f"/operate/incidents/{incident.id}", form)
    assert answer.status_code == 422
    assert problem in answer.text


def test_a_mended_variable_stands_in_the_history_with_the_operator(browser, broken, engine):
    case, incident = broken()
    who = browser(OPERATOR)
    form = fields(who.get(f"/operate/incidents/{incident.id}").text)
    form |= {f"value-{number_of(form, 'pieces')}": "12.50", f"type-{number_of(form, 'pieces')}": "number"}
    who.post(f"/operate/incidents/{incident.id}", form)
    (entry,) = [entry for entry in engine.history.timeline(case.id, SYSTEM) if entry.verb == "incident.retried"]
    assert entry.actor == OPERATOR
    assert {name: str(value) for name, value in entry.values["given"].items()} == {"pieces": "12.50"}


def test_many_are_retried_with_a_verdict_each(browser, broken):
    first, second = broken("一"), broken("二")
    who = browser(OPERATOR)
    answer = who.post("/operate/incidents/retry", {"incident": [str(first[1].id), str(second[1].id)]})
    assert answer.status_code == 200
    assert answer.text.count("又失敗了") == 2
    assert first[0].business_key in answer.text
    nothing = who.post("/operate/incidents/retry", {})
    assert nothing.status_code == 303
    assert "請先勾選" in who.flashes()
    assert who.post("/operate/incidents/retry", {"incident": "x"}).status_code == 400


def test_the_values_of_a_confidential_case_stay_closed_to_operators(browser, broken, engine, sql_owner):
    case, incident = broken("密件一案")
    sql_owner("update process_instance set security_class = '密' where id = %s", case.id)
    who = browser(OPERATOR)
    page = who.get(f"/operate/incidents/{incident.id}").text
    assert "密件一案" not in page
    assert "name-0" not in page
    assert "這是密件" in page
    assert who.post(f"/operate/incidents/{incident.id}").status_code == 303, "it may be run again as it is"
    assert case.business_key in who.get("/operate/incidents").text


def test_a_task_for_nobody_stands_in_the_pool_and_can_be_given_away(browser, engine, errand, actor, sql_owner):
    _case, task_id = errand("公用匣測試")
    sql_owner("update user_task set candidates = '{administrator@}' where id = %s", task_id)
    sql_owner("update candidate set candidate = 'administrator@' where task_id = %s", task_id)
    who = browser(ADMIN)
    assert "公用匣測試" in who.get("/operate/pool").text
    wrong = who.post(f"/operate/pool/{task_id}", {"person": "沒有這個人"})
    assert wrong.status_code == 422
    assert f'id="person-{task_id}-error"' in wrong.text
    assert who.post(f"/operate/pool/{task_id}", {"person": f"某人 ({HANDLER})"}).status_code == 303
    assert engine.tasks.get(UUID(str(task_id)), SYSTEM).assignee == HANDLER
    assert "公用匣測試" not in who.get("/operate/pool").text


def test_a_case_that_stands_still_says_so_and_is_brought_back(browser, engine, errand, sql_owner):
    case, task_id = errand("停住的案件")
    for table in ("candidate", "user_task"):
        sql_owner(f"delete from {table} where instance_id = %s", case.id)
    assert engine.watchdog.look()[0] == 1
    (incident,) = [row for row in engine.incidents.incidents(SYSTEM).rows if row.instance_id == case.id]
    operator = browser(OPERATOR)
    assert "整件案件" in operator.get("/operate/incidents").text
    page = operator.get(f"/operate/incidents/{incident.id}").text
    assert "案件停住了" in page
    assert "把遺失的待辦、計時與呼叫補回來" in page
    assert "案件停住了，沒有人或系統可以讓它前進" in browser(STARTER).get(f"/cases/{case.id}?view=history").text
    assert operator.post(f"/operate/incidents/{incident.id}", fields(page)).status_code == 303
    assert [task.id for task in engine.tasks.of_case(case.id, SYSTEM) if task.is_open] == [task_id]


def test_who_reads_english_reads_the_step_and_what_went_wrong_in_english(browser, broken, sql_owner):
    _case, incident = broken()
    sql_owner("update incident set message = '迴圈超過 3 次 (more than 3 turns): x(1)' where id = %s", incident.id)
    english, chinese = browser(OPERATOR, "en"), browser(OPERATOR)
    for path in ("/operate/incidents", f"/operate/incidents/{incident.id}"):
        assert ("Count" in english.get(path).text, "計算失敗" in chinese.get(path).text) == (True, True)
        assert ("計算" in english.get(path).text, "Count" in chinese.get(path).text) == (False, False)
    path = f"/operate/incidents/{incident.id}"
    assert "<code>more than 3 turns: x(1)</code>" in english.get(path).text
    assert "<code>迴圈超過 3 次: x(1)</code>" in chinese.get(path).text
    name = 'name="incident" value="'
    assert f"{name}{incident.id}" in english.get("/operate/incidents").text


@pytest.mark.parametrize(
    ("message", "chinese", "english"),
    [
        ("沒有這個選項 (no such choice): 「甲」", "沒有這個選項: 「甲」", "no such choice: 「甲」"),
        ("The mail server did not answer.", "The mail server did not answer.", "The mail server did not answer."),
        ("郵件伺服器沒有回應（逾時30秒）",) * 3,
        ("ZeroDivisionError: integer division (by zero)",) * 3,
        ("沒有待辦或狀況 (nothing is left).", "沒有待辦或狀況。", "nothing is left."),
    ],
)
def test_of_what_the_engine_says_in_two_languages_one_is_shown(app, message, chinese, english):
    for lang, said in (("zh", chinese), ("en", english)):
        with app.test_request_context():
            g.lang = lang
            assert words.detail(message) == said
