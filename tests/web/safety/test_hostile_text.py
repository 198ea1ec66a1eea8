"""Hostile text in every query and address: the same text back or a message, never a failure. F20 walks the forms."""

from __future__ import annotations

import html
import re
from urllib.parse import quote

import pytest

from tests.web.conftest import HANDLER, STARTER
from tests.web.safety.hostile import HOSTILE
from tests.web.safety.routes import NOBODY, address, routes

ADMINISTRATOR = "aia.it.admin"
_ALERT = re.compile(r"<(script|img|svg)[^>]*(alert|onerror|onload)", re.I)


SWEPT = ("nul", "digits", "last day", "html", "search")
"""Sent to every route that is looked at."""


@pytest.fixture(params=sorted(HOSTILE), scope="module")
def text(request):
    return HOSTILE[request.param]


@pytest.fixture(params=SWEPT, scope="module")
def swept(request):
    return HOSTILE[request.param][:6000]


QUERIES = ("q", "after", "sort", "desc", "process", "speed", "source", "agency", "security_class", "since", "until",
            "status", "scope", "view", "tab", "unit", "state", "verb", "next", "back", "from", "to", "version", "open",
            "compact", "scope", "page", "element", "kind", "case", "person", "day", "year")  # fmt: skip


def test_in_every_query_of_every_page(app, browser, swept):
    administrator = browser(ADMINISTRATOR)
    for rule in routes(app, "GET"):
        if rule.endpoint == "static":
            continue
        path = address(rule)
        answered = administrator.client.get(path, query_string=dict.fromkeys(QUERIES, swept))
        assert answered.status_code < 500, path
        assert not _ALERT.search(answered.text if answered.mimetype == "text/html" else ""), path


def test_one_query_at_a_time_on_the_lists(browser, swept):
    """So that one refused box does not hide what another does."""
    administrator = browser(ADMINISTRATOR)
    for path, names in {
        "/inbox/pending/rows": ("q", "after", "process", "open", "agency"),
        "/inbox/done": ("q", "after", "source"),
        "/cases": ("q", "process", "since", "until", "after"),
        "/admin/people": ("q", "unit", "state"),
        "/admin/log": ("q", "verb", "person", "since", "until", "after"),
        "/operate/incidents": ("q", "process", "after", "kind"),
        "/forms/pick/person": ("q", "scope"),
        "/forms/pick/unit": ("q", "scope"),
        "/operate/erasure": ("q", "case"),
        "/operate/mails": ("q",),
        "/operate/verification": ("after", "case"),
        "/studio/errand": ("version",),
        "/studio/errand/compare": ("from", "to"),
    }.items():
        for name in names:
            answered = administrator.client.get(path, query_string={name: swept})
            assert answered.status_code < 500, f"{path}?{name}"


def test_a_page_key_that_no_page_gave_is_refused(browser):
    """The key of a list's next page comes from outside, too."""
    import base64
    import json

    for content in (["due+", "not a moment", NOBODY], ["due+", "2026-01-01", "x"], ["due+", "\x00", NOBODY], {}, 7):
        key = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
        assert browser(HANDLER).get(f"/inbox/pending?after={key}").status_code in {200, 422}, content
        assert browser(HANDLER).get(f"/cases?after={key}").status_code in {200, 422}, content


def test_in_every_place_of_an_address(app, browser, swept):
    text = swept[:3000].replace("/", "").replace("\\", "")
    administrator = browser(ADMINISTRATOR)
    for rule in routes(app, "GET"):
        if rule.endpoint == "static" or not rule.arguments:
            continue
        path = address(rule, {name: quote(text, safe="") for name in rule.arguments if name not in {"kind", "tab"}})
        assert administrator.get(path).status_code < 500, path


def start_with(who, title):
    who.get("/start/errand")
    token = re.search(r'name="token" value="([^"]+)"', who.last.text).group(1)
    return who.post("/start/errand", {"f.title": title, "f.pieces": "1", "token": token, "form_action": "submit"})


def test_in_a_form_the_text_comes_back_or_its_field_says_why(browser, engine, text):
    starter = browser(STARTER)
    answered = start_with(starter, text)
    assert answered.status_code in {303, 422}
    if answered.status_code == 422:
        assert 'aria-invalid="true"' in answered.text or "error-summary" in answered.text
        return
    page = starter.get(answered.location).text
    kept = engine.runtime.variables(answered.location.rpartition("/")[2], engine.directory.actor_for(STARTER))["title"]
    assert kept in (text, text.strip()) or kept.split() == text.split(), "changed silently"
    assert not _ALERT.search(page)
    assert kept in html.unescape(page) or not kept.isprintable()


def test_a_remark_a_reason_and_an_attachment_name(browser, errand, text):
    import io

    case, task = errand()
    starter, handler = browser(STARTER), browser(HANDLER)
    path = f"/cases/{case.id}"
    assert starter.post(f"{path}/comments", {"text": text}).status_code in {303, 422}
    assert not _ALERT.search(starter.get(f"{path}?view=comments").text)
    name = text.replace("\r\n", "")[:300] + ".txt"
    sent = starter.post(f"{path}/attachments", {"files": (io.BytesIO("內容".encode()), name)})
    assert sent.status_code in {303, 422}
    page = starter.get(f"{path}?view=attachments").text
    assert not _ALERT.search(page)
    for file in set(re.findall(r'href="(/files/[0-9a-f-]+)"', page)):
        got = starter.get(file)
        assert got.status_code == 200
        assert "\n" not in got.headers["Content-Disposition"]
        assert got.headers["Content-Disposition"].startswith("attachment")
    assert handler.post(f"/tasks/{task}/claim").status_code == 303
    draft = handler.post(f"/tasks/{task}/draft", {"f.opinion": text, "f.decision": text})
    assert draft.status_code in {200, 303, 422}
    assert handler.get(f"/tasks/{task}").status_code == 200
    gone = handler.post(f"/tasks/{task}/reassign", {"person": "aia.labor.chief", "reason": text})
    assert gone.status_code in {303, 422}
    ended = starter.post(f"{path}/cancel", {"reason": text, "token": f"cancel-{case.id}"})
    assert ended.status_code in {303, 403, 404, 422}
    assert starter.get(f"{path}/print").status_code == 200
    assert starter.get("/cases/mine/export.csv").status_code == 200
    assert starter.get("/cases/mine/export.ods").status_code == 200
