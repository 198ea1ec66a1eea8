"""People at browsers: they start cases, complete tasks, and send a form again when no answer came."""

from __future__ import annotations

import http.client
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from tests.engine.services.diagrams import chain, process, user_task
from tests.nodes.balancer import SITE
from webapp.auth.login import COOKIE

PROCESS = "errand"
FORM = {"form_action": "submit", "f.opinion": "同意"}
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
_AGAIN_SECONDS = 0.3
_GIVES_UP_SECONDS = 60.0


def diagram(person: str) -> str:
    """A task, a pause of a second, another task: pages and workers both have to do with it."""
    mine = f'camunda:assignee="{person}"'
    pause = (
        '<bpmn:intermediateCatchEvent id="pause"><bpmn:timerEventDefinition><bpmn:timeDuration '
        'xsi:type="bpmn:tFormalExpression">PT1S</bpmn:timeDuration></bpmn:timerEventDefinition>'
        "</bpmn:intermediateCatchEvent>"
    )
    nodes = (user_task("do", "辦理", mine), pause, user_task("see", "確認", mine))
    return process(
        PROCESS, chain(*nodes, ids=("do", "pause", "see")), attributes=f'camunda:candidateStarterUsers="{person}"'
    )


@dataclass
class Seen:
    """What all people together were told."""

    acked: list[str] = field(default_factory=list)
    started: int = 0
    again: Counter[str] = field(default_factory=Counter)
    """In which phase a form had to be sent again, how often."""
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Why, by phase."""
    errors: list[str] = field(default_factory=list)
    waits: dict[str, list[float]] = field(default_factory=dict)
    """Seconds until a form was answered, by phase."""


@dataclass
class Browser:
    """One person's browser, by way of the balancer."""

    port: int
    session: str
    seen: Seen
    phase: Callable[[], str]
    cookie: str = ""
    csrf: str = ""

    def open(self) -> Browser:
        """Get what forms need."""
        self.cookie = f"__Host-{COOKIE}={self.session}"
        _, headers, body = self._until_answered("GET", "/help", None)
        self.cookie += "; " + headers.get("Set-Cookie", "").partition(";")[0]
        found = _CSRF.search(body)
        assert found, f"no form on the page: {body[:300]}"
        self.csrf = found.group(1)
        return self

    def post(self, path: str) -> tuple[int, str]:
        """Send a form until there is an answer, each time the same: status and where it leads."""
        fields = urlencode({**FORM, "csrf_token": self.csrf, "token": str(uuid4())})
        status, headers, _ = self._until_answered("POST", path, fields)
        return status, headers.get("Location", "")

    def _until_answered(self, method: str, path: str, body: str | None) -> tuple[int, Any, str]:
        began, phase = time.monotonic(), self.phase()
        while True:
            try:
                status, headers, text = self._ask(method, path, body)
            except (OSError, http.client.HTTPException) as error:
                status, headers, text = 502, {}, type(error).__name__
            if status < 500:
                self.seen.waits.setdefault(phase, []).append(time.monotonic() - began)
                return status, headers, text
            if time.monotonic() - began > _GIVES_UP_SECONDS:
                self.seen.errors.append(
                    f"{method} {path.split('/')[1]} in '{phase}': {status} for a minute: {text[:80]}"
                )
                return status, headers, text
            self.seen.again[phase] += 1
            self.seen.reasons[phase, f"{status} {text.strip()[:60] if status == 502 else ''}".strip()] += 1
            time.sleep(_AGAIN_SECONDS)

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, Any, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": self.cookie, "Referer": f"https://{SITE}/"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()


class Crowd:
    """People who work until they are told to stop.

    Args:
        open_tasks: gives tasks that are open now.
    """

    def __init__(self, browsers: list[Browser], open_tasks: Callable[[], list[str]], seen: Seen) -> None:
        self._open_tasks, self._seen = open_tasks, seen
        self._lock, self._taken = threading.Lock(), set[str]()
        self._no_more_cases, self._enough = threading.Event(), threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(browser,)) for browser in browsers]
        for thread in self._threads:
            thread.start()

    def finish(self, done: Callable[[], bool], seconds: float) -> bool:
        """No new cases; wait until all are done. False when they are not after `seconds`."""
        self._no_more_cases.set()
        deadline = time.monotonic() + seconds
        while not done() and time.monotonic() < deadline:
            time.sleep(0.2)
        self._enough.set()
        for thread in self._threads:
            thread.join()
        return done()

    def _work(self, browser: Browser) -> None:
        try:
            while not self._enough.is_set():
                if (task := self._next()) is not None:
                    self._complete(browser, task)
                elif not self._no_more_cases.is_set():
                    self._start(browser)
                else:
                    time.sleep(0.1)
        except Exception as error:
            self._seen.errors.append(f"a person gave up: {type(error).__name__}: {error}")

    def _start(self, browser: Browser) -> None:
        status, _ = browser.post(f"/start/{PROCESS}")
        if status == 303:
            self._seen.started += 1
        elif status < 500:
            self._seen.errors.append(f"starting was answered with {status}")

    def _complete(self, browser: Browser, task: str) -> None:
        status, where = browser.post(f"/tasks/{task}")
        if status == 303 and "/sign-in" not in where:
            self._seen.acked.append(task)
        elif status < 500:
            self._seen.errors.append(f"completing was answered with {status} {where}")

    def _next(self) -> str | None:
        with self._lock:
            waiting = [task for task in self._open_tasks() if task not in self._taken]
            if not waiting:
                return None
            task = random.choice(waiting)
            self._taken.add(task)
            return task
