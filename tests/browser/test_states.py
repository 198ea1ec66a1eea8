"""Pages in the states that a plain address does not show: refused input, conflicts, nothing there, very much there.

axe-core finds nothing and nothing scrolls sideways, wide in Chinese and at 390 pixels in English in the dark.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import NARROW, WIDE
from tests.browser.site import ADMINISTRATOR, PASSWORD, REGISTRAR

LOOKS = (("zh", WIDE, "light"), ("en", NARROW, "dark"))
COLLEAGUE, NEWCOMER = "aia.documents.registrar", "fire.acct"
CHIEF, HEAD = "aia.inspection.chief", "aia.head"
MANY = 200
LONG = "人行道地磚破損鬆動，行人易跌倒，請儘速派員修復並說明期程。" * 3


@pytest.fixture(scope="module")
def many(site):
    """More cases than fit on any page, and more notices than the bell counts."""
    for number in range(MANY):
        site.petition(f"第{number + 1}件：{LONG}"[:100])
    site.machines()


@pytest.fixture
def claimed(site):
    """A task that the registrar has claimed."""
    task = site.open_task(site.petition(LONG[:100]))
    site.engine.tasks.claim(task, site.actor(REGISTRAR))
    return task


@pytest.fixture(params=LOOKS, ids=["wide", "390"])
def see(request, open_page, watch) -> Callable[..., Page]:
    """A function that opens an address as somebody; `looked_at` afterwards judges the page as it stands."""
    watch.expect_status(403, 404, 409, 413, 422)
    lang, size, colours = request.param

    def see(person: str | None, path: str) -> Page:
        return open_page(person, path, lang=lang, size=size, color_scheme=colours)

    return see


def looked_at(page: Page) -> None:
    assert axe.findings(page) == [], page.url
    assert axe.sideways_scroll(page) <= 0, page.url


def send(page: Page, form: str) -> None:
    """Send a form as it stands, past what the browser itself would ask for."""
    page.locator(form).evaluate("(form) => { form.noValidate = true; }")
    page.locator(f"{form} button:not([tabindex='-1'])").last.click()
    expect(page.locator("#error-summary, .field-error, .flash-error").first).to_be_visible()


REFUSED = {
    "sign-in": (None, "/sign-in", 'form[action="/sign-in"]:has(#username)'),
    "password": (REGISTRAR, "/account/password", 'main form[action="/account/password"]'),
    "new person": (ADMINISTRATOR, "/admin/people/new", "main form[method=post]"),
}


@pytest.mark.parametrize("state", REFUSED)
def test_refused_input(see, state):
    person, path, form = REFUSED[state]
    page = see(person, path)
    send(page, form)
    looked_at(page)


@pytest.mark.parametrize("process", ["petition", "temp_staff_hiring", "visit_outbound"])
def test_a_start_form_with_everything_missing(see, process):
    page = see("health.handler" if process != "petition" else REGISTRAR, f"/start/{process}")
    page.locator('#task-form .form-end button[value="submit"]').click()
    expect(page.locator("#error-summary")).to_be_focused()
    looked_at(page)


def test_a_task_form_with_everything_missing_and_its_long_subject(see, claimed):
    page = see(REGISTRAR, f"/tasks/{claimed}")
    page.locator('#task-form .form-end button[value="submit"]').click()
    expect(page.locator("#error-summary")).to_be_focused()
    looked_at(page)


def test_reassigning_to_nobody(see, claimed):
    page = see(CHIEF, f"/tasks/{claimed}/reassign")
    send(page, f'form[action^="/tasks/{claimed}/reassign"]')
    looked_at(page)


def test_somebody_was_faster_and_what_was_typed_is_shown(site, see):
    task = site.open_task(site.petition())
    page = see(COLLEAGUE, f"/tasks/{task}")
    site.engine.tasks.claim(task, site.actor(REGISTRAR))
    page.locator(f'form[action="/tasks/{task}/claim"] button').click()
    expect(page.locator(".error-page")).to_be_visible()
    looked_at(page)


def test_a_task_in_other_hands(site, see, claimed):
    page = see(REGISTRAR, f"/tasks/{claimed}")
    page.locator('[name="f.opinion"]').fill(LONG)
    site.engine.tasks.assign(claimed, COLLEAGUE, site.actor(CHIEF), "請協助。")
    page.locator('#task-form .form-end button[value="submit"]').click()
    expect(page.locator(".typed-text")).to_be_visible()
    looked_at(page)


def test_files_that_are_too_much_are_told_at_their_box(site, see):
    case = site.petition()
    page = see(REGISTRAR, f"/cases/{case.id}?view=attachments")
    most = site.settings.max_upload_mb << 20
    page.get_by_label(re.compile("附上檔案|Attach files")).set_input_files(
        {"name": "現場.txt", "mimeType": "text/plain", "buffer": b"x" * (most + 1)}
    )
    expect(page.locator(".field-error")).to_contain_text(f"{site.settings.max_upload_mb} MB")
    looked_at(page)


@pytest.mark.parametrize("path", ["/nowhere", "/operate"], ids=["404", "403"])
def test_pages_that_are_not_there_or_not_for_everybody(see, path):
    page = see(REGISTRAR, path)
    expect(page.locator(".error-page")).to_be_visible()
    looked_at(page)


@pytest.mark.parametrize("path", ["/inbox/pending", "/inbox/done", "/cases/mine", "/notifications"])
def test_nothing_there_yet(see, path):
    page = see(NEWCOMER, path)
    expect(page.locator(".empty").first).to_be_visible()
    looked_at(page)


@pytest.mark.parametrize("path", ["/inbox/pending", "/cases", "/cases/mine", "/notifications", "/unit-work"])
def test_very_much_there(see, many, path):
    page = see(HEAD if path == "/unit-work" else REGISTRAR, path)
    expect(page.locator("main li, main tbody tr").nth(15)).to_be_attached()
    looked_at(page)


def test_the_menus_opened(see):
    page = see(ADMINISTRATOR, "/help")
    if page.viewport_size["width"] < 500:
        page.locator(".menu-open").click()
    page.locator("details.bar-person summary").click()
    looked_at(page)


def test_the_way_back_into_a_form_after_signing_in_again(see):
    page = see(REGISTRAR, "/start/petition")
    page.locator('[name="f.subject"]').fill(LONG[:100])
    page.context.clear_cookies(name="siwei-session")
    page.locator('#task-form .form-end button[value="submit"]').click()
    expect(page.locator("#username")).to_be_visible()
    looked_at(page)
    page.locator("#username").fill(REGISTRAR)
    page.locator("#password").fill(PASSWORD)
    page.locator("form:has(#password) button").first.click()
    expect(page.locator('button[value="refresh"]')).to_be_visible()
    looked_at(page)
