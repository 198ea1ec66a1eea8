"""Another unit's case is not there: by page, fragment, file, export, search, or by acting on it."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.web.conftest import CHIEF, HANDLER, STARTER, STRANGER
from tests.web.safety.routes import address, routes

SECRET = "採購底價彌封紀要"
SPOKEN = "電話錄音譯文"
FILE_NAME = "底價單.txt"
ADMINISTRATOR, OPERATOR, ARCHIVIST, OWNER = "aia.it.admin", "aia.it.operator", "aia.documents.archivist", "aia.it.owner"
OUTSIDERS = (STRANGER, ADMINISTRATOR, OPERATOR, ARCHIVIST, OWNER, "works.head")


@pytest.fixture(scope="module")
def case(engine):
    """A case of 衛生局 and 職工管理科 with a remark, a file, a draft and a decision behind it; ids by argument name."""
    actor = engine.directory.actor_for
    case = engine.runtime.start("errand", actor=actor(STARTER), variables={"title": SECRET, "pieces": 2})
    task = case.open_tasks[0]["id"]
    engine.tasks.claim(task, actor(HANDLER))
    engine.tasks.save_draft(task, actor(HANDLER), {"version": 1, "form": "handle", "raw": {"opinion": SPOKEN}})
    engine.runtime.comment(case.id, SPOKEN, actor=actor(STARTER))
    file = engine.runtime.store_file(FILE_NAME, SPOKEN.encode(), "text/plain", actor=actor(STARTER))
    engine.runtime.attach(case.id, file.id, actor=actor(STARTER))
    return {"instance_id": str(case.id), "task_id": str(task), "file_id": str(file.id)}


def addresses(app, method, case):
    for rule in routes(app, method):
        if rule.arguments & case.keys():
            yield rule, address(rule, case)


def test_those_it_concerns_do_see_it(app, browser, case):
    """Else the tests below would hold for a case that nobody sees."""
    handler = browser(HANDLER)
    for path in (f"/cases/{case['instance_id']}", f"/tasks/{case['task_id']}", f"/files/{case['file_id']}"):
        assert handler.get(path).status_code == 200, path
    assert SECRET in handler.get("/inbox/mine").text
    assert SECRET in handler.get(f"/cases?q={SECRET}").text
    assert SPOKEN in handler.get(f"/files/{case['file_id']}").text


@pytest.mark.parametrize("person", OUTSIDERS)
def test_every_page_of_it_is_missing(app, browser, case, person):
    outsider, tried = browser(person), 0
    for _rule, path in addresses(app, "GET", case):
        answered = outsider.get(path)
        tried += 1
        assert answered.status_code in ({403, 404} if path.startswith("/operate") else {404}), path
        assert SECRET not in answered.text, path
        assert SPOKEN not in answered.text, path
    assert tried >= 10


@pytest.mark.parametrize("person", OUTSIDERS)
def test_every_act_on_it_is_missing(app, browser, engine, case, person):
    before = engine.history.timeline(case["instance_id"], engine.directory.actor_for(HANDLER))
    outsider, tried = browser(person), 0
    given = {
        "text": "看得到嗎",
        "reason": "試試看",
        "person": person,
        "wanted": "1",
        "decision": "forward",
        "form_action": "submit",
    }
    for _rule, path in addresses(app, "POST", case):
        files = {"files": (io.BytesIO(b"x"), "x.txt")} if path.endswith("/attachments") else {}
        answered = outsider.post(path, {**given, **files})
        tried += 1
        assert answered.status_code in ({403, 404} if path.startswith("/operate") else {404}), path
    assert tried >= 9
    assert engine.history.timeline(case["instance_id"], engine.directory.actor_for(HANDLER)) == before


@pytest.mark.parametrize("person", OUTSIDERS)
def test_lists_searches_exports_and_fragments_do_not_tell_of_it(browser, case, person):
    outsider = browser(person)
    tabs = ("pending", "mine", "countersign", "approval", "overdue", "deputy", "following", "done")
    paths = [f"/inbox/{tab}{part}?q={SECRET[:2]}" for tab in tabs for part in ("", "/rows", "/export.csv")]
    paths += [f"{path}?q={word}" for path in ("/cases", "/cases/export.csv") for word in (SECRET[:2], SECRET, SPOKEN)]
    paths += ["/cases", "/cases/mine", "/cases/mine?scope=following", "/cases/mine/export.csv", "/notifications"]
    paths += ["/notifications/bell", "/", f"/forms/pick/person?q={SECRET}", "/unit-work", "/unit-work/export.csv"]
    for path in paths:
        answered = outsider.get(path)
        text = answered.text.replace(f'value="{SECRET}"', "").replace(f'value="{SECRET[:2]}"', "")
        assert SECRET not in text.replace(f"q={SECRET}", ""), path
        assert case["instance_id"] not in text, path
        assert case["task_id"] not in text, path


def test_a_spreadsheet_holds_only_ones_own(browser, case):
    for person, seen in ((HANDLER, True), (STRANGER, False)):
        answered = browser(person).get("/cases/export.ods")
        with zipfile.ZipFile(io.BytesIO(answered.data)) as book:
            assert (SECRET in book.read("content.xml").decode()) is seen


def test_following_or_sending_oneself_a_notice_opens_nothing(browser, engine, case):
    stranger = browser(STRANGER)
    assert stranger.post(f"/cases/{case['instance_id']}/follow", {"wanted": "1"}).status_code == 404
    assert SECRET not in stranger.get("/inbox/following").text
    assert SECRET not in stranger.get("/cases/mine?scope=following").text


def test_a_file_of_another_case_cannot_be_taken_into_ones_own(engine, errand, case):
    """Naming a file's id is not seeing it."""
    from engine.errors import NotFound

    mine, _ = errand("自己的案件")
    stranger = engine.directory.actor_for(STRANGER)
    with pytest.raises(NotFound):
        engine.runtime.attach(mine.id, case["file_id"], actor=stranger)


def test_whoever_had_it_before_and_whoever_heads_them_see_it(browser, case):
    path = f"/cases/{case['instance_id']}"
    assert browser(STARTER).get(path).status_code == 200
    assert browser(CHIEF).get(path).status_code == 200
