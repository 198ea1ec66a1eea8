"""Server time of each page on the demonstration's data, as a ratio to the page that does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

from flask.testing import FlaskClient

from engine import SYSTEM, InboxQuery, InstanceQuery
from tests.bench.site import HISTORY_KEY, PASSWORD, Site
from tests.bench.table import Row, p95, timed
from webapp import Settings, create_app
from webapp.auth.login import COOKIE
from webapp.demo.cases import load_cases
from webapp.process_files import deploy_folders, process_folders

_REQUESTS = 20
_REGISTRAR, _CHIEF, _ADMIN, _OPERATOR, _OWNER = (
    "aia.inspection.registrar", "aia.labor.chief", "aia.it.admin", "aia.it.operator", "aia.it.owner",
)  # fmt: skip


def pages(site: Site) -> Iterator[Row]:
    """p95 of the server's time for each page, without the network."""
    settings = Settings(
        mode="test", secret_key="s" * 40, history_key=HISTORY_KEY, database_url=site.url,
        owner_database_url=site.owner_url, home=site.home,
    )  # fmt: skip
    cases = _load(site, settings)
    app = create_app(settings, site.engine)
    app.testing = True
    clients: dict[str, FlaskClient] = {}

    def client(person: str) -> FlaskClient:
        if person not in clients:
            session = site.engine.accounts.sign_in(person, PASSWORD, ip="127.0.0.1", user_agent="bench")
            clients[person] = app.test_client()
            clients[person].set_cookie(COOKIE, session.token)
        return clients[person]

    pulse = _times(app.test_client(), "/health/live", 100)
    yield Row(f"page /health/live, {cases} demonstration cases", f"p95 {p95(pulse):.2f} ms", "", "1 ×")
    for name, person, path in _paths(site):
        times = _times(client(person), path)
        ratio = f"{p95(times) / median(pulse):.0f} × /health/live"
        yield Row(f"page {name}", f"p95 {p95(times):.1f} ms, median {median(times):.1f} ms", "", ratio)


def _paths(site: Site) -> Iterator[tuple[str, str, str]]:
    """What is asked: name, who asks, where."""
    case, task = _petition(site), _task(site)
    for tab in ("pending", "mine", "overdue", "done"):
        yield f"inbox, {tab}", _REGISTRAR, f"/inbox/{tab}"
    yield "task with its form", task[0], f"/tasks/{task[1]}"
    yield "find cases", _REGISTRAR, "/cases"
    yield "find cases by text", _REGISTRAR, "/cases?text=路燈"
    yield "my cases", _REGISTRAR, "/cases/mine"
    for view in ("diagram", "history", "comments", "attachments"):
        yield f"case, {view}", _REGISTRAR, f"/cases/{case}?view={view}"
    yield "case on paper", _REGISTRAR, f"/cases/{case}/print"
    yield "start", _REGISTRAR, "/start"
    yield "start form of a petition", _REGISTRAR, "/start/petition"
    yield "notifications", _REGISTRAR, "/notifications"
    yield "work of the unit", _CHIEF, "/unit-work"
    yield "incidents", _OPERATOR, "/operate/incidents"
    yield "people", _ADMIN, "/admin/people"
    yield "processes", _OWNER, "/studio"
    yield "process", _OWNER, "/studio/petition"


def _times(client: FlaskClient, path: str, requests: int = _REQUESTS) -> list[float]:
    for _ in range(2):
        answer: Any = client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} was answered with {answer.status_code}")
    return [timed(lambda: client.get(path)) for _ in range(requests)]


def _load(site: Site, settings: Settings) -> int:
    """Deploy the processes and play the whole demonstration; gives how many cases there are then."""
    with site.loading():
        deploy_folders(site.engine, process_folders(), actor=SYSTEM, force_now=True)
        load_cases(settings)
    with site.owner() as db:
        db.execute("vacuum (analyze)")
        row = db.execute("select count(*) from process_instance where variables ? 'synthetic'").fetchone()
    return int(row[0]) if row else 0


def _petition(site: Site) -> str:
    return str(site.engine.runtime.find(InstanceQuery(process_key="petition", limit=1), SYSTEM).rows[0].id)


def _task(site: Site) -> tuple[str, str]:
    """A petition's task that somebody of the demonstration has or may take: the person, the task."""
    for person in (_REGISTRAR, "health.handler", "works.handler", "aia.inspection.handler"):
        actor = site.engine.directory.actor_for(person)
        for tab in ("mine", "pending"):
            for row in site.engine.tasks.inbox(actor, InboxQuery(tab=tab, filters={"process": "petition"})).rows:
                if tab == "pending":
                    site.engine.tasks.claim(row.task.id, actor)
                return person, str(row.task.id)
    raise LookupError("nobody of the demonstration has a petition to work on")
