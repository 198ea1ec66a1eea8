"""An engine whose jobs go through the real queue to real workers; hand-written neighbours outside."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from engine import SYSTEM, Clock, ProcessEngine, SourceFile
from engine.connectors import ConnectorRegistry, MailConnector
from engine.errors import ConnectorError
from engine.jobs import JobService, ProcrastinateQueue, Worker
from tests.engine.conftest import HISTORY_KEY


@dataclass
class Neighbour:
    """A connector that answers, or fails, as it is told; remembers every call."""

    name: str = "http"
    answers: list[Any] = field(default_factory=list)
    calls: list[tuple[dict[str, Any], str]] = field(default_factory=list)

    def call(self, arguments: Mapping[str, Any], *, key: str) -> Mapping[str, Any]:
        self.calls.append((dict(arguments), key))
        answer = self.answers.pop(0) if self.answers else {"ok": True}
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Letterbox:
    """A mail transport that keeps what it is given; broken while `broken`."""

    messages: list[Any] = field(default_factory=list)
    broken: bool = False

    def send(self, message: Any, *, key: str) -> None:
        if self.broken:
            raise ConnectorError("The mail server did not take the message.")
        self.messages.append(message)

    def to(self, address: str) -> list[str]:
        """Subjects of what went to an address."""
        return [message["Subject"] for message in self.messages if message["To"] == address]


@pytest.fixture
def neighbour():
    return Neighbour()


@pytest.fixture
def letterbox():
    return Letterbox()


@pytest.fixture
def live(store, executor, people):
    """The engine as web and worker run it: the database's time, the real queue."""
    return ProcessEngine(store, executor, history_key=HISTORY_KEY, clock=Clock(store), queue=ProcrastinateQueue())


@pytest.fixture
def make_service(neighbour, letterbox, tmp_path):
    """A function that makes the job service of an engine."""

    def make(engine: ProcessEngine) -> JobService:
        mail = MailConnector(letterbox, "siwei@kcg.example", engine.directory.addresses_of)
        return JobService(
            engine, ConnectorRegistry(mail, neighbour), anchors=tmp_path / "anchors", address="https://siwei.example"
        )

    return make


@pytest.fixture
def service(live, make_service):
    return make_service(live)


@pytest.fixture
def work(database_url, live, service, sql):
    """Let workers do everything that can be done now, and what comes of it."""

    def run() -> None:
        ready = (
            "select count(*) from procrastinate_jobs where status = 'todo' and coalesce(scheduled_at, now()) <= now()"
        )
        for _ in range(50):
            worker = Worker(database_url, service.handle, service.sweep, now=live.clock.now, concurrency=2)
            with ThreadPoolExecutor(1) as apart:  # a browser of other tests may have left a loop running in this thread
                apart.submit(lambda: asyncio.run(worker.run_until_idle())).result()  # noqa: B023 - done before the next turn
            if sql(ready) == [(0,)]:  # a worker may be idle while its last job defers the next
                return
        raise AssertionError("jobs breed jobs without an end")

    return run


@pytest.fixture
def sql(owner_url):
    """Run one statement as the owner; its rows."""

    def run(statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as db:
            cursor = db.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    return run


@pytest.fixture
def bring_forward(sql):
    """Make every job that waits for its next attempt ready now."""
    return lambda: sql("update procrastinate_jobs set scheduled_at = now() where status = 'todo' and attempts > 0")


@pytest.fixture
def jobs(sql):
    """(kind, status, attempts) of all jobs that are not done."""

    def read() -> list[tuple[str, str, int]]:
        rows = sql("select task_name, status::text, attempts from procrastinate_jobs order by id")
        return [(name.removeprefix("siwei:"), status, attempts) for name, status, attempts in rows]

    return read


@pytest.fixture(autouse=True)
def no_leftovers(sql):
    """Jobs of the test before are not this test's."""
    sql("truncate procrastinate_jobs cascade")


@pytest.fixture
def deploy_live(live):
    """Deploy a diagram's text; gives its key."""

    def run(bpmn: str) -> str:
        live.repository.deploy([SourceFile("process.bpmn", bpmn.encode())], actor=SYSTEM, force_now=True)
        return bpmn.split('<bpmn:process id="', 1)[1].split('"', 1)[0]

    return run


@pytest.fixture
def begin(live, deploy_live, people):
    """Deploy a diagram and start a case of it."""

    def run(bpmn: str, starter: str = "kuo", **variables: Any) -> Any:
        return live.runtime.start(deploy_live(bpmn), actor=people[starter], variables=variables)

    return run
