"""What a round of F20 writes to: things made anew for each round, and the pages whose forms change them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from xml.sax.saxutils import escape

from engine import SYSTEM, SourceFile
from tests.engine.services.diagrams import SCRIPTED, chain, process, user_task
from tests.faults.hostile_town import (
    BOSS,
    CLERK,
    FEES,
    FIRST_DAY,
    KEY,
    NOW,
    OTHER,
    PASSWORD,
    PETTY,
    SIMPLE,
    STARTER,
    Town,
    simple,
)  # fmt: skip

VISITOR = ""
"""Nobody has signed in."""
FEW = {"plan_name": "路樹修剪", "headcount": 3, "opinion": "可行"}


def made(town: Town) -> dict[str, Any]:
    """One of everything, by what it is."""
    town.rounds += 1
    town.clients.clear()  # some have signed out
    for _ in range(2):
        town.engine.accounts.sign_in(CLERK, PASSWORD, ip="127.0.0.1", user_agent="elsewhere")
    return {**_directory(town), **_cases(town), **_machines(town), **_studio(town)}


def pages(made: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Who opens which page: together these have every form of the application.

    The third says which form is taken from this page alone, because it uses up what other forms need.
    """
    task, case, unit, person = (made[name] for name in ("claimed", "case", "unit", "person"))
    clerks = (
        "/account/deputy", "/account/sessions", "/notifications", "/notifications/settings", "/inbox/mine",
        "/inbox/pending?q=x", "/cases?q=x", "/cases/mine?q=x", f"/cases/{case}?view=comments",
        f"/cases/{case}?view=attachments", f"/cases/{case}", f"/tasks/{task}",
        f"/tasks/{made['open']}", f"/start/{KEY}", f"/cases/{made['withdrawn']}/cancel",
    )  # fmt: skip
    bosses = (
        "/unit-work", "/admin/units", f"/admin/units/{unit}", f"/admin/positions/{made['position']}",
        "/admin/people/new", f"/admin/people/{person}", f"/admin/people/{made['newcomer']}", "/admin/roles",
        "/admin/processes", "/admin/calendar", "/admin/leave", "/operate/connectors",
        f"/operate/connectors/{made['host']}", f"/operate/erasure/{made['ended']}/1", "/operate/incidents",
        f"/operate/incidents/{made['incident']}", "/operate/jobs", "/operate/pool", "/operate/verification",
        "/studio", f"/studio/{KEY}/draft", f"/studio/{KEY}/deploy", f"/studio/{FEES}/try/1/fee",
        f"/studio/{SIMPLE}/versions/1/cases", f"/studio/{SIMPLE}/versions/1/current",
        f"/studio/pending/{made['waiting'][0]}", f"/studio/pending/{made['waiting'][2]}",
    )  # fmt: skip
    others = [(made["person"], "/account/password"), (VISITOR, "/sign-in"), (VISITOR, f"/reset/{made['link']}")]
    alone = {
        "inbox.release": f"/tasks/{made['released']}", "inbox.discard_draft": f"/tasks/{made['drafted']}",
        "inbox.reassign": f"/tasks/{made['passed']}/reassign",
    }  # fmt: skip
    watched = {
        "studio.reject": f"/studio/pending/{made['waiting'][1]}",
        "cases.suspend": f"/cases/{made['still']}/suspend",
        "cases.resume": f"/cases/{made['stopped']}/resume",
    }
    opened = [*((CLERK, page) for page in clerks), *((BOSS, page) for page in bosses), *others]
    return [
        *((who, page, "") for who, page in opened), *((CLERK, page, form) for form, page in alone.items()),
        *((BOSS, page, form) for form, page in watched.items()),
    ]  # fmt: skip


def paper(town: Town, file: Path) -> str:
    """The page of a task with one form of the city's own processes, whatever its process is."""
    folder, key = file.parent.name, f"paper_{town.rounds}_{file.stem}"
    attributes = f'camunda:formKey="{folder}/{file.stem}" camunda:assignee="{CLERK}"'
    drawn = process(key, chain(user_task("fill", "填寫", attributes), ids=("fill",)))
    sources = [SourceFile(f"{key}.bpmn", drawn.encode()), SourceFile(f"{folder}/{file.name}", file.read_bytes())]
    town.engine.repository.deploy(sources, actor=SYSTEM, force_now=True)
    case = town.engine.runtime.start(key, actor=town.actor(CLERK), variables={})
    return f"/tasks/{case.open_tasks[0]['id']}"


def labelled(text: str) -> str:
    """The diagram of the town's process, called by a text."""
    return PETTY.replace("零星申請", escape(text, {'"': "&quot;"}))


def shown_on(made: Mapping[str, Any]) -> list[str]:
    """Pages from which everything that was written can be reached."""
    cases = ("case", "still", "withdrawn", "ended", "moved", "passed on", "passing", "pooled")
    return [
        "/admin/log", "/admin", "/cases", "/operate", "/start", f"/admin/units/{made['unit']}",
        f"/admin/people/{made['person']}", *(f"/cases/{made[name]}?view=history" for name in cases),
        f"/cases/{made['case']}/print", "/admin/processes", f"/studio/{KEY}",
        f"/studio/{made['new']}/edit/{made['new']}.bpmn", f"/studio/pending/{made['waiting'][1]}",
    ]  # fmt: skip


def _directory(town: Town) -> dict[str, Any]:
    directory, boss, number = town.engine.directory, SYSTEM, town.rounds
    unit, person, newcomer = f"aia.u{number}", f"p{number}", f"n{number}"
    directory.add_unit(unit, actor=boss, parent_id="aia", type="section", name=f"第{number}科")
    place = directory.add_position(unit, actor=boss, title="技士", is_head=False)
    free = directory.add_position(unit, actor=boss, title="技佐", is_head=False)
    for one in (person, newcomer):
        directory.add_person(one, actor=boss, name=f"新人{one}")
    directory.assign(person, place.id, actor=boss, valid_from=FIRST_DAY)
    directory.grant(person, "labor_handler", unit, actor=boss, valid_from=FIRST_DAY)
    town.engine.accounts.add_demo_account(person, person, PASSWORD)
    for away in (person, STARTER) if number == 1 else (person,):
        directory.enter_leave(
            away, actor=boss, starts_at=NOW, ends_at=NOW + timedelta(days=9), deputy_ids=[CLERK], reason="休假"
        )
    for who, days in ((CLERK, 20 + 2 * number),):
        first = NOW + timedelta(days=days)
        directory.enter_leave(
            who, actor=boss, starts_at=first, ends_at=first + timedelta(hours=8), deputy_ids=[OTHER], reason="公出"
        )
    town.engine.calendars.add_closure(
        (NOW + timedelta(days=number)).date(), "豪雨", boss, part="day", region=f"{number}區"
    )
    town.engine.searches.save(town.actor(CLERK), f"我的{number}", {"page": "inbox.show", "tab": "mine"})
    return {
        "unit": unit, "person": person, "newcomer": newcomer, "position": free.id,
        "link": town.engine.accounts.reset_link(STARTER, actor=boss),
    }  # fmt: skip


def _cases(town: Town) -> dict[str, Any]:
    engine, clerk = town.engine, town.actor(CLERK)

    def start(key: str = KEY, **values: Any) -> tuple[UUID, UUID]:
        case = engine.runtime.start(key, actor=clerk, variables={**FEW, **values})
        return case.id, UUID(str(case.open_tasks[0]["id"]))

    case, claimed = start()
    started = {name: start() for name in ("released", "drafted", "passed")}
    cases, mine = ({name: one[n] for name, one in started.items()} for n in (0, 1))
    for one in (claimed, *mine.values()):
        engine.tasks.claim(one, clerk)
    engine.tasks.save_draft(mine["drafted"], clerk, {})
    _, waiting = start()
    withdrawn, _ = start()
    (still, _), (stopped, _) = start(), start()
    engine.suspension.suspend(stopped, reason="待函釋", actor=SYSTEM)
    failing, task = start()
    engine.tasks.claim(task, clerk)
    engine.tasks.complete(task, actor=clerk, variables={"decision": "return"})
    (incident,) = (one for one in engine.incidents.incidents(SYSTEM).rows if one.instance_id == failing)
    ended, _ = start()
    engine.runtime.cancel(ended, reason="重複", actor=clerk)
    pooled, _ = start("nobodys")
    passing, given = start()
    engine.tasks.assign(given, OTHER, town.actor(BOSS), "分工")
    for kind in ("task.assigned", "task.available"):
        engine.notifications.add([CLERK], kind, instance_id=case, task_id=claimed)
    return {
        "case": case, "claimed": claimed, "open": waiting, "withdrawn": withdrawn, "still": still, "stopped": stopped,
        "incident": incident.id, "passed on": cases["passed"],
        "passing": passing, "pooled": pooled,
        "ended": ended, "given": given, "number": engine.runtime.instance(case, SYSTEM).business_key, **mine,
    }  # fmt: skip


def _machines(town: Town) -> dict[str, Any]:
    host = f"host{town.rounds}"
    town.engine.connector_hosts.add(
        host, base_url="https://api.example.gov.tw", headers={}, allow_private=False, actor=town.actor(BOSS)
    )
    for _ in range(2):
        town.owner(
            "insert into procrastinate_jobs (queue_name, task_name, args, status) "
            "values ('siwei', 'siwei:service_call', %s, 'failed') returning id",
            f'{{"instance_id": "{uuid4()}"}}',
        )
    return {"host": host}


_TITLE = re.compile("零星申請|申請[0-9]+".encode())
"""What the process is called, in the first round and after it: a draft that changes nothing is no new version."""


def _studio(town: Town) -> dict[str, Any]:
    repository, other = town.engine.repository, town.actor(OTHER)
    for key in (KEY, f"fresh{town.rounds}"):
        if repository.draft(key):
            repository.discard_draft(key, SYSTEM)
    files = list(repository.files(repository.definition(KEY).id))
    changed = [replace(file, content=_TITLE.sub(f"申請{town.rounds}".encode(), file.content)) for file in files]
    repository.save_draft(KEY, changed, town.actor(BOSS), revision=0)
    for names in (("收件",), ("收件", f"複核{town.rounds}")):
        repository.deploy([SourceFile(f"{SIMPLE}.bpmn", simple(*names).encode())], actor=SYSTEM, force_now=True)
    moved = town.engine.runtime.start(SIMPLE, actor=town.actor(CLERK), variables={}, version=1)
    waiting = []
    for number in range(3):
        key = f"coded{town.rounds}_{number}"
        coded = SCRIPTED.replace("scripted", key).replace("={total: days * 2}", "total = days * 2")
        waiting.append(repository.submit([SourceFile(f"{key}.bpmn", coded.encode())], other, "算數").id)
    repository.reject(waiting[2], town.actor(BOSS), "先討論")
    return {"waiting": waiting, "moved": moved.id, "new": f"x{town.rounds}"}
