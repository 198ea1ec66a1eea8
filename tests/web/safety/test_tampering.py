"""Forms sent by hand: read-only and invented fields, decisions not on the menu, tokens used again, files that lie."""

from __future__ import annotations

import gc
import io
import zipfile
from uuid import uuid4

import pytest

from tests.web.conftest import CHIEF, HANDLER, STARTER, STRANGER

BPMN = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
OWNER = "aia.it.owner"


def answer(**more):
    return {"f.decision": "forward", "f.opinion": "同意", "form_action": "submit", "token": str(uuid4()), **more}


def test_read_only_and_invented_fields_are_not_read(browser, engine, claimed, actor):
    case, task = claimed("原來的事由")
    forged = {"title": "改過的事由", "pieces": "99", "initiator": "x", "security_class": "密", "handler": "x"}
    forged |= {"subject": "x", "business_key": "x", "total": "1", "typename": "datetime"}
    forged |= {f"f.{name}": value for name, value in forged.items()}
    before = engine.runtime.variables(case.id, actor(HANDLER))
    assert browser(HANDLER).post(f"/tasks/{task}", answer(**forged)).status_code == 303
    after = engine.runtime.variables(case.id, actor(HANDLER))
    assert after == {**before, "decision": "forward", "opinion": "同意"}
    found = engine.runtime.instance(case.id, actor(HANDLER))
    assert (found.security_class, found.subject, found.business_key) == ("普通", "原來的事由", case.business_key)


@pytest.mark.parametrize("decision", ["approve", "", "FORWARD", "forward ", "null", "true", "0", '"forward"'])
def test_a_decision_that_is_not_on_the_menu_is_refused(browser, engine, claimed, actor, decision):
    case, task = claimed()
    answered = browser(HANDLER).post(f"/tasks/{task}", answer(**{"f.decision": decision}))
    if answered.status_code == 303:  # blanks around a value of the menu are no other value
        assert decision.strip() == "forward"
        return
    assert answered.status_code == 422
    assert engine.tasks.get(task, actor(HANDLER)).is_open
    assert "decision" not in engine.runtime.variables(case.id, actor(HANDLER))


def test_a_form_that_comes_again_has_one_effect_and_the_same_answer(browser, engine, claimed, actor):
    case, task = claimed()
    handler, sent = browser(HANDLER), answer()
    first, second = (handler.post(f"/tasks/{task}", sent) for _ in range(2))
    assert (first.status_code, first.location) == (second.status_code, second.location)
    verbs = [entry.verb for entry in engine.history.timeline(case.id, actor(HANDLER))]
    assert verbs.count("task.completed") == 1


def test_a_token_serves_one_person_and_one_form(browser, engine, claimed, errand, actor):
    """Somebody who learns another's token can do nothing with it, nor can it be used for another form."""
    _case, task = claimed()
    token = str(uuid4())
    assert browser(HANDLER).post(f"/tasks/{task}", answer(token=token)).status_code == 303
    _other, another = claimed()
    refused = browser(HANDLER).post(f"/tasks/{another}", answer(token=token))
    assert engine.tasks.get(another, actor(HANDLER)).is_open, "the token of one task completes no other"
    assert refused.status_code in {303, 403, 409}
    stolen = browser(STRANGER).post(
        "/start/errand", {"f.title": "x", "f.pieces": "1", "form_action": "submit", "token": token}
    )
    assert stolen.status_code == 403


def test_only_who_has_claimed_it_may_decide(browser, engine, errand, actor):
    _case, task = errand()
    for person in (HANDLER, CHIEF, STARTER):
        assert browser(person).post(f"/tasks/{task}", answer()).status_code in {403, 409}, person
    assert engine.tasks.get(task, actor(HANDLER)).is_open


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("x.html", b"<script>alert(1)</script>"),
        ("x.pdf", b"<script>alert(1)</script>"),
        ("x.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("x.jpg", b"GIF89a<script>alert(1)</script>"),
        ("x.docx", b"MZ\x90\x00"),
        ("x.exe", b"MZ\x90\x00"),
        ("x.txt", b"MZ\x90\x00\x03\x00"),
        ("x", b"text"),
        ("x.txt", b""),
        ("x.pdf.html", b"%PDF-1.7 %%EOF"),
    ],
)
def test_a_file_that_may_not_come_in_does_not(browser, engine, errand, actor, name, content):
    case, _task = errand()
    starter = browser(STARTER)
    starter.post(f"/cases/{case.id}/attachments", {"files": (io.BytesIO(content), name)})
    assert engine.runtime.attachments(case.id, actor(STARTER)) == ()
    assert "flash" in starter.get(f"/cases/{case.id}").text


def test_an_archive_that_unpacks_to_too_much_does_not_come_in(browser, engine, errand, actor):
    case, _task = errand()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("word/document.xml", b"0" * 30_000_000)
    made.seek(0)
    browser(STARTER).post(f"/cases/{case.id}/attachments", {"files": (made, "x.docx")})
    assert engine.runtime.attachments(case.id, actor(STARTER)) == ()


@pytest.mark.parametrize("inline", ["", "?inline=1"])
def test_a_file_is_handed_out_so_that_nothing_in_it_can_run(browser, engine, errand, actor, inline):
    """Even if something slipped past the checks of the upload: a text that is a page is a download."""
    case, _task = errand()
    evil = engine.runtime.store_file(
        "a\r\nX-Evil: 1\u202e.html", b"<script>alert(1)</script>", "text/html", actor(STARTER)
    )
    engine.runtime.attach(case.id, evil.id, actor=actor(STARTER))
    answered = browser(STARTER).get(f"/files/{evil.id}{inline}")
    assert answered.mimetype == "application/octet-stream"
    assert answered.headers["Content-Disposition"].startswith("attachment")
    assert "X-Evil" not in answered.headers
    assert "\u202e" not in answered.headers["Content-Disposition"]
    assert answered.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answered.headers["Content-Security-Policy"]
    assert "no-store" in answered.headers["Cache-Control"]
    assert "<script>" not in browser(STARTER).get(f"/files/{evil.id}/preview").text


HOSTILE_XML = {
    "entity": b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/hostname">]><d>&a;</d>',
    "laughs": b'<!DOCTYPE d [<!ENTITY a "'
    + b"x" * 1000
    + b'"><!ENTITY b "'
    + b"&a;" * 1000
    + b'">]><d>'
    + b"&b;" * 99
    + b"</d>",
    "nodes": f"<definitions {BPMN}>{'<process/>' * 100_000}</definitions>".encode(),
    "deep": b"<x>" * 50_000 + b"</x>" * 50_000,
    "large": f"<definitions {BPMN}><!--{'x' * 3_000_000}--></definitions>".encode(),
    "broken": b"<definitions",
    "bytes": b"\xff\xfe\x00\x01",
    "include": b'<x xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/hostname"/></x>',
    "stylesheet": b'<?xml-stylesheet href="http://evil.example/x.xsl"?><x/>',
}


@pytest.mark.filterwarnings("ignore:Exception ignored in.*:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", HOSTILE_XML)
@pytest.mark.parametrize("ending", ["bpmn", "dmn"])
def test_hostile_drawings_neither_deploy_nor_break_a_page(browser, engine, kind, ending):
    owner, key = browser(OWNER), f"probe_{ending}_{kind}"
    assert owner.post("/studio", {"key": key, "name": "試"}).status_code == 303
    sent = owner.post(f"/studio/{key}/upload", {"files": (io.BytesIO(HOSTILE_XML[kind]), f"{key}.{ending}")})
    assert sent.status_code in {303, 422}
    for path in ("", "/draft", "/draft-findings", "/deploy", f"/edit/{key}.{ending}", "/compare", "/draft.zip"):
        answered = owner.get(f"/studio/{key}{path}")
        assert answered.status_code in {200, 404}, path
        assert b"root:" not in answered.data, path
    if sent.status_code == 303:
        assert owner.post(f"/studio/{key}/deploy", {"note": "試", "revision": "2"}).status_code == 422
    assert key not in {definition.key for definition in engine.repository.definitions()}
    owner.post(f"/studio/{key}/discard")
    gc.collect()  # the test client leaves the temporary file of a large body open; the application closes its own


@pytest.mark.parametrize(
    ("target", "to"),
    [
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/\t/evil.example", "/"),
        ("/help", "/help"),
    ],
)
def test_back_and_next_lead_nowhere_else(browser, errand, target, to):
    person = browser(HANDLER)
    case, task = errand()
    assert person.post("/language", {"lang": "zh", "back": target}).location == to
    person.post(f"/tasks/{task}/claim", {"back": target})
    assert "evil" not in person.last.location
    assert person.get(f"/sign-in?next={target.replace(chr(92), '%5C').replace(chr(9), '%09')}").location == to
    person.post(f"/cases/{case.id}/comments", {"text": "x", "back": target, "token": str(uuid4())})
    assert "evil" not in person.last.location
