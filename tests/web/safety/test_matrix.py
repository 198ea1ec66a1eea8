"""Who is let in where: each route asked by each role, against a list written down here and nowhere else."""

from __future__ import annotations

import pytest

from tests.web.safety.routes import address, routes

ADMINISTRATOR, OPERATOR, AUDITOR, ARCHIVIST = (
    "aia.it.admin",
    "aia.it.operator",
    "aia.it.auditor",
    "aia.documents.archivist",
)
KEEPER, OWNER, HEAD, CLERK = "aia.confidential.handler", "aia.it.owner", "aia.labor.chief", "works.handler"
EVERYBODY = {ADMINISTRATOR, OPERATOR, AUDITOR, ARCHIVIST, KEEPER, OWNER, HEAD, CLERK}

PUBLIC = ("/static/", "/health", "/help", "/language", "/metrics", "/reset/", "/session", "/sign-in", "/sign-out")
ALLOWED = [  # the longest prefix that fits decides
    ("/admin", {ADMINISTRATOR}),
    ("/admin$", {ADMINISTRATOR, AUDITOR, KEEPER, OWNER}),
    ("/admin/calendar", {ADMINISTRATOR, KEEPER}),
    ("/admin/log", {ADMINISTRATOR, AUDITOR}),
    ("/admin/processes$", {ADMINISTRATOR, OWNER}),
    ("/operate$", {ADMINISTRATOR, OPERATOR, AUDITOR, ARCHIVIST}),
    ("/operate/", {ADMINISTRATOR}),
    ("/operate/incidents", {ADMINISTRATOR, OPERATOR}),
    ("/operate/jobs", {ADMINISTRATOR, OPERATOR}),
    ("/operate/mails", {ADMINISTRATOR, OPERATOR}),
    ("/operate/verification", {ADMINISTRATOR, AUDITOR}),
    ("/operate/erasure", {ADMINISTRATOR, ARCHIVIST}),
    ("/unit-work", {ADMINISTRATOR, HEAD, OWNER}),  # the owner heads a section
    ("/totals", EVERYBODY),
    ("", EVERYBODY),
]


def allowed(path, method):
    if path == "/operate/connectors" and method == "GET":
        return {ADMINISTRATOR, OPERATOR}
    fits = [
        (prefix, people)
        for prefix, people in ALLOWED
        if (path == prefix[:-1] if prefix.endswith("$") else path.startswith(prefix))
    ]
    return max(fits, key=lambda fit: len(fit[0]))[1]


def is_public(path):
    return path != "/session/keep" and any(path == part or path.startswith(part) for part in PUBLIC)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_each_role_at_each_route(app, browser, engine, method):
    """Nobody is let in without the right, nobody with it is turned away, and nothing breaks for what is not there."""
    wrong = []
    for person in sorted(EVERYBODY):
        for rule in routes(app, method):
            path, who = address(rule), browser(person)
            if rule.endpoint == "static" or path in {"/sign-out", "/account/sessions/end-others"}:
                continue
            status = (who.get(path) if method == "GET" else who.post(path)).status_code
            refused = status == 403
            expected = False if is_public(path) else person not in allowed(path, method)
            if status >= 500 or (expected and not refused):
                wrong.append(f"{person} {method} {path}: {status}")
            if refused and not expected and not path.startswith("/studio"):  # the studio's rights are by process
                wrong.append(f"{person} {method} {path}: refused")
    assert wrong == []


def test_nobody_is_led_to_sign_in_everywhere_else(app, browser):
    for method in ("GET", "POST"):
        for rule in routes(app, method):
            path, visitor = address(rule), browser(None)
            answered = visitor.get(path) if method == "GET" else visitor.post(path)
            if is_public(path):
                assert answered.status_code != 403, path
                assert not answered.headers.get("Location", "").startswith("/sign-in?next"), path
            else:
                assert answered.status_code == 303, path
                assert answered.location.startswith("/sign-in"), path


def test_every_answer_of_every_route_carries_the_headers(app, browser):
    """Pages, fragments, JSON, files, refusals: the same protection on each."""
    administrator = browser(ADMINISTRATOR)
    for rule in routes(app, "GET"):
        path = address(rule)
        headers = administrator.get(path).headers
        policy = headers["Content-Security-Policy"]
        for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'"):
            assert part in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert "script-src 'self';" in policy, path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["X-Frame-Options"] == "DENY", path
        assert headers["Referrer-Policy"] == "same-origin", path
        assert "Server" not in headers or "Werkzeug" not in headers["Server"], path
        if rule.endpoint != "static":
            kept = headers["Cache-Control"]
            assert "no-store" in kept or "no-cache" in kept, f"{path}: {kept}"


def test_every_post_needs_its_token_from_everybody(app, browser):
    """Also the public forms: nobody is signed in or out by a page of somebody else."""
    for person in (None, ADMINISTRATOR):
        for rule in routes(app, "POST"):
            answered = browser(person).post(address(rule), csrf=False)
            assert answered.status_code == 400 or (person is None and answered.status_code == 303), rule
            if answered.status_code == 303:
                assert answered.location.startswith("/sign-in"), rule


def test_no_route_takes_other_methods_or_changes_with_get(app):
    """A method that changes is POST alone; nothing answers PUT, PATCH or DELETE."""
    for rule in app.url_map.iter_rules():
        assert rule.methods <= {"GET", "HEAD", "OPTIONS", "POST"}, rule
        assert not {"GET", "POST"} <= rule.methods, rule
