"""Jobs, mail, connectors, verification, erasure and notice settings in the browser."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from engine import SYSTEM, SourceFile
from engine.connectors import FolderTransport
from tests.engine.services.diagrams import TIMED
from tests.web.conftest import HANDLER, found
from tests.web.safety.chinese import chinese, proper_names

ADMIN, OPERATOR, AUDITOR, ARCHIVIST = "aia.it.admin", "aia.it.operator", "aia.it.auditor", "aia.documents.archivist"
_MANY_TIMERS = """
insert into awaited_timer (instance_id, task_id, element_id, due_at)
select %s, 'many' || n, 'many', now() + interval '1 year' from generate_series(1, 1201) n
"""
_MANY_JOBS = """
insert into procrastinate_jobs (queue_name, task_name, status, scheduled_at)
select 'siwei', 'many', 'todo', now() + interval '1 year' from generate_series(1, 1001)
"""
HOST = {"name": "docs", "base_url": "https://api.example.gov.tw/v1", "headers": "Authorization: Bearer geheim-123"}


def test_a_host_is_registered_its_secret_never_shown_and_the_log_knows_who(browser, engine):
    who = browser(ADMIN)
    assert who.post("/operate/connectors", HOST).status_code == 303
    for path in ("/operate/connectors", "/operate/connectors/docs"):
        page = who.get(path).text
        assert "Authorization" in page
        assert "geheim" not in page
    host = engine.connector_hosts.registered()["docs"]
    assert host.headers == {"Authorization": "Bearer geheim-123"}
    assert not host.allow_private
    (entry,) = engine.admin_log.entries(SYSTEM, verbs=("connector.add",))
    assert (entry.actor_id, entry.subject_id) == (ADMIN, "docs")
    assert "geheim" not in str(entry.after)
    assert who.post("/operate/connectors", HOST).status_code == 422, "the name is taken"
    assert who.post("/operate/connectors/docs/remove").status_code == 303
    assert "docs" not in engine.connector_hosts.registered()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Big Name"),
        ("name", ""),
        ("base_url", "ftp://example.org"),
        ("base_url", "https://user:pass@example.org"),
        ("base_url", "https://example.org/?a=b"),
        ("base_url", "https://example.org:99999"),
        ("base_url", "javascript:alert(1)"),
        ("headers", "no colon"),
        ("headers", "Host: elsewhere"),
        ("headers", "X-Bad: über"),
    ],
)
def test_a_malformed_host_is_refused_at_its_field(browser, engine, field, value):
    answer = browser(ADMIN).post("/operate/connectors", {**HOST, "name": "other", field: value})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert "other" not in engine.connector_hosts.registered()


def test_a_secret_does_not_follow_to_another_machine(browser, engine):
    who = browser(ADMIN)
    who.post("/operate/connectors", {**HOST, "name": "moving"})
    assert who.post("/operate/connectors/moving", {"base_url": "https://api.example.gov.tw/v2"}).status_code == 303
    assert engine.connector_hosts.registered()["moving"].headers
    answer = who.post("/operate/connectors/moving", {"base_url": "https://evil.example.org"})
    assert answer.status_code == 422
    assert 'id="headers-error"' in answer.text
    body = {"base_url": "https://new.example.org", "headers": "X-Key: 2", "allow_private": "y"}
    assert who.post("/operate/connectors/moving", body).status_code == 303
    host = engine.connector_hosts.registered()["moving"]
    assert (host.headers, host.allow_private) == ({"X-Key": "2"}, True)


def test_operators_see_hosts_but_do_not_change_them(browser):
    who = browser(OPERATOR)
    assert who.get("/operate/connectors").status_code == 200
    assert who.post("/operate/connectors", HOST).status_code == 403


@pytest.fixture
def mail_home(app, tmp_path):
    """The settings with a home of their own for one test."""
    before = app.config["SIWEI"]
    app.config["SIWEI"] = dataclasses.replace(before, home=tmp_path, mail_server="")
    yield tmp_path
    app.config["SIWEI"] = before


def test_mail_of_the_folder_is_listed_and_shown_as_text_only(browser, mail_home):
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "siwei@kcg.example", "a@kcg.example", "<b>新的工作</b>"
    message.set_content("<script>alert(1)</script> 您好")
    FolderTransport(mail_home / "mail").send(message, key="one")
    page = browser(OPERATOR).get("/operate/mails").text
    assert "&lt;b&gt;新的工作" in page
    shown = browser(OPERATOR).get(found(r'href="(/operate/mails/[0-9a-f]{32})"', page)).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 您好" in shown
    assert "<script>alert" not in shown


def test_mail_is_marked_as_chinese_on_an_english_page(browser, engine, mail_home):
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = "siwei@kcg.example", "a@kcg.example", "新的工作"
    message.set_content("您好")
    FolderTransport(mail_home / "mail").send(message, key="one")
    listed = browser(OPERATOR, "en").get("/operate/mails").text
    shown = browser(OPERATOR, "en").get(found(r'href="(/operate/mails/[0-9a-f]{32})"', listed)).text
    assert "新的工作" in listed
    assert "新的工作" in shown
    names = proper_names(engine)
    assert (chinese(listed, names), chinese(shown, names)) == ([], [])


@pytest.mark.parametrize("name", ["0" * 32, "..%2F..%2Fkeys%2Fhistory_key", "x"])
def test_a_mail_that_is_not_there_is_not_there(browser, mail_home, name):
    assert browser(OPERATOR).get(f"/operate/mails/{name}").status_code == 404


def test_jobs_show_timers_calls_and_that_no_worker_runs(browser):
    page = browser(OPERATOR).get("/operate/jobs").text
    assert "沒有運作中的工作程序" in page
    assert browser(OPERATOR).post("/operate/jobs/987654/retry").status_code == 409
    assert browser(OPERATOR).post("/operate/jobs/987654/discard").status_code == 409


def test_what_is_many_is_said_to_be_more_and_not_counted(browser, engine, actor, sql_owner):
    """Hundreds of thousands of timers and jobs cost these pages what a thousand do; each can still be paged to."""
    engine.repository.deploy([SourceFile("timed.bpmn", TIMED.encode())], actor=SYSTEM, force_now=True)
    case = engine.runtime.start("timed", actor=actor(OPERATOR), variables={})
    sql_owner(_MANY_TIMERS, case.id)
    sql_owner(_MANY_JOBS)
    who = browser(OPERATOR)
    overview, first, last = (who.get(f"/operate{path}").text for path in ("", "/jobs", "/jobs?offset=1200"))
    english = browser(OPERATOR, "en").get("/operate/jobs").text
    engine.runtime.cancel(case.id, reason="測試結束", actor=SYSTEM)
    sql_owner("delete from procrastinate_jobs where task_name = 'many'")
    assert overview.count("超過1,000") == 1, "jobs that are scheduled"
    assert first.count("超過1,000") == 2, "and timers"
    assert english.count("more than 1,000") == 2
    assert "offset=50" in first
    assert case.business_key in last
    assert "offset=1250" not in last
    assert "超過1,000" not in who.get("/operate/jobs").text


def test_what_waits_with_a_suspended_case_is_not_called_late(browser, engine, actor, clock):
    engine.repository.deploy([SourceFile("timed.bpmn", TIMED.encode())], actor=SYSTEM, force_now=True)
    case = engine.runtime.start("timed", actor=actor(OPERATOR), variables={})
    engine.suspension.suspend(case.id, reason="查核", actor=SYSTEM)
    before = clock.now()
    clock.advance(timedelta(days=4))
    row = found(rf"(<tr>(?:(?!</tr>).)*{case.business_key}.*?</tr>)", browser(OPERATOR).get("/operate/jobs").text)
    engine.runtime.cancel(case.id, reason="測試結束", actor=SYSTEM)
    clock.set(before)
    assert "暫停中" in row
    assert "已到" not in row


@pytest.mark.parametrize(("ahead", "said"), [(4.2, "快4.2秒"), (-3, "慢3.0秒"), (None, None)])
def test_operators_are_told_that_this_machine_s_clock_is_off(browser, engine, monkeypatch, ahead, said):
    monkeypatch.setattr(type(engine.clock), "drift", timedelta(seconds=ahead) if ahead else None)
    page = browser(OPERATOR).get("/operate/jobs").text
    assert said in page if said else "時鐘比資料庫" not in page


def test_a_history_that_was_tampered_with_is_named(browser, errand, sql_owner, mail_home):
    case, _task = errand("查核")
    who = browser(AUDITOR)
    good = who.post("/operate/verification", {"number": case.business_key, "scope": "one"})
    assert good.status_code == 200
    assert "全部相符" in good.text
    sql_owner("update history_entry set actor_name = '別人' where instance_id = %s and seq = 1", case.id)
    bad = who.post("/operate/verification", {"scope": "all"})
    assert f"{case.business_key} #1" in bad.text
    assert "內容被改過" in bad.text
    sql_owner("update history_entry set actor_name = '張怡君' where instance_id = %s and seq = 1", case.id)


def test_all_cases_are_checked_in_parts_that_add_up(browser, engine, errand, monkeypatch, mail_home):
    import re

    monkeypatch.setattr("engine.history.anchors.SETTLING", timedelta(0))
    for number in range(3):
        errand(f"分批{number}")
        assert engine.history.anchor(mail_home / "anchors")
    read: list[str] = []
    once = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path.name) or once(path))
    monkeypatch.setattr("webapp.operate.verifying._PART", 2)
    who = browser(AUDITOR)
    body, parts = {"scope": "all"}, 0
    while body:
        page = who.post("/operate/verification", body).text
        parts += 1
        inner = page[page.index('id="verification"') : page.index('class="columns"')]
        body = dict(re.findall(r'name="(scope|after|anchor|cases|entries)" value="([^"]*)"', inner))
        assert parts < 50
    cases, total = re.search(r"已查核(\d+)件案件（共(\d+)件）", page).groups()
    assert cases == total
    assert parts > 1
    assert "已比對3個外部錨點（共3個）" in page
    assert "全部相符" in page
    assert sorted(read) == sorted(path.name for path in (mail_home / "anchors").iterdir()), "each anchor is read once"


@pytest.mark.parametrize(("number", "text"), [("", "請填寫案號"), ("XX-1", "沒有這個案號"), ("OF\0-1", "沒有這個案號")])
def test_a_number_that_is_none_is_refused_at_the_field(browser, number, text, mail_home):
    answer = browser(AUDITOR).post("/operate/verification", {"number": number, "scope": "one"})
    assert answer.status_code == 422
    assert text in answer.text


def test_erasing_asks_for_a_reason_and_a_tick_and_leaves_a_chain_that_verifies(browser, engine, errand, sql_owner):
    case, _task = errand("王大明的陳情")
    sql_owner(
        "insert into participation (person_id, instance_id, since) values (%s, %s, now()) on conflict do nothing",
        ARCHIVIST,
        case.id,
    )
    who = browser(ARCHIVIST)
    page = who.get(f"/operate/erasure?number={case.business_key}").text
    path = found(r'href="(/operate/erasure/[^"]+/1)"', page)
    assert "無法復原" in who.get(path).text
    assert who.post(path, {"reason": "當事人請求"}).status_code == 422
    assert who.post(path, {"sure": "yes", "reason": " "}).status_code == 422
    assert who.post(path, {"sure": "yes", "reason": "當事人請求"}).status_code == 303
    first, *_rest, last = engine.history.timeline(case.id, SYSTEM)
    assert (first.values, last.verb, last.actor) == ({}, "history.erased", ARCHIVIST)
    assert engine.history.verify(case.id).intact
    assert who.post(path, {"sure": "yes", "reason": "再一次"}).status_code == 409


def test_a_case_that_is_not_the_archivists_to_see_is_not_there(browser, errand):
    case, _task = errand("別人的案")
    assert browser(ARCHIVIST).get(f"/operate/erasure/{case.id}/1").status_code == 404
    assert browser(ARCHIVIST).get(f"/operate/erasure?number={case.business_key}").status_code == 422


def test_everybody_chooses_mail_and_its_language(browser, engine, actor):
    who = browser(HANDLER)
    assert engine.notifications.preference(actor(HANDLER)) == (True, "zh")
    assert who.post("/notifications/settings", {"mail_lang": "en"}).status_code == 303
    assert engine.notifications.preference(actor(HANDLER)) == (False, "en")
    assert who.post("/notifications/settings", {"mail_lang": "fr"}).status_code == 422
