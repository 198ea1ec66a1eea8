"""Every administration page opens, for those it is for and for nobody else."""

from __future__ import annotations

import pytest

from webapp.admin import RIGHTS

ADMIN, KEEPER, AUDITOR, OWNER, STAFF = (
    "aia.it.admin",
    "aia.confidential.handler",
    "aia.it.auditor",
    "aia.it.owner",
    "works.handler",
)
PAGES = [
    "/admin",
    "/admin/units",
    "/admin/units/aia.labor",
    "/admin/people",
    "/admin/people?q=科長&unit=aia&state=all",
    "/admin/people/new",
    "/admin/people/aia.labor.chief",
    "/admin/roles",
    "/admin/roles/labor_handler",
    "/admin/leave",
    "/admin/calendar",
    "/admin/calendar/2026",
    "/admin/calendar/2031",
    "/admin/processes",
    "/admin/log",
    "/admin/log?q=aia.labor&verb=grant.add",
]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_an_administrator_opens_every_page_in_both_languages(browser, path, lang):
    answer = browser(ADMIN, lang).get(path)
    assert answer.status_code == 200
    assert f'<html lang="{"en" if lang == "en" else "zh-Hant-TW"}"' in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_staff_open_none_of_them(browser, path):
    assert browser(STAFF).get(path).status_code == 403


@pytest.mark.parametrize("path", PAGES)
def test_a_visitor_is_asked_to_sign_in(browser, path):
    answer = browser(None).get(path)
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in")


def test_others_open_what_is_theirs(browser):
    assert browser(KEEPER).get("/admin/calendar").status_code == 200
    assert browser(KEEPER).get("/admin/people").status_code == 403
    assert browser(AUDITOR).get("/admin/log").status_code == 200
    assert browser(AUDITOR).get("/admin/units").status_code == 403
    assert browser(OWNER).get("/admin/processes").status_code == 200
    assert 'name="role"' not in browser(OWNER).get("/admin/processes").text


def test_every_route_is_in_the_rights_table_and_the_other_way_round(app):
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("admin.")}
    assert routes == set(RIGHTS)


@pytest.mark.parametrize("path", ["/admin/units/none", "/admin/people/none", "/admin/roles/none", "/admin/calendar/12"])
def test_what_is_not_there_is_a_404(browser, path):
    assert browser(ADMIN).get(path).status_code == 404
