"""The town of F20: a real application in this process, and of everything that can be written to, one that is there."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask

from engine import SYSTEM, Executor, NoJobs, ProcessEngine, SetClock, SourceFile, Store
from engine.calendar.working_days import TAIPEI
from engine.model import Actor
from engine.sandbox import MontySandbox
from tests.engine.services.diagrams import process, user_task
from webapp import Settings, create_app
from webapp.auth.login import COOKIE

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=TAIPEI)
FIRST_DAY = date(2010, 12, 25)
PASSWORD = "shared-demo-password-115"
CLERK, BOSS, OTHER, STARTER = "tsai", "boss", "lin", "chen"
UNIT = "aia.labor"
KEY, FEES, SIMPLE, MENDED = "petty", "fees", "moved", "mended"
_DATA = Path(__file__).resolve().parents[1] / "web"
_FOR = f'camunda:candidateGroups="labor_handler@{UNIT}"'
_STARTED = f'camunda:candidateStarterGroups="labor_handler@{UNIT}"'
_ROLES = ("administrator", "operator", "auditor", "archivist", "process_owner", "calendar_keeper", "labor_chief")

PETTY = process(
    KEY,
    '<bpmn:startEvent id="start" camunda:formKey="petty/every"/>'
    f'<bpmn:userTask id="handle" name="承辦" camunda:formKey="petty/every" {_FOR}/>'
    '<bpmn:exclusiveGateway id="which" default="f3"/><bpmn:endEvent id="end"/><bpmn:endEvent id="end2"/>'
    '<bpmn:scriptTask id="count" name="計算"><bpmn:script>={total: headcount / (headcount - headcount)}</bpmn:script>'
    "</bpmn:scriptTask>"
    + user_task("approve", "核定", f'camunda:candidateGroups="labor_chief@{UNIT}"')
    + '<bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="handle"/>'
    '<bpmn:sequenceFlow id="f2" sourceRef="handle" targetRef="which"/>'
    '<bpmn:sequenceFlow id="f3" sourceRef="which" targetRef="approve"/>'
    '<bpmn:sequenceFlow id="f4" sourceRef="approve" targetRef="end"/>'
    '<bpmn:sequenceFlow id="f5" sourceRef="which" targetRef="count"><bpmn:conditionExpression '
    'xsi:type="bpmn:tFormalExpression">=decision = "return"</bpmn:conditionExpression></bpmn:sequenceFlow>'
    '<bpmn:sequenceFlow id="f6" sourceRef="count" targetRef="end2"/>',
    name="零星申請",
    attributes=_STARTED,
    properties=f"casePrefix = PY\ncaseSubject = plan_name\nownerUnit = {UNIT}",
)
"""Every kind of field when a case is started and again in its task; a script that fails; an approval; a letter."""

NOBODYS = process(
    "nobodys",
    '<bpmn:startEvent id="start"/><bpmn:endEvent id="end"/>'
    + user_task("wait", "無人可辦", 'camunda:candidateGroups="mayor@"')
    + '<bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="wait"/>'
    '<bpmn:sequenceFlow id="f2" sourceRef="wait" targetRef="end"/>',
    attributes=_STARTED,
)
"""A task that nobody can take."""

LETTER = """name: 通知
type: 書函
issuer: aia
to: "{{ subject }}"
subject: 關於「{{ plan_name }}」一案，請查照。
explanation:
  - "{{ opinion }}"
main_copies: ["{{ plan_name }}"]
signature: "{{ issuer_head }}"
"""


def simple(*names: str) -> str:
    """A process of tasks in a row."""
    ids = [f"t{number}" for number in range(len(names))]
    path = ["start", *ids, "end"]
    flows = "".join(
        f'<bpmn:sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(pairwise(path))
    )
    tasks = "".join(user_task(id, name, _FOR) for id, name in zip(ids, names, strict=True))
    body = f'<bpmn:startEvent id="start"/>{tasks}<bpmn:endEvent id="end"/>{flows}'
    return process(SIMPLE, body, name="搬移試辦", attributes=_STARTED)


@dataclass
class Town:
    """The application, its engine, and the browsers of those who have signed in."""

    app: Flask
    engine: ProcessEngine
    owner_url: str
    clients: dict[str, Any] = field(default_factory=dict)
    rounds: int = 0

    def client(self, person: str) -> Any:
        """The browser of a person who has signed in; of nobody for an empty name."""
        if person not in self.clients:
            client = self.clients[person] = self.app.test_client()
            if person:
                session = self.engine.accounts.sign_in(person, PASSWORD, ip="127.0.0.1", user_agent="faults")
                client.set_cookie(COOKIE, session.token)
        return self.clients[person]

    def actor(self, person: str) -> Actor:
        """A person as the services know them."""
        return self.engine.directory.actor_for(person)

    def owner(self, statement: str, *parameters: Any) -> Any:
        """One statement as the database's owner; its first row."""
        with psycopg.connect(self.owner_url.replace("+psycopg", ""), autocommit=True) as db:
            return db.execute(statement, parameters).fetchone()  # type: ignore[call-overload]


def found_town(url: str, owner_url: str, home: Path) -> Town:
    """A town with one section; the boss may do everything that is to be done, the clerk works."""
    clock = SetClock(NOW)
    engine = ProcessEngine(Store(url), Executor(MontySandbox()), history_key=b"k" * 32, clock=clock, queue=NoJobs())
    directory = engine.directory
    directory.add_standard_roles()
    directory.add_unit("kcg", actor=SYSTEM, parent_id=None, type="city", name="市政府")
    directory.add_unit("aia", actor=SYSTEM, parent_id="kcg", type="agency", name="行政暨國際處")
    directory.add_unit(UNIT, actor=SYSTEM, parent_id="aia", type="section", name="職工管理科")
    for person, title in {BOSS: "科長", CLERK: "科員", OTHER: "專員", STARTER: "辦事員"}.items():
        directory.add_person(person, actor=SYSTEM, name=f"{title}{person}")
        place = directory.add_position(UNIT, actor=SYSTEM, title=title, is_head=person == BOSS)
        directory.assign(person, place.id, actor=SYSTEM, valid_from=FIRST_DAY)
        directory.grant(person, "labor_handler", UNIT, actor=SYSTEM, valid_from=FIRST_DAY)
        engine.accounts.add_demo_account(person, person, PASSWORD)
    for role in _ROLES:
        directory.grant(BOSS, role, "kcg", actor=SYSTEM, valid_from=FIRST_DAY)
    directory.grant(OTHER, "process_owner", "kcg", actor=SYSTEM, valid_from=FIRST_DAY)
    every = json.loads((_DATA / "taskforms" / "every_field.form").read_bytes())
    files = [SourceFile(f"{KEY}.bpmn", PETTY.encode()), SourceFile(f"{KEY}/every.form", json.dumps(every).encode())]
    files.append(SourceFile("letters/notice.yaml", LETTER.encode()))
    fees = [SourceFile(path.name, path.read_bytes()) for path in sorted((_DATA / "data" / "fees").iterdir())]
    for deployed in (files, fees, [SourceFile("nobodys.bpmn", NOBODYS.encode())]):
        engine.repository.deploy(deployed, actor=SYSTEM, force_now=True)
    app = create_app(Settings(mode="test", secret_key="s" * 40, home=home), engine)
    app.testing = True
    return Town(app, engine, owner_url)
