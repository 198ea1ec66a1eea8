"""Every page of operations: who is let in, what it shows, what it refuses."""

from __future__ import annotations

import re

import pytest

from tests.web.conftest import HANDLER
from webapp.operate import RIGHTS
from webapp.rights import STAFF

ADMIN, OPERATOR, AUDITOR, ARCHIVIST = "aia.it.admin", "aia.it.operator", "aia.it.auditor", "aia.documents.archivist"
PAGES = {
    "/operate": (ADMIN, OPERATOR, AUDITOR, ARCHIVIST),
    "/operate/incidents": (ADMIN, OPERATOR),
    "/operate/pool": (ADMIN,),
    "/operate/jobs": (ADMIN, OPERATOR),
    "/operate/mails": (ADMIN, OPERATOR),
    "/operate/connectors": (ADMIN, OPERATOR),
    "/operate/verification": (ADMIN, AUDITOR),
    "/operate/erasure": (ADMIN, ARCHIVIST),
    "/notifications/settings": (ADMIN, OPERATOR, AUDITOR, ARCHIVIST, HANDLER),
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_those_with_the_role_are_let_in_and_nobody_else(browser, path, lang):
    for person in (ADMIN, OPERATOR, AUDITOR, ARCHIVIST, HANDLER):
        status = browser(person, lang).get(path).status_code
        assert status == (200 if person in PAGES[path] else 403), person
    assert browser(None).get(path).status_code == 303


def test_every_post_needs_its_role(app):
    open_to_all = {name for name, right in RIGHTS.items() if right is STAFF}
    assert open_to_all == {"operate.notice_settings", "operate.save_notice_settings"}


@pytest.mark.parametrize("path", ["/operate/incidents/retry", "/operate/connectors", "/operate/verification"])
def test_a_post_without_csrf_is_refused(app, browser, path):
    app.config["WTF_CSRF_ENABLED"] = True
    assert browser(ADMIN).post(path, csrf=False).status_code == 400


def test_english_pages_hold_no_chinese_of_the_interface(browser):
    for path in PAGES:
        answer = browser(ADMIN, "en").get(path)
        if answer.status_code != 200:
            continue
        page = answer.text
        main = page[page.index("<main") : page.index("</main>")]
        words = re.sub(r"<option.*?</option>|<[^>]+>", " ", main, flags=re.S)
        assert not re.search(r"[一-鿿]", words), (path, re.findall(r"[^ \n]*[一-鿿]+[^ \n]*", words))


def test_health_says_nothing_about_anybody_and_needs_no_session(browser):
    for path, answer in (("/health/live", "ok\n"), ("/health/ready", "ready\nworkers 0\n")):
        page = browser(None).get(path)
        assert (page.status_code, page.text) == (200, answer)
        assert "Set-Cookie" not in page.headers
        assert page.headers["Cache-Control"] == "no-store"
