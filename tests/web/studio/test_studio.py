"""The studio without a browser: who may, what is kept, what is refused, what is said."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from engine import SYSTEM, SourceFile
from tests.engine.services.diagrams import chain, process, user_task
from tests.web.conftest import HANDLER, found
from webapp.process_files import process_folders, untouched
from webapp.studio import sources
from webapp.studio.differences import changed_files, line_differences

OWNER, SECOND = "aia.it.owner", "aia.it.owner2"
KEY, FILE = "errand", "errand.bpmn"


@pytest.fixture(autouse=True)
def no_draft(engine):
    """Every test begins and ends without a draft."""
    yield
    if engine.repository.draft(KEY):
        engine.repository.discard_draft(KEY, SYSTEM)


@pytest.fixture
def content(engine):
    """A function that gives a file of the version in force."""

    def read(name: str = FILE) -> bytes:
        files = engine.repository.files(engine.repository.definition(KEY).id)
        return next(file.content for file in files if file.name == name)

    return read


def _save(person, body: str, base: bytes):
    return person.post(
        f"/studio/{KEY}/draft/{FILE}", {"content": body, "base": sources.digest(base)}, Accept="application/json"
    )


def test_all_staff_may_look_and_only_owners_may_change(browser, content):
    staff = browser(HANDLER)
    assert staff.get(f"/studio/{KEY}").status_code == 200
    assert f"/studio/{KEY}/edit/" not in staff.last.text
    assert staff.get(f"/studio/{KEY}/1/source/{FILE}").data == content()
    for path in (
        f"/studio/{KEY}/edit/{FILE}",
        f"/studio/{KEY}/draft",
        f"/studio/{KEY}/deploy",
        f"/studio/{KEY}/draft.zip",
    ):
        assert staff.get(path).status_code == 403, path
    assert _save(staff, "x", content()).status_code == 403
    assert staff.post("/studio", {"key": "mine", "name": "我的"}).status_code == 403


def test_a_saved_file_is_the_draft_and_the_version_stays(browser, engine, content):
    changed = content().decode() + "<!-- x -->"
    answer = _save(browser(OWNER), changed, content()).json
    assert "草稿已於" in answer["saved"]
    assert answer["digest"] == sources.digest(changed.encode())
    kept = {file.name: file.content for file in engine.repository.draft(KEY).files}
    assert kept[FILE].decode() == changed
    assert set(kept) == {file.name for file in engine.repository.files(engine.repository.definition(KEY).id)}


def test_what_somebody_else_saved_is_not_overwritten(browser, engine, content):
    first = content().decode() + "<!-- first -->"
    _save(browser(OWNER), first, content())
    refused = _save(browser(SECOND), content().decode() + "<!-- second -->", content())
    assert refused.status_code == 409
    assert "您的修改還沒有存" in refused.json["error"]
    assert any(file.content.decode() == first for file in engine.repository.draft(KEY).files)


def test_an_archive_is_taken_into_the_draft_and_comes_out_again(browser, engine, content):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("ask.form", b'{"type": "default", "id": "x", "components": []}')
        archive.writestr("readme.txt", b"left out")
    made.seek(0)
    owner = browser(OWNER)
    answer = owner.client.post(
        f"/studio/{KEY}/upload", data={"files": (made, "files.zip"), "csrf_token": owner.csrf()}, headers=owner.headers
    )
    assert answer.status_code == 303
    kept = {file.name: file.content for file in engine.repository.draft(KEY).files}
    assert kept["errand/ask.form"].startswith(b'{"type"')
    assert "readme.txt" not in kept
    assert kept[FILE] == content()
    archive = zipfile.ZipFile(io.BytesIO(owner.get(f"/studio/{KEY}/draft.zip").data))
    assert {name: archive.read(name) for name in archive.namelist()} == kept


def test_what_is_no_archive_is_refused_with_words(browser, engine):
    owner = browser(OWNER)
    broken = {"files": (io.BytesIO(b"nonsense"), "files.zip"), "csrf_token": owner.csrf()}
    answer = owner.client.post(f"/studio/{KEY}/upload", data=broken, headers=owner.headers)
    assert answer.status_code == 422
    assert "壓縮檔無法讀取" in answer.text
    assert engine.repository.draft(KEY) is None


def test_errors_keep_a_draft_from_being_deployed_and_are_named(browser, engine, content):
    broken = (
        content()
        .decode()
        .replace("sequenceFlow id=", "sequenceFlow targetRefX='' id=", 1)
        .replace("targetRef=", "targetRefY=", 1)
    )
    _save(browser(OWNER), broken, content())
    owner = browser(OWNER)
    page = owner.get(f"/studio/{KEY}/deploy").text
    assert "finding-error" in page
    revision = re.search(r'name="revision" value="(\d+)"', page).group(1)
    before = engine.repository.definition(KEY).version
    assert owner.post(f"/studio/{KEY}/deploy", {"note": "n", "revision": revision}).status_code == 422
    assert engine.repository.definition(KEY).version == before


def test_a_draft_changed_since_it_was_looked_at_is_not_deployed(browser, engine, content):
    _save(browser(OWNER), content().decode() + "<!-- 1 -->", content())
    answer = browser(OWNER).post(f"/studio/{KEY}/deploy", {"note": "n", "revision": "99"})
    assert answer.status_code == 422
    assert "草稿又有更動" in answer.text


def test_what_a_version_changed_stands_in_the_list_and_on_its_page(browser, engine, content):
    before = engine.repository.definition(KEY)
    _save(browser(OWNER), content().decode() + "<!-- 2 -->", content())
    owner = browser(OWNER)
    revision = found(r'name="revision" value="(\d+)"', owner.get(f"/studio/{KEY}/deploy").text)
    assert "請寫下這次改了什麼。" in owner.post(f"/studio/{KEY}/deploy", {"note": " ", "revision": revision}).text
    owner.post(f"/studio/{KEY}/deploy", {"note": "改 <b>期限</b>\n並改名", "revision": revision})
    page = browser(HANDLER).get(f"/studio/{KEY}").text
    assert page.count("改 &lt;b&gt;期限&lt;/b&gt;\n並改名") == 2, "in the list, and above the diagram of this version"
    former = browser(HANDLER).get(f"/studio/{KEY}?version={before.version}").text
    assert "部署時沒有寫。" in former
    assert re.search(r"於 .+ 部署，tests 核准。", former)
    engine.repository.make_current(before.id, SYSTEM)


def test_whoever_submitted_reads_why_it_was_turned_down_and_goes_on(browser, engine, content):
    changed = content().decode().replace("<script>", "<script>more = 1; ", 1)
    assert changed != content().decode()
    _save(browser(OWNER), changed, content())
    owner, second = browser(OWNER), browser(SECOND)
    revision = found(r'name="revision" value="(\d+)"', owner.get(f"/studio/{KEY}/deploy").text)
    page = owner.post(f"/studio/{KEY}/deploy", {"note": "加一", "revision": revision}).location
    assert owner.post(f"{page}/reject", {"reason": " "}).status_code == 422
    assert second.post(f"{page}/reject", {"reason": "請先 <i>討論</i>"}).location == page
    assert "請先 &lt;i&gt;討論&lt;/i&gt;" in second.get(page).text
    assert "放回草稿" in second.last.text
    assert "請先 &lt;i&gt;討論&lt;/i&gt;" in second.get(f"/studio/{KEY}").text
    assert "請先" not in browser(HANDLER).get(f"/studio/{KEY}").text
    assert browser(HANDLER).get(page).status_code == 403

    assert "您送出的修改被退回，沒有部署：" in owner.get("/notifications").text
    notice = found(r'<li class="is-unread".*?action="(/notifications/[^"]+)"', owner.last.text)
    assert owner.post(notice).location == page
    assert "is-unread" not in owner.get("/notifications").text
    assert "Turned down" in browser(OWNER, "en").get(page).text
    assert owner.post(f"{page}/draft").location == f"/studio/{KEY}/draft"
    assert next(file.content.decode() for file in engine.repository.draft(KEY).files if file.name == FILE) == changed
    assert "Make it a draft again" not in owner.get(page).text
    assert second.post(f"{page}/draft").status_code == 409, "the draft there is now is not lost"


def test_a_shipped_process_that_an_owner_changed_is_not_replaced_at_the_next_start(engine, actor):
    def drawn(task: str) -> list[SourceFile]:
        steps = chain(user_task("t", task, 'camunda:candidateGroups="it_owner@"'), ids=("t",))
        return [SourceFile("visit_plan.bpmn", process("visit_plan", steps).encode())]

    folders = process_folders()
    assert untouched(engine, folders) == folders
    engine.repository.deploy(drawn("原來的"), actor=SYSTEM)
    assert untouched(engine, folders) == folders
    engine.repository.deploy(drawn("改過的"), actor=actor(OWNER))
    assert {folder.name for folder in folders} - {folder.name for folder in untouched(engine, folders)} == {
        "visit_plan"
    }


def test_a_new_process_begins_as_a_draft(browser, engine):
    owner = browser(OWNER)
    assert owner.post("/studio", {"key": "Not A Key", "name": ""}).status_code == 422
    answer = owner.post("/studio", {"key": "leave_request", "name": "請假 <單>"})
    assert answer.location == "/studio/leave_request/edit/leave_request.bpmn"
    assert owner.get(answer.location).status_code == 200
    assert engine.repository.draft("leave_request").files[0].name == "leave_request.bpmn"
    assert owner.post("/studio", {"key": "leave_request", "name": "又一個"}).status_code == 422
    engine.repository.discard_draft("leave_request", SYSTEM)


def test_layout_and_order_of_keys_are_no_difference():
    same = [SourceFile("a.form", b'{"b": 1, "a": 2}'), SourceFile("c.bpmn", b"<a>  <b/>\n</a>")]
    other = [SourceFile("a.form", b'{ "a": 2,\n "b": 1 }'), SourceFile("c.bpmn", b"<a><b/></a>")]
    assert changed_files(same, other) == []
    changes = changed_files([*same, SourceFile("gone.dmn", b"<x/>")], [*other[:1], SourceFile("c.bpmn", b"<a/>")])
    assert [(change.name, change.change) for change in changes] == [("c.bpmn", "changed"), ("gone.dmn", "removed")]


def test_lines_say_what_went_and_what_came():
    lines = line_differences("\n".join("abcdefgh"), "\n".join("abcdXfgh"))
    assert [(line.kind, line.text) for line in lines if line.kind in ("added", "removed")] == [
        ("removed", "e"),
        ("added", "X"),
    ]
    assert lines[0].kind == "gap"


def test_a_sign_that_separates_lines_elsewhere_does_not_split_what_is_written():
    (line,) = line_differences("", "一\u2028二\u0085三\r\n")
    assert line.text == "一\u2028二\u0085三"
