"""The real application on a real port: demo organisation, the shipped processes, cases in several states."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from werkzeug.serving import WSGIRequestHandler, make_server

from engine import SYSTEM, Executor, NoJobs, ProcessEngine, SetClock, Store
from engine.connectors import ConnectorRegistry, SimilarCasesConnector
from engine.jobs.calls import Caller
from engine.sandbox import MontySandbox
from webapp import Settings, create_app
from webapp.auth.login import COOKIE
from webapp.demo.organisation import load_organisation
from webapp.jobs_setup import make_jobs
from webapp.process_files import deploy_folders, process_folders

PASSWORD = "shared-demo-password-115"
REGISTRAR, OWNER, SECOND_OWNER, ADMINISTRATOR = (
    "aia.inspection.registrar",
    "aia.it.owner",
    "aia.it.owner2",
    "aia.it.admin",
)


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


@dataclass
class Site:
    """A running site and what tests need to know of it."""

    engine: ProcessEngine
    app: Any
    settings: Settings
    url: str = ""
    tokens: dict[str, str] = field(default_factory=dict)

    def cookie(self, person: str) -> dict[str, str]:
        """The cookie of somebody who has signed in."""
        if person not in self.tokens:
            session = self.engine.accounts.sign_in(person, PASSWORD, ip="127.0.0.1", user_agent="tests")
            self.tokens[person] = session.token
        return {"name": COOKIE, "value": self.tokens[person], "url": self.url}

    def actor(self, person: str) -> Any:
        """The actor of a person."""
        return self.engine.directory.actor_for(person)

    def petition(self, subject: str = "人行道地磚破損請儘速修復", **more: Any) -> Any:
        """A new petition, as the registrar enters it."""
        values = {
            "channel": "市長信箱", "petitioner_name": "陳怡君", "petitioner_kind": "個人", "phone": "0912-345-678",
            "email": "yichun@example.org", "reply_method": "電子郵件", "subject": subject,
            "content": "苓雅區四維三路人行道多處地磚破損鬆動，行人易跌倒，請派員修復。", "category": "行政興革建議",
            "topic_code": "道路養護", "district": "苓雅區", "pdpa_ack": True, **more,
        }  # fmt: skip
        case = self.engine.runtime.start("petition", actor=self.actor(REGISTRAR), variables=values)
        caller = Caller(self.engine, ConnectorRegistry(SimilarCasesConnector(self.engine.store)))
        for waiting, call in caller.open_calls():  # what the worker would do: look for similar cases
            if waiting == case.id:
                caller.call(waiting, call)
        return case

    def machines(self, until: datetime | None = None) -> None:
        """Do what a worker would: timers, calls, messages between cases, notices. A set clock moves to `until`."""
        make_jobs(self.engine, self.settings).run_due(until or self.engine.clock.now(), notices=True)

    def open_task(self, case: Any) -> UUID:
        """The one open task of a case."""
        found = self.engine.runtime.instance(case.id, self.actor(REGISTRAR))
        return UUID(str(found.open_tasks[0]["id"]))


@contextmanager
def running(database_url: str, home: Path, clock: SetClock | None = None) -> Iterator[Site]:
    """A site that answers until the block is left.

    Args:
        clock: a time that the test moves; without one it is the real time.
    """
    sandbox = MontySandbox()
    store = Store(database_url, pool_size=8)
    engine = ProcessEngine(store, Executor(sandbox), history_key=b"k" * 32, clock=clock, queue=NoJobs())
    engine.calendars.load_shipped()
    load_organisation(engine, password=PASSWORD)
    deploy_folders(engine, process_folders(), actor=SYSTEM, force_now=True)
    settings = Settings(mode="test", secret_key="s" * 40, home=home)
    app = create_app(settings, engine)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(engine, app, settings, f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        engine.close()
        sandbox.close()
