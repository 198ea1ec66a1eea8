"""The frame of every page: language, errors, headers, help, menu."""

from __future__ import annotations

from hashlib import sha256

import pytest
from flask import Response

from engine.errors import (
    AlreadyClaimed,
    Busy,
    CommitUnknown,
    EngineError,
    StepFailed,
    StorageFull,
    StoreReadOnly,
    StoreUnavailable,
)
from tests.web.conftest import CHIEF, HANDLER, MORNING, found
from webapp import Settings, create_app
from webapp.rights import rights_of


def test_the_language_is_switched_and_stays(browser):
    person = browser(None)
    page = person.get("/help").text
    assert '<html lang="zh-Hant-TW">' in page
    answered = person.post("/language", {"lang": "en", "back": "/help"})
    assert (answered.status_code, answered.location) == (303, "/help")
    assert '<html lang="en">' in person.get("/help").text
    person.post("/language", {"lang": "xx", "back": "https://evil.example/"})
    assert person.last.location == "/"
    assert '<html lang="en">' in person.get("/help").text


@pytest.mark.parametrize(
    ("accepted", "lang"), [("en-US,en;q=0.9", "en"), ("zh-TW,en;q=0.5", "zh-Hant-TW"), ("fr", "zh-Hant-TW")]
)
def test_the_browsers_language_decides_at_first(app, accepted, lang):
    page = app.test_client().get("/help", headers={"Accept-Language": accepted}).text
    assert f'<html lang="{lang}">' in page


def test_help_lists_every_shortcut_that_pages_use(browser):
    import re
    from pathlib import Path

    help_page = browser(CHIEF).get("/help").text
    listed = set(re.findall(r"<kbd>([^<]+)</kbd>", help_page))
    templates = " ".join(
        path.read_text("utf-8") for path in Path("webapp").rglob("*.html") if "node_modules" not in path.parts
    )
    used = set(re.findall(r'data-(?:key|go)="([^"{]+)"', templates))
    scripts = Path("webapp/frontend/src/keys.js").read_text("utf-8")
    used |= set(re.findall(r"^  '?([a-z/\[\]])'?: \(\) =>", scripts, re.M))
    assert used
    assert used <= listed


def test_the_menu_shows_only_what_one_may_open(browser):
    assert "/unit-work" in browser(CHIEF).get("/help").text
    assert "/unit-work" not in browser(HANDLER).get("/help").text
    assert 'href="/inbox"' not in browser(None).get("/help").text


@pytest.mark.parametrize(("lang", "heading"), [("zh", "找不到這一頁"), ("en", "Page not found")])
def test_a_missing_page_says_so_in_both_languages(browser, lang, heading):
    answered = browser(HANDLER, lang).get("/no/such/page")
    assert answered.status_code == 404
    assert found(r'<h1 id="error-heading">([^<]+)</h1>', answered.text) == heading


def failing(engine, error, testing=False):
    app = create_app(Settings(mode="test", secret_key="s" * 40), engine)
    app.testing = testing

    def fail():
        raise error

    app.add_url_rule("/fail", "shell.fail", fail)
    rights_of(app)["shell.fail"] = rights_of(app)["shell.health"]
    return app.test_client()


def test_an_unexpected_error_shows_no_inside(engine):
    answered = failing(engine, RuntimeError("password=hunter2")).get("/fail")
    assert answered.status_code == 500
    assert "hunter2" not in answered.text
    assert "RuntimeError" not in answered.text


def test_a_conflict_names_who_and_when(engine):
    page = failing(engine, AlreadyClaimed(task="x", who="王小明", at=MORNING)).get("/fail")
    assert page.status_code == 409
    assert "王小明 已於 民國115年11月23日 09:00 處理。" in page.text


def test_an_engine_error_without_a_text_of_its_own_still_has_one(engine):
    class Odd(EngineError):
        """Odd."""

        status = 403

    assert "您沒有權限" in failing(engine, Odd("internal words")).get("/fail").text
    page = failing(engine, StepFailed("secret inside")).get("/fail")
    assert page.status_code == 500
    assert "secret inside" not in page.text


def test_an_unexpected_error_is_told_in_the_readers_language(engine):
    answered = failing(engine, RuntimeError("secret")).get("/fail", headers={"Accept-Language": "en"})
    assert "Something went wrong" in answered.text
    assert "系統發生錯誤" not in answered.text


@pytest.mark.parametrize(
    ("error", "heading", "advice"),
    [
        (StoreUnavailable(), "系統暫時無法使用", "資料庫暫時連不上"),
        (StorageFull(), "暫時不能儲存", "騰出空間"),
        (StoreReadOnly(), "暫時不能儲存", "過幾分鐘"),
        (CommitUnknown(), "儲存時連線中斷", "已經存入的不會重複"),
        (Busy(), "案件正在處理中", "稍候幾秒"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_cannot_be_stored_says_what_holds_and_what_to_do(engine, error, heading, advice):
    answered = failing(engine, error).get("/fail")
    assert answered.status_code == error.status
    assert f'<h1 id="error-heading">{heading}</h1>' in answered.text
    assert advice in answered.text
    assert f'<p class="error-message">{heading}</p>' not in answered.text
    assert ("Retry-After" in answered.headers, "再試一次" in answered.text) == ((error.status == 503,) * 2)


def test_json_is_answered_with_json(engine):
    answered = failing(engine, AlreadyClaimed()).get("/fail", headers={"Accept": "application/json"})
    assert answered.json == {"error": "這件工作已由他人簽收。", "status": 409}


def test_every_answer_has_the_security_headers(browser):
    for path in ("/help", "/inbox/mine", "/no/such/page", "/health", "/static/icons.svg"):
        headers = browser(HANDLER).get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy, path
        assert "unsafe" not in policy, path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["X-Frame-Options"] == "DENY", path
        assert headers["Referrer-Policy"] == "same-origin", path


def test_pages_are_not_kept_by_caches_but_built_files_are(app, browser):
    handler = browser(HANDLER)
    page = handler.get("/inbox/mine")
    assert page.headers["Cache-Control"] == "no-store"
    script = found(r'src="(/static/dist/app-[^"]+\.js)"', page.text)
    assert "immutable" in handler.get(script).headers["Cache-Control"]


def test_no_page_has_inline_script_or_style(browser, errand):
    import re

    _, task = errand()
    for path in ("/inbox/pending", f"/tasks/{task}", "/help", "/cases", "/notifications"):
        page = browser(HANDLER).get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), path
        assert not re.search(r"<[^>]+\s(?:style|on\w+)=", page), path


def test_plain_http_is_refused_away_from_this_machine(engine):
    app = create_app(Settings(mode="test", secret_key="s" * 40, trusted_hosts=("siwei.example",)), engine)
    assert app.test_client().get("/health", base_url="http://siwei.example").status_code == 400
    answered = app.test_client().get("/help", base_url="https://siwei.example")
    assert answered.status_code == 200
    assert "__Host-siwei=" in answered.headers["Set-Cookie"]
    assert "Secure" in answered.headers["Set-Cookie"]
    assert "Strict-Transport-Security" in answered.headers


def test_an_unknown_host_is_refused(app):
    assert app.test_client().get("/health", base_url="http://evil.example").status_code == 400


def test_on_loopback_the_cookie_has_a_plain_name(app):
    cookie = app.test_client().get("/help").headers["Set-Cookie"]
    assert cookie.startswith("siwei=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_a_body_that_is_too_large_is_refused_with_a_page(engine, token_of):
    app = create_app(Settings(mode="test", secret_key="s" * 40, max_upload_mb=1), engine)
    client = app.test_client()
    client.set_cookie("siwei-session", token_of(HANDLER))
    answered: Response = client.post("/language", data={"lang": "x" * 1_200_000})
    assert answered.status_code == 413
    assert "檔案太大" in answered.text


def test_health_says_nothing_about_anybody(app):
    answered = app.test_client().get("/health")
    assert answered.text == "ok\n"
    assert "Set-Cookie" not in answered.headers


def test_messages_that_nobody_saw_never_outgrow_the_cookie(browser):
    """The newest are kept; a cookie beyond 4 kB would be refused by the browser, with the CSRF seed in it."""
    person = browser(CHIEF)
    token, names = person.csrf(), [sha256(bytes([number])).hexdigest()[:60] for number in range(45)]
    for name in names:
        person.post("/searches?page=cases.find&q=x", {"name": name, "csrf_token": token})
        assert max(len(line) for line in person.last.headers.getlist("Set-Cookie")) < 4096
    said = person.flashes()
    assert names[-1] in said
    assert names[0] not in said
