"""Fills a task form as a person does: control by control, with a script or without.

Controls are found by the names of the form's fields, never by wording. Where a field appears only with the answer of
another, the form is asked to follow: by itself with a script, by its own button without.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

_MARK = "document.getElementById('task-form-fields').dataset.before = '1'"
_SWAPPED = "#task-form-fields:not([data-before])"


class Sheet:
    """The form of a page."""

    def __init__(self, page: Page, *, script: bool = True) -> None:
        self.page, self.script = page, script
        self.form = page.locator("#task-form")
        if script:
            page.wait_for_selector("#task-form[data-started]")

    def fill(self, values: Mapping[str, Any]) -> Sheet:
        """Answer these fields, in their order, with values as case files write them: units by id, people by name."""
        for key, value in values.items():
            self._put(f"f.{key}", value)
        return self

    def submit(self) -> None:
        """Press the button that sends the form."""
        self.form.locator('.form-end button[value="submit"]').click()

    def control(self, key: str) -> Locator:
        """The first control of a field."""
        return self.form.locator(f'[name="f.{key}"]').first

    # -- one field ------------------------------------------------------------------------

    def _put(self, name: str, value: Any) -> None:
        match value:
            case [dict(), *_]:
                return self._rows(name, value)
            case list():
                for one in value:
                    self._add(name, one)
                return None
            case Path():
                return self._reach(f"{name}.file").set_input_files(value)
        if self.form.locator(f'[name="{name}.date"]').count():
            day, _, time = str(value).partition("T")
            self._type(self._reach(f"{name}.date"), day)
            return self._type(self._reach(f"{name}.time"), time[:5])
        control = self._reach(name)
        kind = control.evaluate("(control) => control.type")
        if kind == "radio" or (kind == "checkbox" and not isinstance(value, bool)):
            return self._tick(self.form.locator(f'[name="{name}"][value="{value}"]'), True)
        if kind == "checkbox":
            return self._tick(control, value)
        if kind.startswith("select"):
            return self._select(control, str(value))
        return self._type(control, str(value))

    def _reach(self, name: str) -> Locator:
        """The control of this name; without a script the form is asked to follow the answers so far."""
        found = self.form.locator(f'[name="{name}"]:not([type=hidden])').last
        if not self.script and not found.count():
            self.form.locator("[data-form-refresh]").click()
        expect(found, name).to_be_attached()
        return found

    def _tick(self, control: Locator, wanted: bool) -> None:
        if control.is_checked() != wanted:
            self._follow(control, lambda: control.set_checked(wanted))

    def _select(self, control: Locator, value: str) -> None:
        if control.input_value() != value:
            self._follow(control, lambda: control.select_option(value=value))

    def _type(self, control: Locator, text: str) -> None:
        if control.input_value() == text:
            return

        def typed() -> None:
            control.fill(text)
            control.evaluate("(control) => control.blur()")

        self._follow(control, typed)

    def _add(self, name: str, value: str) -> None:
        """One more of several: a box is ticked, a name is typed and looked up."""
        control = self._reach(name)
        if control.evaluate("(control) => control.type") == "text":
            control.fill(value)
            group = control.locator("xpath=ancestor::fieldset[1]")
            self._swap(group.locator('button[value="refresh"]').click)
        else:
            self._put(name, value)

    def _rows(self, name: str, rows: list[Mapping[str, Any]]) -> None:
        for number, row in enumerate(rows):
            if not self.form.locator(f'[name="{name}.{number}.#"]').count():
                add = self.form.locator(f'button[value="add:{name.removeprefix("f.")}"]')
                self._swap(add.click)
            for key, value in row.items():
                self._put(f"{name}.{number}.{key}", value)

    # -- what follows an answer -----------------------------------------------------------

    def _follow(self, control: Locator, act: Any) -> None:
        """Do it, and wait until the fields that depend on it have come."""
        if self.script and control.evaluate("(control) => Boolean(control.closest('[data-refreshes]'))"):
            self._swap(act)
        else:
            act()

    def _swap(self, act: Any) -> None:
        if not self.script:
            act()
            return
        self.page.evaluate(_MARK)
        act()
        self.page.wait_for_selector(_SWAPPED, state="attached")
