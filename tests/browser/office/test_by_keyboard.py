"""A task from the inbox to the next one without a mouse, by the keys of the help sheet: every one of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from engine import SYSTEM
from tests.browser.site import ADMINISTRATOR, REGISTRAR

SUBJECT = "只用鍵盤辦理的陳情"


class Keys:
    """A page and the keys pressed on it, as the help sheet writes them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed: set[str] = set()

    def press(self, keys: str) -> None:
        self.pressed.add(keys)
        for key in keys.split():
            self.page.keyboard.press("Escape" if key == "Esc" else key)

    def until(self, keys: str, there: Callable[[], bool], most: int = 80) -> None:
        """Press on until one is there, as far as a person would go."""
        for _ in range(most):
            if there():
                return
            self.page.keyboard.press(keys)
        raise AssertionError(f"{keys} does not lead there")


def focused(page: Page, selector: str) -> bool:
    return bool(page.evaluate("(selector) => document.activeElement?.matches(selector)", selector))


@pytest.fixture
def two(office):
    """Two petitions, one after the other in the inbox."""
    return [office.site.open_task(office.site.petition(SUBJECT)) for _ in range(2)]


@pytest.fixture
def listed(office) -> set[str]:
    """The keys of the help sheet."""
    page = office.clerk(REGISTRAR).page
    page.goto("/help")
    rows = page.locator("table.keys tbody tr")
    return {" ".join(rows.nth(n).locator("kbd").all_inner_texts()) for n in range(rows.count())}


def test_a_whole_task_and_every_key_of_the_help_sheet(office, two, listed):
    page = office.clerk(REGISTRAR).page
    keys = Keys(page)
    in_the_list(page, keys)
    task = on_the_task(office, page, keys, two)
    assert office.site.engine.tasks.get(task, SYSTEM).state == "completed"
    everywhere(office, page, keys)
    assert keys.pressed == listed


def in_the_list(page: Page, keys: Keys) -> None:
    keys.press("g i")
    page.wait_for_url("**/inbox**")
    here = page.locator("[data-inbox-tabs] a[aria-current]")
    first = here.get_attribute("href")
    keys.press("]")
    expect(here).not_to_have_attribute("href", first)
    keys.press("[")
    expect(here).to_have_attribute("href", first)
    keys.press("/")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.type(SUBJECT)
    page.keyboard.press("Enter")
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(2)
    for key, number in (("j", 0), ("j", 1), ("k", 0)):
        keys.press(key)
        expect(rows.nth(number).locator("[data-row-link]")).to_be_focused()
    box = rows.first.locator("input[type=checkbox]")
    keys.press("x")
    expect(box).to_be_checked()
    keys.press("x")
    expect(box).not_to_be_checked()
    address = page.url
    for key in ("o", "Enter"):
        page.goto(address)
        page.keyboard.press("j")
        keys.press(key)
        page.wait_for_url("**/tasks/*")


def on_the_task(office, page: Page, keys: Keys, two):
    task = next(task for task in two if str(task) in page.url)
    claimed = page.locator('form[action$="/release"]')
    keys.press("c")
    expect(claimed).to_be_visible()
    keys.press("r")
    expect(claimed).to_have_count(0)
    keys.press("c")
    expect(claimed).to_be_visible()
    tabs = page.locator("#case-pane .tabs a[data-key]").evaluate_all("(tabs) => tabs.map((tab) => tab.dataset.key)")
    for key in tabs:
        keys.press(key)
        expect(page.locator(f'#case-pane .tabs a[data-key="{key}"]')).to_have_attribute("aria-current", "page")
    page.wait_for_selector("#task-form[data-started]")
    keys.press("d")
    keys.press("s")
    expect(page.locator(".flash-success")).to_be_visible()
    keys.press("u")
    page.wait_for_url("**/inbox/**")
    page.goto(f"/tasks/{task}?tab=pending&q={SUBJECT}")
    page.wait_for_selector("#task-form[data-started]")
    page.keyboard.press("d")
    expect(page.locator(".decision input").first).to_be_focused()
    page.keyboard.press("Space")
    wanted = page.locator('.decision input[value="new"]')
    keys.until("ArrowDown", wanted.is_checked, page.locator(".decision input").count())
    keys.until("Tab", lambda: focused(page, '#task-form .form-end button[value="submit"]'))
    page.keyboard.press("Enter")
    expect(page.locator(".flash-success")).to_be_visible()
    keys.press("n")
    page.wait_for_url("**/tasks/*")
    assert str(task) not in page.url
    return task


def everywhere(office, page: Page, keys: Keys) -> None:
    for person in (REGISTRAR, ADMINISTRATOR):
        page = office.clerk(person).page
        keys.page = page
        page.goto("/help")
        go = page.locator("[data-go]").evaluate_all("(all) => all.map((a) => [a.dataset.go, a.getAttribute('href')])")
        for key, target in go:
            page.goto("/help")
            keys.press(f"g {key}")
            page.wait_for_url(f"**{target}**")
    page.goto("/inbox")
    menu = page.locator("details.bar-person")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    keys.press("Esc")
    expect(menu).not_to_have_attribute("open", "")
    keys.press("?")
    page.wait_for_url("**/help")
