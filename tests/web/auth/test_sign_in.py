"""Signing in and out over HTTP: the cookie, the lock, the way back to the page that was asked for."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from engine.model import SYSTEM

PASSWORD = "shared-demo-password-115"
NEW = "copper kettle morning"


class Visitor:
    """A browser that signs in for real."""

    def __init__(self, app):
        self.client = app.test_client()

    def get(self, path, **headers):
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.get(path, headers={"Accept-Language": "zh-TW", **extra})

    def post(self, path, data=None, page="/sign-in"):
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text).group(1)
        return self.client.post(path, data={"csrf_token": token, **(data or {})}, headers={"Accept-Language": "zh-TW"})

    def sign_in(self, person, password=PASSWORD, **more):
        return self.post("/sign-in", {"username": person, "password": password, **more})


@pytest.fixture
def visitor(app):
    return Visitor(app)


@pytest.fixture
def another(app):
    return Visitor(app)


@pytest.fixture(autouse=True)
def unlocked(engine):
    yield
    for person in ("works.handler", "social.handler"):
        engine.accounts.unlock(person, actor=SYSTEM)
        engine.accounts.sign_out_everywhere(person, actor=SYSTEM)


def cookie(answer):
    return next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("siwei-session="))


def test_signing_in_sets_a_cookie_scripts_cannot_read_and_leads_on(visitor):
    answer = visitor.sign_in("works.handler")
    assert (answer.status_code, answer.location) == (303, "/")
    parts = cookie(answer).split("; ")
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(parts)
    assert not any(part.startswith(("Max-Age", "Expires", "Domain")) for part in parts)
    assert "工務局" in visitor.get("/account/deputy").text or visitor.get("/account/deputy").status_code == 200


def test_over_https_the_cookie_is_bound_to_the_host_and_secure(app):
    client = app.test_client()
    page = client.get("/sign-in", base_url="https://localhost")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)
    answer = client.post(
        "/sign-in",
        base_url="https://localhost",
        headers={"Referer": "https://localhost/sign-in"},
        data={"csrf_token": token, "username": "works.handler", "password": PASSWORD},
    )
    line = next(line for line in answer.headers.getlist("Set-Cookie") if "siwei-session" in line)
    assert line.startswith("__Host-siwei-session=")
    assert "Secure" in line


def test_a_page_asked_for_before_signing_in_comes_back_after(visitor):
    asked = visitor.get("/account/sessions")
    assert asked.status_code == 303
    assert asked.location == "/sign-in?next=/account/sessions"
    assert 'value="/account/sessions"' in visitor.get(asked.location).text
    assert visitor.sign_in("works.handler", next="/account/sessions").location == "/account/sessions"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"])
def test_nobody_is_sent_to_another_site(visitor, target):
    assert visitor.sign_in("works.handler", next=target).location == "/"


def test_wrong_and_unknown_are_answered_alike_and_the_name_is_kept(visitor):
    wrong, unknown = visitor.sign_in("works.handler", "nonsense here"), visitor.sign_in("nobody.here", "nonsense here")
    assert wrong.status_code == unknown.status_code == 422
    assert "帳號或密碼不對" in wrong.text
    assert 'value="works.handler"' in wrong.text
    assert "nonsense here" not in wrong.text
    summary = re.compile(r'<div class="error-summary.*?</div>', re.S)
    assert summary.search(wrong.text).group() == summary.search(unknown.text).group()


def test_empty_fields_are_named(visitor):
    answer = visitor.sign_in("", "")
    assert answer.status_code == 422
    assert 'href="#username"' in answer.text
    assert 'href="#password"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_after_five_failures_the_page_says_until_when(visitor, clock):
    for _ in range(4):
        assert "鎖定；" not in visitor.sign_in("social.handler", "nonsense here").text
    answer = visitor.sign_in("social.handler", "nonsense here")
    assert f"{clock.now() + timedelta(minutes=15):%H:%M}" in answer.text
    assert visitor.sign_in("social.handler").status_code == 422


def test_signing_out_ends_the_session_and_forgets_the_cookie(visitor):
    visitor.sign_in("works.handler")
    token = visitor.client.get_cookie("siwei-session").value
    answer = visitor.post("/sign-out", page="/account/password")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert visitor.client.get_cookie("siwei-session") is None
    visitor.client.set_cookie("siwei-session", token)
    assert visitor.get("/account/password").status_code == 303


def test_a_form_without_its_csrf_token_signs_nobody_in(visitor):
    answer = visitor.client.post("/sign-in", data={"username": "works.handler", "password": PASSWORD})
    assert answer.status_code == 400
    assert visitor.client.get_cookie("siwei-session") is None


def test_signing_in_changes_the_session_token_and_the_csrf_secret(visitor):
    visitor.sign_in("works.handler")
    first = visitor.client.get_cookie("siwei-session").value
    with visitor.client.session_transaction() as kept:
        assert "csrf_token" not in kept
    visitor.post("/sign-out", page="/account/password")
    visitor.sign_in("works.handler")
    assert visitor.client.get_cookie("siwei-session").value != first


def test_after_half_an_hour_the_sign_in_page_says_why_and_leads_back(visitor, clock):
    visitor.sign_in("works.handler")
    clock.advance(timedelta(minutes=31))
    answer = visitor.get("/account/sessions")
    assert answer.status_code == 303
    assert "三十分鐘沒有操作" in visitor.get(answer.location).text


def test_background_requests_keep_no_session_alive(visitor, clock):
    visitor.sign_in("works.handler")
    for _ in range(4):
        clock.advance(timedelta(minutes=8))
        visitor.get("/session", X_Background="1")
    assert visitor.get("/account/sessions").status_code == 303


def test_the_page_learns_how_long_the_session_lasts(visitor, clock):
    assert visitor.get("/session").json == {"signed_in": False}
    visitor.sign_in("works.handler")
    clock.advance(timedelta(minutes=10))
    state = visitor.get("/session", X_Background="1").json
    assert (state["warning_in"], state["ends_in"]) == (15 * 60, 20 * 60)
    assert visitor.post("/session/keep", page="/account/password").status_code == 204


def test_demo_accounts_are_listed_with_what_they_show(visitor):
    page = visitor.get("/sign-in").text
    assert "aia.inspection.registrar" in page
    assert "登記桌" in page
    assert visitor.client.get("/sign-in", headers={"Accept-Language": "en"}).text.count("Registrar:") == 1


def test_production_with_demo_accounts_does_not_start(engine):
    from webapp import Settings, create_app
    from webapp.settings import SettingsError

    with pytest.raises(SettingsError, match="demo accounts"):
        create_app(Settings(mode="production", secret_key="s" * 40, history_key="h" * 40), engine)


def test_changing_the_password_keeps_this_browser_and_ends_the_other(visitor, another, engine):
    person = "sports.handler"
    visitor.sign_in(person)
    another.sign_in(person)
    page = "/account/password"
    answer = visitor.post(page, {"current": PASSWORD, "new": NEW, "again": NEW + "x"}, page=page)
    assert answer.status_code == 422
    assert "兩次輸入的密碼不一樣" in answer.text
    answer = visitor.post(page, {"current": "not it at all", "new": NEW, "again": NEW}, page=page)
    assert "目前的密碼不對" in answer.text
    answer = visitor.post(page, {"current": PASSWORD, "new": "short", "again": "short"}, page=page)
    assert "至少要有12個字元" in answer.text
    answer = visitor.post(page, {"current": PASSWORD, "new": NEW, "again": NEW}, page=page)
    assert answer.status_code == 303
    assert visitor.get(page).status_code == 200
    assert another.get(page).status_code == 303


def test_a_first_password_must_be_changed_before_anything_else(visitor, engine):
    engine.directory.add_person("newcomer", actor=SYSTEM, name="新進員")
    password = engine.accounts.add_account("newcomer", "newcomer", actor=SYSTEM)
    visitor.sign_in("newcomer", password)
    for path in ("/", "/account/sessions", "/account/deputy"):
        answer = visitor.get(path)
        assert (answer.status_code, answer.location) == (303, "/account/password"), path
    page = "/account/password"
    assert visitor.post(page, {"current": password, "new": NEW, "again": NEW}, page=page).status_code == 303
    assert visitor.get("/account/sessions").status_code == 200


def test_a_one_time_link_sets_a_password_once(visitor, engine):
    engine.directory.add_person("forgetful", actor=SYSTEM, name="健忘員")
    engine.accounts.add_account("forgetful", "forgetful", actor=SYSTEM)
    page = f"/reset/{engine.accounts.reset_link('forgetful', actor=SYSTEM)}"
    assert "forgetful" in visitor.get(page).text
    assert visitor.post(page, {"new": "short", "again": "short"}, page=page).status_code == 422
    assert visitor.post(page, {"new": NEW, "again": NEW}, page=page).location == "/sign-in"
    again = visitor.get(page)
    assert again.status_code == 404
    assert "已經用過" in again.text
    assert visitor.sign_in("forgetful", NEW).status_code == 303


def test_sessions_are_listed_and_ended_from_elsewhere(visitor, another):
    visitor.sign_in("works.handler")
    another.sign_in("works.handler")
    page = visitor.get("/account/sessions").text
    links = re.findall(r"/account/sessions/[0-9a-f-]+/end", page)
    assert len(links) == 2
    assert visitor.post("/account/sessions/end-others", page="/account/sessions").status_code == 303
    assert another.get("/account/sessions").status_code == 303
    assert visitor.get("/account/sessions").status_code == 200


def test_somebody_elses_session_is_not_found(visitor, another):
    visitor.sign_in("works.handler")
    another.sign_in("social.handler")
    link = re.search(r"/account/sessions/[0-9a-f-]+/end", another.get("/account/sessions").text).group()
    assert visitor.post(link, page="/account/sessions").status_code == 404
