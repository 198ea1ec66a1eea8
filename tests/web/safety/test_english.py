"""English is complete: no Chinese on an English page outside what is marked as Chinese.

Looked at with the shipped processes and the demo organisation. What people and authors wrote stays as written and
is marked `lang="zh-Hant-TW"`.
"""

from __future__ import annotations

from uuid import uuid4

import pytest

from engine import SYSTEM
from tests.web.safety.chinese import chinese, proper_names
from webapp.process_files import deploy_folders, process_folders

ADMINISTRATOR, OWNER, CLERK = "aia.it.admin", "aia.it.owner", "health.handler"
REGISTRAR = "aia.inspection.registrar"


@pytest.fixture(scope="module")
def shipped(engine):
    """The shipped processes, deployed; their keys."""
    deploy_folders(engine, process_folders(), actor=SYSTEM, force_now=True)
    return [definition.key for definition in engine.repository.definitions() if definition.key != "errand"]


@pytest.fixture(scope="module")
def names(engine):
    """Proper names: the people, and the product's own."""
    return proper_names(engine)


PAGES = {
    CLERK: ("/inbox/pending", "/inbox/mine", "/inbox/countersign", "/inbox/approval", "/inbox/overdue",
            "/inbox/deputy", "/inbox/following", "/inbox/done", "/inbox/mine?q=none", "/cases", "/cases?q=none",
            "/cases/mine", "/cases/mine?scope=took_part", "/notifications", "/notifications/settings",
            "/totals", "/totals/107", "/start", "/start?q=none",
            "/account/password", "/account/deputy", "/account/sessions", "/help", "/no/such/page"),
    ADMINISTRATOR: ("/unit-work", "/operate", "/operate/incidents", "/operate/jobs", "/operate/mails",
                    "/operate/connectors", "/operate/pool", "/operate/verification", "/operate/erasure", "/admin",
                    "/admin/units", "/admin/units/aia", "/admin/units/aia.labor", "/admin/people", "/admin/people/new",
                    "/admin/people/aia.labor.chief", "/admin/roles", "/admin/roles/labor_handler", "/admin/leave",
                    "/admin/calendar", "/admin/calendar/2026", "/admin/processes", "/admin/log"),
    OWNER: ("/studio", "/studio/petition", "/studio/petition/1/files/petition.dmn",
            "/studio/petition/1/files/petition/intake.form", "/studio/petition/1/files/petition.bpmn",
            "/studio/petition/companions/cases/01-general.yaml", "/studio/petition/draft", "/studio/petition/deploy",
            "/studio/petition/compare", "/studio/petition/versions/1/cases",
            "/studio/petition/edit/petition.bpmn", "/studio/petition/edit/petition.dmn",
            "/studio/petition/edit/petition/intake.form", "/studio/petition/edit/letters/01-receipt.yaml"),
    None: ("/sign-in",),
}  # fmt: skip


@pytest.fixture(scope="module")
def of_ids(engine):
    """Pages of what has no name of its own in the address: a position, a registered host."""
    who = engine.directory.actor_for(ADMINISTRATOR)
    engine.connector_hosts.add("pages", base_url="https://api.example.gov.tw/", headers={}, actor=who)
    position = engine.directory.positions("aia.labor")[0]
    return (f"/admin/positions/{position.id}", "/operate/connectors/pages")


def test_the_pages(browser, shipped, names, of_ids):
    wrong = {}
    for person, paths in {**PAGES, ADMINISTRATOR: (*PAGES[ADMINISTRATOR], *of_ids)}.items():
        for path in paths:
            if found := chinese(browser(person, "en").get(path).text, names):
                wrong[path] = sorted(set(found))[:12]
    assert wrong == {}, wrong


def test_the_start_forms(browser, engine, shipped, names):
    """Every process somebody may start, its form empty and with its errors."""
    wrong, seen = {}, set()
    for person in (CLERK, REGISTRAR, "aia.labor.handler", "aia.general.handler", "aia.intl.handler"):
        for process in engine.repository.startable(engine.directory.actor_for(person)):
            if process.key in seen or process.key not in shipped:
                continue
            seen.add(process.key)
            reader = browser(person, "en")
            refused = reader.post(f"/start/{process.key}", {"form_action": "submit", "token": str(uuid4())})
            for page in (reader.get(f"/start/{process.key}"), refused):
                if found := chinese(page.text, names):
                    wrong[process.key] = sorted(set(found))[:12]
    assert len(seen) > 5
    assert wrong == {}, wrong


def test_a_case(browser, engine, shipped, names):
    """A petition: the case with its parts and its paper."""
    who = engine.directory.actor_for(REGISTRAR)
    values = {"channel": "市長信箱", "petitioner_name": "陳怡君", "petitioner_kind": "個人", "phone": "0912-345-678",
              "email": "a@example.org", "reply_method": "電子郵件", "subject": "路燈不亮", "content": "請派員。",
              "category": "行政興革建議", "topic_code": "道路養護", "district": "苓雅區", "pdpa_ack": True}  # fmt: skip
    case = engine.runtime.start("petition", actor=who, variables=values)
    reader = browser(REGISTRAR, "en")
    paths = [f"/cases/{case.id}{part}" for part in ("", "/where", "/print", "/cancel", "/suspend")]
    paths += [f"/cases/{case.id}?view={view}" for view in ("history", "comments", "attachments", "letters")]
    wrong = {path: found for path in paths if (found := chinese(reader.get(path).text, names))}
    engine.suspension.suspend(case.id, reason="查核", actor=who)
    for path in (*paths, f"/cases/{case.id}/resume", "/cases?status=suspended"):
        if found := chinese(reader.get(path).text, names):
            wrong[path] = found
    assert wrong == {}, wrong


def test_the_check_itself_finds_what_is_not_marked():
    page = '<p>a 中 <b lang="zh-Hant-TW">文 <i title="示">字</i></b> 後</p><img alt="圖"><option lang="zh-Hant-TW">甲'
    assert chinese(page) == ["a 中", "後", "圖"]
    assert chinese("<p>by 王小明</p><b>王小明代</b>", {"王小明"}) == ["王小明代"]
