"""One petition in the browser: signing in, claiming, filling, deciding; without script, and by keyboard."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.site import PASSWORD, REGISTRAR

pytestmark = pytest.mark.xdist_group("browser-flows")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_task_is_claimed_filled_and_decided(site, open_page, script):
    case = site.petition()
    task = site.open_task(case)
    page = open_page(None, f"/tasks/{task}", java_script_enabled=script)
    page.locator("#username").fill(REGISTRAR)
    page.locator("#password").fill(PASSWORD)
    page.locator("form:has(#password) button").first.click()
    expect(page).to_have_url(f"{site.url}/tasks/{task}")
    page.get_by_role("button", name="簽收", exact=True).first.click()
    page.locator('input[value="new"]').first.check()
    page.locator('form:has(input[value="new"]) button.btn-primary').first.click()
    expect(page.locator(".flash-success").first).to_be_visible()
    found = site.engine.runtime.instance(case.id, site.actor(REGISTRAR))
    assert str(task) not in {str(open_task["id"]) for open_task in found.open_tasks}
    assert found.open_tasks


def test_a_task_is_opened_claimed_and_decided_by_keyboard_alone(site, open_page):
    case = site.petition("以鍵盤辦理的陳情")
    task = site.open_task(case)
    page = open_page(REGISTRAR, f"/inbox/pending?q={case.business_key}")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tasks/{task}*")
    claim = page.locator("button[data-key]", has_text="簽收").first
    page.keyboard.press(claim.get_attribute("data-key"))
    expect(page.locator('input[value="new"]').first).to_be_visible()
    assert site.engine.tasks.get(task, site.actor(REGISTRAR)).assignee == REGISTRAR
    page.wait_for_selector("[data-task-form][data-started]")
    page.keyboard.press("d")
    expect(page.locator(".task-form .decision input").first).to_be_focused()
    decision = page.locator('.decision input[value="new"]')
    page.keyboard.press("Space")
    for _ in range(page.locator(".decision input").count()):
        if decision.is_checked():
            break
        page.keyboard.press("ArrowDown")
    expect(decision).to_be_checked()
    submit = page.locator('.task-form button[value="submit"]')
    for _ in range(60):
        if submit.evaluate("(button) => button === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(submit).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".flash-success").first).to_be_visible()
    assert not site.engine.tasks.get(task, site.actor(REGISTRAR)).is_open
