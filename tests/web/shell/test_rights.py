"""Rights are denied by default: every route is in the table, and the table is kept."""

from __future__ import annotations

import re

import pytest

from engine.model import Actor
from tests.web.conftest import HANDLER
from webapp import Settings, create_app
from webapp.rights import PUBLIC, STAFF, SUPERVISOR, Right, is_local, rights_of, role

NOBODY = "00000000-0000-0000-0000-000000000000"


def path_of(rule):
    """An address of the route, with something in every place."""

    def fill(match):
        converter, _, name = match.group(1).rpartition(":")
        if converter.startswith("any"):
            return re.match(r"any\(([^,)]+)", converter).group(1).strip("'\" ")
        known = {"uuid": NOBODY, "int": "2026"}.get(converter)
        return known or {"kind": "csv", "tab": "mine", "filename": "icons.svg"}.get(name, "x")

    return re.sub(r"<([^>]+)>", fill, rule.rule)


def test_every_route_has_a_right_and_every_right_a_route(app):
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert routes == set(rights_of(app))


def test_a_route_without_a_right_is_refused(engine):
    app = create_app(Settings(mode="test", secret_key="s" * 40), engine)
    app.add_url_rule("/forgotten", "forgotten", lambda: "open to all")
    assert app.test_client().get("/forgotten").status_code == 403


def test_nobody_gets_anything_but_public_pages_without_signing_in(app):
    client, rights = app.test_client(), rights_of(app)
    for rule in app.url_map.iter_rules():
        if rights[rule.endpoint].public or "GET" not in rule.methods:
            continue
        answered = client.get(path_of(rule))
        assert answered.status_code == 303, rule
        assert answered.location.startswith("/sign-in?next="), rule


def test_no_route_that_posts_works_without_signing_in(app):
    client, rights = app.test_client(), rights_of(app)
    for rule in app.url_map.iter_rules():
        if rights[rule.endpoint].public or "POST" not in rule.methods:
            continue
        answered = client.post(path_of(rule))
        assert answered.status_code in {303, 400}, rule  # sent to the sign-in page, or refused for its missing token


def test_every_post_needs_its_csrf_token(app, browser):
    handler = browser(HANDLER)
    for rule in app.url_map.iter_rules():
        if "POST" in rule.methods and rule.endpoint != "static":
            right = rights_of(app)[rule.endpoint]
            answered = handler.post(path_of(rule), csrf=False)
            assert answered.status_code == 400 or (answered.status_code == 403 and right.roles), rule


def test_an_old_form_after_the_session_ended_leads_back_to_its_page(app):
    answered = app.test_client().get("/tasks/" + NOBODY + "?tab=mine")
    assert answered.location == f"/sign-in?next=/tasks/{NOBODY}?tab%3Dmine"


@pytest.mark.parametrize(
    ("right", "groups", "allowed"),
    [
        (STAFF, {"x@y"}, True),
        (role("auditor"), {"auditor@", "auditor@aia"}, True),
        (role("auditor"), {"auditor@aia"}, False),  # the bare group is what says "anywhere"
        (role("auditor"), {"xauditor@"}, False),
        (SUPERVISOR, {"head@health"}, True),
        (SUPERVISOR, {"agency_handler@health"}, False),
        (Right("nobody", roles=frozenset({"no-such-role"})), {"administrator@"}, False),
    ],
)
def test_rights_are_by_role_or_headship(right, groups, allowed):
    assert right.allows(Actor("mia", "Mia", groups=frozenset(groups))) is allowed
    assert right.allows(None) is False
    assert PUBLIC.allows(None)


@pytest.mark.parametrize(
    ("target", "local"),
    [
        ("/inbox", True),
        ("/a?b=//c", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example", False),
        ("javascript:alert(1)", False),
        ("", False),
        (None, False),
        ("/a\r\nb", False),
    ],
)
def test_only_paths_of_this_site_are_local(target, local):
    assert is_local(target) is local
