"""The web application on the real engine and a real database, with the demo organisation and a small process."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine import SYSTEM, Executor, NoJobs, ProcessEngine, SetClock, SourceFile, Store
from engine.calendar.working_days import TAIPEI
from engine.sandbox import MontySandbox
from webapp import Settings, create_app
from webapp.auth.login import COOKIE
from webapp.demo.organisation import load_organisation

DATA = Path(__file__).parent / "data"
MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=TAIPEI)
PASSWORD = "shared-demo-password-115"
STARTER, HANDLER, CHIEF, STRANGER = "health.handler", "aia.labor.handler", "aia.labor.chief", "works.handler"


@pytest.fixture(scope="session")
def sandbox():
    sandbox = MontySandbox()
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="module")
def clock() -> SetClock:
    return SetClock(MORNING)


@pytest.fixture(scope="module")
def engine(database_url, sandbox, clock):
    """An engine over this module's own database: demo organisation, process `errand` deployed."""
    store = Store(database_url)
    engine = ProcessEngine(store, Executor(sandbox), history_key=b"k" * 32, clock=clock, queue=NoJobs())
    load_organisation(engine, password=PASSWORD)
    engine.repository.deploy(errand_files(), actor=SYSTEM, approver="tests")
    yield engine
    engine.close()


def errand_files() -> list[SourceFile]:
    folder = DATA / "errand"
    forms = [SourceFile(f"errand/{path.name}", path.read_bytes()) for path in sorted(folder.glob("*.form"))]
    return [SourceFile("errand.bpmn", (folder / "errand.bpmn").read_bytes()), *forms]


@pytest.fixture(scope="module")
def app(engine, tmp_path_factory) -> Flask:
    """The application as it is served, with a folder of its own for what it keeps in files."""
    home = tmp_path_factory.mktemp("home")
    app = create_app(Settings(mode="test", secret_key="s" * 40, home=home), engine)
    app.testing = True
    return app


@dataclass
class Browser:
    """What one person sees and sends: carries their cookies, finds the hidden fields a form needs."""

    client: FlaskClient
    person: str | None
    lang: str = "zh"
    last: Any = field(default=None)

    @property
    def headers(self) -> dict[str, str]:
        return {"Accept-Language": "en" if self.lang == "en" else "zh-TW"}

    def get(self, path: str, **headers: str) -> Any:
        """Ask for a page."""
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        self.last = self.client.get(path, headers={**self.headers, **extra}, buffered=True)
        return self.last

    def post(self, path: str, data: Any = None, *, csrf: bool = True, **headers: str) -> Any:
        """Send a form, with the CSRF token of a page of this person."""
        body = dict(data or {})
        if csrf:
            body.setdefault("csrf_token", self.csrf())
        extra = {name.replace("_", "-"): value for name, value in headers.items()}
        self.last = self.client.post(path, data=body, headers={**self.headers, **extra})
        return self.last

    def csrf(self) -> str:
        """A token that belongs to this person's cookies."""
        page = self.client.get("/help", headers=self.headers).text
        return found(r'name="csrf_token" value="([^"]+)"', page)

    def flashes(self) -> str:
        """What the next page says on top."""
        page = self.get("/help").text
        return " ".join(
            re.sub(r"<[^>]+>", " ", part) for part in re.findall(r'<div class="flash .*?</div>', page, re.S)
        )


def found(pattern: str, text: str) -> str:
    """The first group of `pattern` in `text`."""
    match = re.search(pattern, text, re.S)
    assert match, f"{pattern} is not in {text[:2000]}"
    return match.group(1)


@pytest.fixture(scope="module")
def token_of(engine, clock):
    """A function that signs a person in, once a moment of the clock: hashing a password is slow on purpose."""
    tokens: dict[tuple[str, datetime], str] = {}

    def sign_in(person: str) -> str:
        key = (person, clock.now())
        if key not in tokens:
            tokens[key] = engine.accounts.sign_in(person, PASSWORD, ip="127.0.0.1", user_agent="tests").token
        return tokens[key]

    return sign_in


@pytest.fixture
def browser(app, token_of):
    """A function that opens a browser in which a person has signed in (None: nobody has)."""

    def open_browser(person: str | None, lang: str = "zh") -> Browser:
        client = app.test_client()
        if person:
            client.set_cookie(COOKIE, token_of(person))
        return Browser(client, person, lang)

    return open_browser


@pytest.fixture
def actor(engine):
    """A function that gives the actor of a person."""
    return engine.directory.actor_for


@pytest.fixture
def errand(engine, actor):
    """A function that starts an errand and returns (case, its open task)."""

    def start(title: str = "送件至市府", pieces: int = 3, by: str = STARTER) -> tuple[Any, UUID]:
        case = engine.runtime.start("errand", actor=actor(by), variables={"title": title, "pieces": pieces})
        return case, UUID(str(case.open_tasks[0]["id"]))

    return start


@pytest.fixture
def claimed(engine, actor, errand):
    """A function that starts an errand and lets the handler claim its task."""

    def start(title: str = "送件至市府", **more: Any) -> tuple[Any, UUID]:
        case, task_id = errand(title, **more)
        engine.tasks.claim(task_id, actor(HANDLER))
        return case, task_id

    return start
