"""Two people, or one person twice, at the same task: one effect, and everybody is told who and when."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from engine import SYSTEM
from tests.browser.site import REGISTRAR
from webapp.dates import local

COLLEAGUE = "aia.documents.registrar"


@pytest.fixture
def task(both):
    """A petition's first task, which both registrars may claim."""
    return both.site.open_task(both.site.petition("兩位登記人員同時看到的陳情"))


def claim_button(clerk, task):
    return clerk.page.locator(f'form[action="/tasks/{task}/claim"] button')


def completions(office, task):
    done = office.site.engine.tasks.get(task, SYSTEM)
    entries = office.site.engine.history.timeline(done.instance_id, SYSTEM)
    return [entry for entry in entries if entry.verb == "task.completed" and entry.task_id == str(task)]


def test_who_claims_second_is_told_who_was_first_and_when(both, task, watch):
    watch.expect_status(409)
    first, second = both.clerk(REGISTRAR), both.clerk(COLLEAGUE)
    for clerk in (first, second):
        clerk.page.goto(f"/tasks/{task}?tab=pending")
    claim_button(first, task).click()
    expect(first.page.locator(".flash-success").first).to_be_visible()
    claim_button(second, task).click()
    told = second.page.locator(".error-page")
    expect(told).to_contain_text(both.name(REGISTRAR))
    expect(told).to_contain_text(f"{local(both.site.engine.clock.now()):%H:%M}")
    second.page.locator(".error-links a").last.click()
    expect(claim_button(second, task)).to_have_count(0)
    expect(second.page.locator("#task-form")).to_have_count(0)
    assert both.site.engine.tasks.get(task, SYSTEM).assignee == REGISTRAR


def test_a_double_click_decides_once_and_going_back_shows_what_was_decided(both, task):
    clerk = both.clerk(REGISTRAR)
    clerk.page.goto(f"/tasks/{task}?tab=pending")
    claim_button(clerk, task).click()
    form = clerk.sheet().fill({"decision": "new"}).form
    form.locator('.form-end button[value="submit"]').dblclick()
    clerk.taken("dedupe")
    assert both.site.engine.tasks.get(task, SYSTEM).state == "completed"
    assert len(completions(both, task)) == 1
    clerk.page.go_back()
    expect(clerk.page.locator("#task-heading")).to_be_visible()
    expect(clerk.page.locator("#task-form")).to_have_count(0)
    expect(clerk.page.locator(".task-verbs")).to_contain_text(both.name(REGISTRAR))


def test_a_task_that_was_given_to_somebody_else_meanwhile_is_not_decided(both, task, watch):
    watch.expect_status(403)
    clerk = both.clerk(REGISTRAR)
    clerk.page.goto(f"/tasks/{task}?tab=pending")
    claim_button(clerk, task).click()
    sheet = clerk.sheet().fill({"decision": "new", "opinion": "查無相似案件，逐一比對過。"})
    chief = both.site.actor("aia.inspection.chief")
    both.site.engine.tasks.assign(task, COLLEAGUE, chief, "請協助。")
    sheet.submit()
    told = clerk.page.locator(".error-page")
    expect(told).to_contain_text(both.name(COLLEAGUE))
    expect(told).to_contain_text("查無相似案件，逐一比對過。")  # nothing typed is lost
    assert both.site.engine.tasks.get(task, SYSTEM).is_open
