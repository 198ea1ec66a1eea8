"""Starting a case from the start page."""

from __future__ import annotations

import io
from uuid import uuid4

import pytest

from tests.web.conftest import STARTER, found

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def filled(**more):
    return {"f.title": "送件至議會", "f.pieces": "2", "form_action": "submit", "token": str(uuid4()), **more}


def test_the_start_page_says_what_will_happen_and_how_long_it_takes(browser):
    page = browser(STARTER).get("/start").text
    assert "公務跑腿" in page
    assert "請同仁代為送件，由主管核定。" in page
    assert "約1天。" in page
    english = browser(STARTER, "en").get("/start").text
    assert "Ask a colleague to carry something" in english
    assert '<p class="muted" lang="zh-Hant-TW">' in english  # the author wrote no English duration


def test_only_what_one_may_start_is_listed_and_startable(browser):
    other = browser("aia.documents.registrar")
    assert "公務跑腿" not in other.get("/start").text
    assert other.get("/start/errand").status_code == 404
    assert other.post("/start/errand", filled()).status_code == 404


@pytest.mark.parametrize(("text", "hit"), [("跑腿", True), ("errand", True), ("主管 送件", True), ("車輛", False)])
def test_processes_are_searched_by_every_word(browser, text, hit):
    assert ("/start/errand" in browser(STARTER).get(f"/start?q={text}").text) is hit


def test_a_case_is_started_once_however_often_the_form_is_sent(browser, engine, actor):
    starter, body = browser(STARTER), filled()
    first, second = (starter.post("/start/errand", body) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    page = starter.get(first.location).text
    assert "已起案，案號 ER-115-" in page
    assert "送件至議會" in page


def test_errors_are_listed_and_at_their_fields_and_nothing_is_lost(browser, engine, actor):
    answered = browser(STARTER).post("/start/errand", filled(**{"f.title": "", "f.pieces": "100"}))
    assert answered.status_code == 422
    assert "有2個地方需要修正" in answered.text
    assert 'value="100"' in answered.text
    assert "不得大於99。" in answered.text


def test_a_file_chosen_once_survives_an_error(browser, engine, actor):
    starter = browser(STARTER)
    body = filled(**{"f.title": "", "f.papers.file": (io.BytesIO(PDF), "名單.pdf"), "f.papers.#": ""})
    answered = starter.post("/start/errand", body)
    assert answered.status_code == 422
    kept = found(r'name="f.papers" value="([^"]+)" checked', answered.text)
    done = starter.post("/start/errand", filled(**{"f.papers": kept, "f.papers.#": ""}))
    assert done.status_code == 303
    page = starter.get(done.location).text
    assert "名單.pdf" in page
    preview = found(r'href="(/files/[0-9a-f-]{36}/preview)"', page)
    assert starter.get(preview).status_code == 200


def test_the_diagram_of_the_process_is_shown_before_starting(browser):
    page = browser(STARTER).get("/start/errand").text
    assert "diagram-svg" in page
    assert browser(STARTER).get("/start/errand/diagram.bpmn").data.startswith(b"<?xml")
    assert browser("aia.documents.registrar").get("/start/errand/diagram.bpmn").status_code == 404
