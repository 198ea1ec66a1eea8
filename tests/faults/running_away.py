"""Who deploys and starts what runs away, and who goes on with ordinary work meanwhile."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from engine import SYSTEM, ProcessEngine, SourceFile, unattended
from engine.errors import DeploymentRefused
from engine.spiff import lint
from engine.spiff.running import Budget
from tests.faults.actors import CLERK, Notes, engine_of
from tests.faults.runaways import RUNAWAYS, Runaway

AWAY = "away"
"""The file that says: from now on something runs away."""
GOES_ON = DEPLOYED, ON_AND_ON, STILL = "deployed", "goes on and on", "still runs"
"""What becomes of one that nobody stops."""
_BETWEEN_SECONDS = 0.02
_SEEN = """
select (select count(*) from incident i join process_instance p on p.id = i.instance_id
        where p.process_key = any(%(keys)s) and i.resolved_at is null),
  (select count(*) from history h join process_instance p on p.id = h.instance_id where p.process_key = any(%(keys)s))
"""


def colleague(spec: Mapping[str, Any], barrier: Any) -> None:
    """Start ordinary cases and complete their tasks; notes how long each completion took, and beside what."""
    engine, notes = engine_of(spec["url"]), Notes(spec["notes"])
    finish, away = Path(spec["finish"]), Path(spec["finish"]).with_name(AWAY)
    while not (away if spec.get("until_away") else finish).exists():
        case = engine.runtime.start(spec["process"], actor=CLERK, variables={}, token=str(uuid4()))
        tasks = [UUID(str(task["id"])) for task in case.open_tasks]
        while tasks:
            engine.tasks.claim(tasks[0], CLERK)
            beside, began = away.exists(), time.monotonic()
            advance = engine.tasks.complete(tasks.pop(), actor=CLERK, variables={}, token=str(uuid4()))
            if spec.get("noting"):
                notes.add(completed=time.monotonic() - began, beside=beside)
            tasks += [UUID(task.id) for task in advance.opened]


def author(spec: Mapping[str, Any], barrier: Any) -> None:
    """Deploy and start what runs away, one after the other; notes what became of each, and when."""
    engine, notes = engine_of(spec["url"]), Notes(spec["notes"])
    for name in spec["runaways"]:
        began = time.monotonic()
        told = _told(engine, RUNAWAYS[name], began + spec["patience"] * RUNAWAYS[name].seconds)
        notes.add(runaway=name, told=told, seconds=time.monotonic() - began)


def _told(engine: ProcessEngine, runaway: Runaway, until: float) -> str:
    """The finding that refuses it, `incident`, or what it does all the same."""
    files = [SourceFile(f"{number}.bpmn", text.encode()) for number, text in enumerate(runaway.diagrams)]
    try:
        engine.repository.deploy(files, actor=SYSTEM, approver=CLERK.person_id, force_now=True)
    except DeploymentRefused as refused:
        return next(finding.code for finding in refused.findings if finding.level == "error")
    if runaway.refused is not None:
        return DEPLOYED
    engine.runtime.start(runaway.starts, actor=CLERK, variables={})
    while time.monotonic() < until:
        with engine.store.reading() as tx:
            row = tx.connection.exec_driver_sql(_SEEN, {"keys": list(runaway.keys)}).one()
        if row[0]:
            return "incident"
        if row[1] > runaway.entries:
            return ON_AND_ON
        time.sleep(_BETWEEN_SECONDS)
    return STILL


# -- broken --------------------------------------------------------------------------------


def without_budget() -> None:
    """A step may move as many tokens as it likes, as long as it likes."""
    Budget.spend = lambda self: None  # type: ignore[method-assign]


def without_checks() -> None:
    """Whatever is drawn is deployed."""
    lint.check = lambda *args, **named: ()


def without_end() -> None:
    """Jobs cause jobs, whether anybody looks at it or not."""
    unattended.spent = lambda: ""
