"""The operations pages as they are seen: axe, 390 pixels, both languages, with and without something on them."""

from __future__ import annotations

import pytest

from engine import SYSTEM, SourceFile
from tests.browser import axe
from tests.browser.conftest import NARROW, WIDE
from tests.browser.site import ADMINISTRATOR
from tests.engine.services.diagrams import CALLING, NOBODY, SCRIPTED, TIMED

HANDLER = "aia.labor.handler"
PAGES = (
    "/operate",
    "/operate/incidents",
    "/operate/incidents?state=resolved",
    "/operate/pool",
    "/operate/jobs",
    "/operate/mails",
    "/operate/connectors",
    "/operate/verification",
    "/operate/erasure",
    "/notifications/settings",
)


@pytest.fixture(scope="module")
def incident(site):
    """A case that stands still, with a timer, a call and a task for nobody beside it."""
    engine = site.engine
    nobody = NOBODY.replace("agency_acct@health", "agency_acct@kcg")
    for diagram in (SCRIPTED, nobody, TIMED, CALLING):
        engine.repository.deploy([SourceFile("process.bpmn", diagram.encode())], actor=SYSTEM, force_now=True)
    for key in ("nobody", "timed", "calling"):
        engine.runtime.start(key, actor=SYSTEM, variables={})
    case = engine.runtime.start(
        "scripted", actor=SYSTEM, variables={"applicant": "很長的名稱" * 30, "list": [1, {"a": 2}]}
    )
    (task,) = engine.tasks.of_case(case.id, SYSTEM)
    engine.tasks.claim(task.id, site.actor(HANDLER))
    engine.tasks.complete(task.id, actor=site.actor(HANDLER), variables={"note": None, "agreed": True})
    engine.connector_hosts.add("docs", base_url="https://api.example.gov.tw/" + "long/" * 20, headers={}, actor=SYSTEM)
    (found,) = [row for row in engine.incidents.incidents(SYSTEM).rows if row.instance_id == case.id]
    return found


@pytest.mark.parametrize(("lang", "size"), [("zh", WIDE), ("en", NARROW)], ids=["wide", "390"])
def test_every_page_is_accessible_and_fits(open_page, incident, lang, size):
    page = open_page(ADMINISTRATOR, lang=lang, size=size)
    for path in (*PAGES, f"/operate/incidents/{incident.id}"):
        page.goto(path)
        assert axe.findings(page) == [], path
        assert axe.sideways_scroll(page) <= 0, path


def test_errors_are_accessible_and_the_summary_leads_to_the_field(open_page, incident, watch):
    watch.expect_status(422)
    page = open_page(ADMINISTRATOR, f"/operate/incidents/{incident.id}")
    field = page.get_by_role("group", name="agreed").get_by_label("值")
    field.fill("也許")
    page.get_by_role("button", name="重試").click()
    page.locator("#error-summary a").first.click()
    assert page.evaluate("document.activeElement.value") == "也許"
    assert axe.findings(page) == []


def test_verification_goes_on_by_itself(open_page, incident, monkeypatch):
    monkeypatch.setattr("webapp.operate.verifying._PART", 1)
    page = open_page(ADMINISTRATOR, "/operate/verification")
    page.get_by_role("button", name="查核所有案件").click()
    page.get_by_text("全部相符").wait_for()
    assert axe.findings(page) == []
