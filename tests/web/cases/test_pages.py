"""Case pages: read-only, complete, and only for those who may see the case."""

from __future__ import annotations

import html
import io
import json
import re
from urllib.parse import parse_qsl
from uuid import uuid4

import pytest

from tests.web.conftest import CHIEF, HANDLER, STARTER, STRANGER, found

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def decided(claimed, engine, actor):
    """A case whose handler has decided; waits for the chief."""
    case, task = claimed("決定過的件")
    engine.tasks.complete(task, actor=actor(HANDLER), variables={"decision": "forward", "opinion": "無不妥。"})
    return case, task


def attach(browser, case, name, content):
    body = {"files": (io.BytesIO(content), name), "csrf_token": browser.csrf()}
    return browser.post(f"/cases/{case.id}/attachments", body)


VIEWS = ["", "?view=diagram", "?view=history", "?view=comments", "?view=attachments", "/print", "/cancel"]


@pytest.mark.parametrize("path", [*VIEWS, "/diagram.json", "/diagram.bpmn"])
def test_every_page_of_a_case_opens_for_who_started_it_and_for_nobody_else(browser, decided, path):
    case, _ = decided
    assert browser(STARTER).get(f"/cases/{case.id}{path}").status_code == 200
    assert browser(STRANGER).get(f"/cases/{case.id}{path}").status_code == 404


def test_the_overview_shows_what_was_entered_where_it_is_and_the_facts(browser, decided):
    case, _ = decided
    page = browser(STARTER).get(f"/cases/{case.id}").text
    for text in (case.business_key, "決定過的件", "無不妥。", "送科長核定", "科長核定", "待簽收"):
        assert text in page


def test_history_reads_as_sentences_with_the_opinion(browser, decided, actor):
    case, _ = decided
    page = browser(STARTER).get(f"/cases/{case.id}?view=history").text
    name = actor(HANDLER).name
    assert f"{name}簽收「承辦」。" in page
    assert f"{name}完成「承辦」。" in page
    assert "<blockquote>無不妥。</blockquote>" in page


def test_history_in_english_uses_the_authors_english(browser, decided, actor):
    case, _ = decided
    page = browser(STARTER, "en").get(f"/cases/{case.id}?view=history").text
    assert f'<span lang="zh-Hant-TW">{actor(HANDLER).name}</span> completed “Handle”.' in page


def test_the_drawing_marks_the_token_and_the_passed_path(browser, decided):
    case, _ = decided
    page = browser(STARTER).get(f"/cases/{case.id}?view=diagram").text
    drawing = found(r'(<svg[^>]*class="diagram-svg".*?</svg>\s*</div>)', page)
    assert re.search(r'class="d-activity is-active".*?科長核定', drawing, re.S)
    assert re.search(r'class="d-activity is-passed".*?承辦', drawing, re.S)
    assert drawing.count("d-flow is-passed") == 3
    state = browser(STARTER).get(f"/cases/{case.id}/diagram.json").json
    assert state["active"] == ["approve"]
    assert {"start", "handle", "which"} <= set(state["passed"])


def test_the_diagram_state_is_conditional(browser, decided):
    case, _ = decided
    starter = browser(STARTER)
    tag = starter.get(f"/cases/{case.id}/diagram.json").headers["ETag"]
    assert starter.get(f"/cases/{case.id}/diagram.json", If_None_Match=tag).status_code == 304


def test_a_comment_is_added_and_shown(browser, decided):
    case, _ = decided
    starter = browser(STARTER)
    starter.post(f"/cases/{case.id}/comments", {"text": "請儘速。<script>alert(1)</script>"})
    page = starter.get(f"/cases/{case.id}?view=comments").text
    assert "請儘速。&lt;script&gt;" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    ("text", "said"),
    [("   ", "請寫下意見再送出。"), ("長" * 2001, "太長了，請縮短到2,000字以內"), ("a\x1bb", "控制字元")],
)
def test_a_comment_that_cannot_be_added_says_why(browser, decided, text, said):
    case, _ = decided
    starter = browser(STARTER)
    answered = starter.post(f"/cases/{case.id}/comments", {"text": text})
    assert answered.status_code == 422
    assert said in found(r'id="comment-text-error">(.*?)</p>', answered.text)
    assert text in answered.text, "what was typed is kept"


def test_a_file_is_attached_downloaded_and_previewed(browser, decided):
    case, _ = decided
    starter = browser(STARTER)
    attach(starter, case, "名單.pdf", PDF)
    page = starter.get(f"/cases/{case.id}?view=attachments").text
    address = found(r'href="(/files/[0-9a-f-]{36})" download', page)
    file = starter.get(address)
    assert file.data == PDF
    assert file.headers["Content-Disposition"].startswith("attachment;")
    assert "%E5%90%8D%E5%96%AE.pdf" in file.headers["Content-Disposition"]
    assert "sandbox" in file.headers["Content-Security-Policy"]
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    preview = starter.get(f"{address}/preview")
    assert "<iframe" in preview.text
    assert browser(STRANGER).get(address).status_code == 404
    assert browser(STRANGER).get(f"{address}/preview").status_code == 404


@pytest.mark.parametrize(
    ("name", "content"), [("x.exe", b"MZ\x90\x00"), ("x.pdf", b"not a pdf"), ("x.svg", b"<svg/>"), ("x.html", b"<p>")]
)
def test_a_file_that_is_not_allowed_is_refused_by_name(browser, decided, name, content):
    case, _ = decided
    starter = browser(STARTER)
    attach(starter, case, name, content)
    assert name in starter.flashes()
    assert "/files/" not in starter.get(f"/cases/{case.id}?view=attachments").text


def test_a_comment_and_a_file_posted_twice_are_there_once(browser, decided, engine, actor):
    case, _ = decided
    starter = browser(STARTER)
    before = len(engine.runtime.attachments(case.id, actor(STARTER)))
    page = starter.get(f"/cases/{case.id}?view=comments").text
    form = {"text": "只說一次", "token": found(r'name="token" value="([^"]+)"', page)}
    answers = [starter.post(f"/cases/{case.id}/comments", form) for _time in range(2)]
    assert {(answer.status_code, answer.location) for answer in answers} == {(303, answers[0].location)}
    said = [comment.body for comment in engine.runtime.comments(case.id, actor(STARTER))]
    assert said.count("只說一次") == 1
    token = str(uuid4())
    for _time in range(2):
        files = [(io.BytesIO(b"one"), "one.txt"), (io.BytesIO(b"two"), "two.txt")]
        assert starter.post(f"/cases/{case.id}/attachments", {"files": files, "token": token}).status_code == 303
    assert len(engine.runtime.attachments(case.id, actor(STARTER))) == before + 2


def test_following_and_not_any_more(browser, decided, engine, actor):
    case, _ = decided
    starter = browser(STARTER)
    starter.post(f"/cases/{case.id}/follow", {"wanted": "1"})
    assert engine.runtime.is_followed(case.id, actor(STARTER))
    assert "決定過的件" in starter.get("/cases/mine?scope=following").text
    starter.post(f"/cases/{case.id}/follow", {"wanted": "0"})
    assert not engine.runtime.is_followed(case.id, actor(STARTER))


# -- withdrawing ---------------------------------------------------------------------------


def test_withdrawing_names_what_it_will_do(browser, decided):
    case, _ = decided
    page = browser(STARTER).get(f"/cases/{case.id}/cancel").text
    assert "進行中的「科長核定」會取消" in page


def test_withdrawing_needs_a_reason_and_keeps_what_was_typed(browser, decided, engine, actor):
    case, _ = decided
    answered = browser(STARTER).post(f"/cases/{case.id}/cancel", {"reason": "  ", "token": str(uuid4())})
    assert answered.status_code == 422
    assert "請說明撤案的原因。" in answered.text
    long = browser(STARTER).post(f"/cases/{case.id}/cancel", {"reason": "因" * 501, "token": str(uuid4())})
    assert long.status_code == 422
    assert "因" * 501 in long.text
    assert "太長了，請縮短到500字以內。" in long.text
    assert engine.runtime.instance(case.id, actor(STARTER)).is_open


def test_a_withdrawn_case_is_ended_and_says_why(browser, decided, engine, actor):
    case, _ = decided
    starter = browser(STARTER)
    answered = starter.post(f"/cases/{case.id}/cancel", {"reason": "申請人自行處理", "token": str(uuid4())})
    assert answered.status_code == 303
    page = starter.get(f"/cases/{case.id}?view=history").text
    assert "已撤案" in page
    assert "原因：申請人自行處理" in page
    assert starter.get(f"/cases/{case.id}/cancel").status_code == 409


def test_who_only_has_a_task_in_it_may_not_withdraw(browser, decided, engine, actor):
    case, _ = decided
    assert "/cancel" not in browser(HANDLER).get(f"/cases/{case.id}").text
    assert browser(HANDLER).post(f"/cases/{case.id}/cancel", {"reason": "不行"}).status_code == 403
    assert engine.runtime.instance(case.id, actor(STARTER)).is_open


# -- paper ---------------------------------------------------------------------------------


def test_the_printed_case_has_its_signing_history(browser, decided, actor):
    case, _ = decided
    page = browser(STARTER).get(f"/cases/{case.id}/print").text
    table = found(r'<table class="table signing-table">(.*?)</table>', page)
    for text in ("承辦", actor(HANDLER).name, "送科長核定", "無不妥。"):
        assert text in table
    assert "diagram-svg" in page


def test_one_decision_prints_alone(browser, decided):
    case, task = decided
    page = browser(STARTER).get(f"/cases/{case.id}/decisions/{task}/print")
    assert page.status_code == 200
    assert "<strong>送科長核定</strong>" in page.text
    assert browser(STARTER).get(f"/cases/{case.id}/decisions/{uuid4()}/print").status_code == 404


def test_erased_values_are_gone_from_page_and_paper(browser, decided, engine, actor):
    case, task = decided
    entry = next(e for e in engine.history.timeline(case.id, actor(STARTER)) if e.verb == "task.completed")
    from engine import SYSTEM

    engine.history.erase(entry.id, "當事人請求", SYSTEM)
    starter = browser(STARTER)
    for path in ("", "?view=history", "/print", f"/decisions/{task}/print"):
        page = starter.get(f"/cases/{case.id}{path}").text
        assert "無不妥。" not in page, path
        assert "刪除" in page, path


# -- lists ---------------------------------------------------------------------------------


def test_my_cases_say_where_each_is_and_for_how_long(browser, decided):
    page = browser(STARTER).get("/cases/mine?q=決定過的件").text
    assert "科長核定" in page
    assert "不到1分鐘" in page
    assert "決定過的件" in browser(HANDLER).get("/cases/mine?scope=took_part&q=決定過的件").text
    assert "決定過的件" not in browser(HANDLER).get("/cases/mine?q=決定過的件").text.partition("<table")[2]


def test_lists_say_to_whom_a_step_is_offered_until_somebody_has_it(browser, errand, engine, actor):
    _, task = errand("還沒人簽收的件")
    starter, path = browser(STARTER), "/cases?q=還沒人簽收"
    assert re.search(r"承辦<br><span class=\"muted\">待簽收：[^<]+</span>", starter.get(path).text)
    engine.tasks.claim(task, actor(HANDLER))
    page = starter.get(path).text
    assert f'承辦<br><span class="muted">{actor(HANDLER).name}</span>' in page
    assert "待簽收：" not in page


def test_search_shows_only_cases_one_may_see(browser, decided):
    assert "決定過的件" in browser(CHIEF).get("/cases?q=決定過").text.partition("<tbody")[2]
    page = browser(STRANGER).get("/cases?q=決定過").text
    assert "沒有符合的案件。" in page


@pytest.fixture(scope="module")
def sorted_out(engine):
    """Two cases that differ in everything a filter of the fold-out looks at."""
    told = [
        ("條件甲", {"source": "1999", "applicant_agency": {"id": "works", "label": "工務局"}, "speed": "速件"}),
        ("條件乙", {"source": "信箱", "applicant_agency": {"id": "health", "label": "衛生局"}, "speed": "普通件"}),
    ]
    for title, header in told:
        variables = {"title": title, "pieces": 1, "security_class": "密" if title == "條件乙" else "普通", **header}
        engine.runtime.start("errand", actor=engine.directory.actor_for(STARTER), variables=variables)


@pytest.mark.parametrize(
    ("asked", "hit"),
    [
        ("source=1999", "甲"),
        ("source=信箱", "乙"),
        ("agency=works", "甲"),
        ("agency=health", "乙"),
        ("class=普通", "甲"),
        ("class=密", "乙"),
        ("speed=速件", "甲"),
        ("speed=普通件&source=信箱", "乙"),
    ],
)
def test_each_filter_of_the_fold_out_narrows_list_and_export_alike(browser, sorted_out, asked, hit):
    starter = browser(STARTER)
    other = {"甲": "乙", "乙": "甲"}[hit]
    page = starter.get(f"/cases?q=條件&{asked}").text
    listed = page.partition("<tbody")[2]
    assert f"條件{hit}" in listed
    assert f"條件{other}" not in listed
    assert '<details class="disclosure filter-more" open>' in page
    for kind in ("csv", "ods"):
        address = html.unescape(found(rf'href="(/cases/export\.{kind}[^"]*)"', page))
        assert dict(parse_qsl(asked)).items() <= dict(parse_qsl(address.partition("?")[2])).items()
    text = starter.get(html.unescape(found(r'href="(/cases/export\.csv[^"]*)"', page))).data.decode("utf-8-sig")
    assert f"條件{hit}" in text
    assert f"條件{other}" not in text


def test_the_fold_out_is_closed_until_it_is_used_and_keeps_what_was_chosen(browser, sorted_out):
    starter = browser(STARTER)
    assert '<details class="disclosure filter-more"><summary>' in starter.get("/cases").text
    page = starter.get("/cases?agency=works&class=密&speed=速件&source=1999&since=107/5/29").text
    for chosen in ('"works" selected', '"密" selected', '"速件" selected', 'name="source" value="1999"', '"107/5/29"'):
        assert chosen in page


def test_sources_are_offered_but_not_those_of_confidential_cases(browser, sorted_out):
    offered = found(r'<datalist id="sources">(.*?)</datalist>', browser(STRANGER).get("/cases").text)
    assert 'value="1999"' in offered
    assert "信箱" not in offered


def test_a_date_that_cannot_be_read_is_named_at_its_field(browser):
    answered = browser(STARTER).get("/cases?since=107/13/45")
    assert answered.status_code == 422
    assert 'id="since-error"' in answered.text
    assert 'value="107/13/45"' in answered.text


@pytest.mark.parametrize(("since", "hit"), [("115/11/23", True), ("1151123", True), ("2026-11-24", False)])
def test_dates_are_taken_in_every_way_of_writing(browser, decided, since, hit):
    page = browser(STARTER).get(f"/cases?q=決定過的件&since={since}").text
    assert ("<tbody" in page) is hit


def test_found_cases_export_without_what_one_may_not_see(browser, decided):
    own = browser(STARTER).get("/cases/export.csv?q=決定過").data.decode("utf-8-sig")
    assert "決定過的件" in own
    assert "決定過的件" not in browser(STRANGER).get("/cases/export.csv?q=決定過").data.decode("utf-8-sig")
    assert browser(STARTER).get("/cases/mine/export.ods").data.startswith(b"PK")


def test_json_of_the_diagram_holds_no_values(browser, decided):
    case, _ = decided
    assert "無不妥" not in json.dumps(browser(STARTER).get(f"/cases/{case.id}/diagram.json").json, ensure_ascii=False)
