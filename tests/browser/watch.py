"""Watches pages: script errors, console errors, violations of the content security policy, failed requests."""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Page, Response

_REPORT = """
addEventListener('securitypolicyviolation', (event) => console.error(
  ['CSP', event.effectiveDirective, event.blockedURI, event.sourceFile, event.lineNumber, event.sample].join(' ')));
"""


class Watch:
    """Collects what went wrong on the pages it follows."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._expected: set[int] = set()

    def follow(self, page: Page) -> None:
        """Watch a page from its first document on."""
        page.context.add_init_script(_REPORT)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))
        page.on("response", self._response)

    def expect_status(self, *statuses: int) -> None:
        """Answers of these statuses are part of the test."""
        self._expected |= set(statuses)

    def check(self) -> None:
        """Fail if anything went wrong since the last time."""
        problems, self.problems = self.problems, []
        assert not problems, "\n".join(problems)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.problems.append(f"{message.location.get('url')}: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self._expected:
            self.problems.append(f"{response.status} {response.request.method} {response.url}")
