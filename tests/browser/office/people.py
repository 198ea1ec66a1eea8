"""An office at work: everybody signs in in a browser of their own, finds their task in the inbox, and decides it.

Time stands still until a test moves it; what machines have to do is done when it moves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

from playwright.sync_api import Page, expect

from engine import SYSTEM
from engine.cases.values import ProcessInstance, UserTask
from tests.browser.office.filling import Sheet
from tests.browser.site import PASSWORD, Site
from webapp.jobs_setup import mail_folder

_TABS = {"handle": "mine", "countersign": "countersign", "approval": "approval"}


@dataclass
class Office:
    """People at work on one site.

    Args:
        open_page: opens a page in a new browser context.
        script: whether their browsers run scripts.
    """

    site: Site
    open_page: Callable[..., Page]
    script: bool = True
    clerks: dict[str, Clerk] = field(default_factory=dict)

    def clerk(self, person: str) -> Clerk:
        """A person at their screen. The first of an office signs in with a password, the others have done so."""
        if person not in self.clerks:
            page = (
                self._signing_in(person) if not self.clerks else self.open_page(person, java_script_enabled=self.script)
            )
            self.clerks[person] = Clerk(self, person, page)
        return self.clerks[person]

    def start(self, person: str, process: str, values: Mapping[str, Any]) -> ProcessInstance:
        """A person starts a case by its form."""
        return self.clerk(person).start(process, values)

    def play(self, case: ProcessInstance, *steps: tuple[str, str, Mapping[str, Any]]) -> None:
        """One after the other: who, the task's element (or element/label), the answers."""
        for person, element, values in steps:
            self.clerk(person).decide(case, element, values)

    def case(self, case: ProcessInstance) -> ProcessInstance:
        """The case as it stands now."""
        return self.site.engine.runtime.instance(case.id, SYSTEM)

    def case_of(self, number: str) -> ProcessInstance:
        """The case of a number."""
        return self.site.engine.runtime.by_business_key(number, SYSTEM)

    def open_elements(self, case: ProcessInstance) -> list[str]:
        """The elements whose tasks are open, sorted."""
        return sorted(task.element_id for task in self.site.engine.tasks.of_case(case.id, SYSTEM) if task.is_open)

    def task(self, case: ProcessInstance, element: str) -> UserTask:
        """The one open task of an element, or of `element/label`."""
        name, _, label = element.partition("/")
        tasks = self.site.engine.tasks.of_case(case.id, SYSTEM)
        found = [t for t in tasks if t.is_open and t.element_id == name and label in ("", t.label)]
        assert len(found) == 1, f"{element}: {len(found)} times open; open: {self.open_elements(case)}"
        return found[0]

    def name(self, person: str) -> str:
        """What a person is called."""
        return str(self.site.actor(person).name)

    def mails_to(self, address: str) -> list[str]:
        """The texts of the mails that went to an address."""
        folder = mail_folder(self.site.settings)
        mails = [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.glob("*.eml"))]
        return [mail.get_body().get_content() for mail in mails if address in str(mail["To"])]

    def machines(self, until: datetime | None = None) -> None:
        """Let machines do what is due now; or let time pass, in which everybody's session ends."""
        self.site.machines(until)
        if until is not None:
            self.clerks.clear()
            self.site.tokens.clear()

    def _signing_in(self, person: str) -> Page:
        page = self.open_page(None, "/sign-in", java_script_enabled=self.script)
        page.locator("#username").fill(person)
        page.locator("#password").fill(PASSWORD)
        page.locator("form:has(#password) button").first.click()
        expect(page.locator(".bar-person")).to_be_visible()
        return page


@dataclass
class Clerk:
    """A person and their page."""

    office: Office
    person: str
    page: Page

    def start(self, process: str, values: Mapping[str, Any]) -> ProcessInstance:
        """Fill in the start form; the case page that follows says the number."""
        self.page.goto("/start")
        self.page.locator(f'a[href="/start/{process}"]').first.click()
        self.sheet().fill(values).submit()
        self.taken(process)
        self.office.machines()
        return self.office.site.engine.runtime.instance(self.page.url.rpartition("/")[2], SYSTEM)

    def open(self, case: ProcessInstance, element: str) -> UserTask:
        """Open a task from the inbox; claim it where it is not one's own yet."""
        task = self.office.task(case, element)
        tab = _TABS[task.kind] if task.assignee == self.person else "pending"
        self.page.goto(f"/inbox/{tab}?q={case.business_key}")
        self.page.locator(f'[data-row] a[href*="{task.id}"]').first.click()
        claim = self.page.locator(f'form[action="/tasks/{task.id}/claim"] button')
        if task.assignee != self.person:
            claim.click()
        expect(claim).to_have_count(0)
        return task

    def sheet(self) -> Sheet:
        """The form of the page."""
        return Sheet(self.page, script=self.office.script)

    def taken(self, what: str) -> None:
        """The form was taken; else say what the page complains of."""
        said = self.page.locator(".flash-success, #error-summary, .error-page").first
        expect(said, what).to_be_visible()
        assert "flash-success" in str(said.get_attribute("class")), f"{what}: {said.inner_text()}"

    def decide(self, case: ProcessInstance, element: str, values: Mapping[str, Any]) -> None:
        """Open a task, fill its form in and send it."""
        task = self.open(case, element)
        self.sheet().fill(values).submit()
        self.taken(element)
        done = self.office.site.engine.tasks.get(task.id, SYSTEM)
        assert (done.state, done.closed_by) == ("completed", self.person)
        self.office.machines()
