"""Work that is interrupted: the session ends, the network is gone, a file is not taken. Nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from engine import SYSTEM
from tests.browser.office.people import Clerk
from tests.browser.site import PASSWORD, REGISTRAR

TYPED = "打到一半的查詢說明，不能不見。"
SUBJECT = "人行道地磚破損請儘速修復"


@pytest.fixture
def task(office):
    """A task that the registrar has claimed."""
    task = office.site.open_task(office.site.petition("中斷的陳情"))
    office.site.engine.tasks.claim(task, office.site.actor(REGISTRAR))
    return task


def pause(office, minutes: int) -> None:
    """Time goes by and nobody touches anything."""
    office.machines(office.site.engine.clock.now() + timedelta(minutes=minutes))


def sign_in_again(clerk: Clerk) -> None:
    clerk.page.locator("#username").fill(clerk.person)
    clerk.page.locator("#password").fill(PASSWORD)
    clerk.page.locator("form:has(#password) button").first.click()


def test_a_draft_is_there_after_signing_in_again(both):
    task = both.site.open_task(both.site.petition("草稿還在的陳情"))
    both.site.engine.tasks.claim(task, both.site.actor(REGISTRAR))
    clerk = both.clerk(REGISTRAR)
    clerk.page.goto(f"/tasks/{task}")
    sheet = clerk.sheet().fill({"opinion": TYPED})
    if both.script:
        with clerk.page.expect_response(lambda answer: answer.url.endswith("/draft") and answer.ok):
            pass  # it saves by itself, a moment after the last key
    else:
        sheet.form.locator('button[value="draft"]').click()
    pause(both, 45)
    clerk.page.goto(f"/tasks/{task}")
    expect(clerk.page.locator(".flash-warning")).to_be_visible()
    sign_in_again(clerk)
    expect(clerk.sheet().control("opinion")).to_have_value(TYPED)


def test_a_form_sent_after_the_session_ended_comes_back_whole(both):
    clerk = both.clerk(REGISTRAR)
    clerk.page.goto("/start/petition")
    sheet = clerk.sheet().fill({"channel": "市長信箱", "subject": SUBJECT, "remedies": ["訴願中", "國賠"]})
    pause(both, 45)
    sheet.submit()
    sign_in_again(clerk)
    clerk.page.locator('button[value="refresh"]').click()
    sheet = clerk.sheet()
    expect(sheet.control("subject")).to_have_value(SUBJECT)
    expect(sheet.control("channel")).to_have_value("市長信箱")
    for remedy in ("訴願中", "國賠"):
        expect(sheet.form.locator(f'[name="f.remedies"][value="{remedy}"]')).to_be_checked()
    expect(clerk.page.locator("#error-summary")).to_have_count(0)


def test_a_wrong_password_on_the_way_back_loses_nothing(office, watch):
    watch.expect_status(422)
    clerk = office.clerk(REGISTRAR)
    clerk.page.goto("/start/petition")
    sheet = clerk.sheet().fill({"subject": SUBJECT})
    pause(office, 45)
    sheet.submit()
    clerk.page.locator("#username").fill(REGISTRAR)
    clerk.page.locator("#password").fill("not-the-password")
    clerk.page.locator("form:has(#password) button").first.click()
    expect(clerk.page.locator("#error-summary")).to_be_visible()
    sign_in_again(clerk)
    clerk.page.locator('button[value="refresh"]').click()
    expect(clerk.sheet().control("subject")).to_have_value(SUBJECT)


def test_signing_in_anew_in_another_tab_does_not_cost_the_form_in_the_first(office):
    clerk = office.clerk(REGISTRAR)
    clerk.page.goto("/start/petition")
    sheet = clerk.sheet().fill({"subject": SUBJECT})
    other = Clerk(office, REGISTRAR, clerk.page.context.new_page())
    other.page.goto("/inbox")
    other.page.locator('form[action="/sign-out"] button').evaluate("(button) => button.click()")
    sign_in_again(other)
    expect(other.page.locator(".bar-person")).to_be_visible()
    sheet.submit()
    clerk.page.locator('button[value="refresh"]').click()
    expect(clerk.sheet().control("subject")).to_have_value(SUBJECT)


def test_an_autosave_after_the_session_ended_says_so_and_keeps_the_page(office, task, watch):
    watch.expect_status(401)
    clerk = office.clerk(REGISTRAR)
    clerk.page.goto(f"/tasks/{task}")
    sheet = clerk.sheet()
    pause(office, 45)
    with clerk.page.expect_response(lambda answer: answer.url.endswith("/draft")) as answer:
        sheet.fill({"opinion": TYPED})
    status = clerk.page.locator("[data-draft-status]")
    expect(status).to_have_text(answer.value.json()["error"])
    expect(sheet.control("opinion")).to_have_value(TYPED)
    sheet.submit()
    sign_in_again(clerk)
    clerk.page.locator('button[value="refresh"]').click()
    clerk.sheet().fill({"decision": "new"}).submit()
    clerk.taken("dedupe")
    done = office.site.engine.tasks.get(task, SYSTEM)
    assert office.site.engine.runtime.variables(done.instance_id, SYSTEM)["opinion"] == TYPED


def test_a_network_that_is_gone_is_told_and_the_draft_follows_when_it_is_back(office, task):
    clerk = office.clerk(REGISTRAR)
    clerk.page.goto(f"/tasks/{task}")
    sheet = clerk.sheet()
    clerk.page.context.set_offline(True)
    sheet.fill({"opinion": TYPED})
    status = clerk.page.locator("[data-draft-status]")
    expect(status).to_have_text(sheet.form.get_attribute("data-text-failed"))
    clerk.page.context.set_offline(False)
    with clerk.page.expect_response(lambda answer: answer.url.endswith("/draft") and answer.ok):
        sheet.control("opinion").press_sequentially("還有一句。")
    kept = office.site.engine.tasks.draft(task, office.site.actor(REGISTRAR))
    assert TYPED + "還有一句。" in str(kept)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("照片.exe", b"MZ\x90\x00" + b"\0" * 64),
        ("照片.pdf", b"not a pdf at all"),
        ("大.txt", b"a" * (11 * 1024 * 1024)),
    ],
    ids=["ending", "content", "size"],
)
def test_a_file_that_is_not_taken_is_named_at_its_field(office, tmp_path, watch, name, content):
    watch.expect_status(422)
    path = tmp_path / name
    path.write_bytes(content)
    clerk = office.clerk(REGISTRAR)
    clerk.page.goto("/start/petition")
    sheet = clerk.sheet().fill({"subject": SUBJECT, "attachments": path})
    sheet.submit()
    chooser = sheet.control("attachments.file")
    expect(chooser).to_have_attribute("aria-invalid", "true")
    expect(chooser.locator("xpath=ancestor::fieldset[1]").locator(".field-error")).to_contain_text(name)
    expect(clerk.sheet().control("subject")).to_have_value(SUBJECT)


def test_files_that_are_too_much_for_a_request_are_told_before_anything_is_lost(office, tmp_path):
    path = tmp_path / "錄影.pdf"
    with path.open("wb") as file:
        file.truncate((office.site.settings.max_upload_mb + 1) * 1024 * 1024)
    clerk = office.clerk(REGISTRAR)
    clerk.page.goto("/start/petition")
    sheet = clerk.sheet().fill({"subject": SUBJECT, "attachments": path})
    chooser = sheet.control("attachments.file")
    expect(chooser.locator("xpath=ancestor::fieldset[1]").locator(".field-error")).to_be_visible()
    expect(chooser).to_have_value("")
    expect(sheet.control("subject")).to_have_value(SUBJECT)
