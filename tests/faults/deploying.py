"""Who deploys as fast as they can, and who starts and works on cases meanwhile."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from engine import SYSTEM, ProcessEngine, SourceFile
from engine.errors import Conflict, NotAssignee
from tests.engine.services.diagrams import FOR_LABOR, chain, process, user_task
from tests.faults.actors import CLERK, Notes, engine_of

KEY = "edition"
STEPS = ("one", "two", "three")
LEAST_STARTED = 3
"""So many cases each starts, however fast the deployers are."""

_OPEN = text("select id from user_task where state = 'open' order by id limit 40")


def edition(mark: str) -> str:
    """A diagram whose every task bears the mark of its edition in its name."""
    return process(KEY, chain(*(user_task(step, f"{step} {mark}", FOR_LABOR) for step in STEPS), ids=STEPS))


def deployer(spec: Mapping[str, Any], barrier: Any) -> None:
    """Deploy `times` editions, one after the other, all the deployers at once."""
    engine, notes = engine_of(spec["url"]), Notes(spec["notes"])
    barrier.wait(60)
    for number in range(spec["times"]):
        mark = f"{spec['number']}-{number}"
        files = [SourceFile("edition.bpmn", edition(mark).encode())]
        try:
            (made,) = engine.repository.deploy(files, actor=SYSTEM).definitions
        except Exception as error:
            notes.add(refused=f"{type(error).__name__}: {error}"[:200])
        else:
            notes.add(deployed=mark, version=made.version, digest=made.digest)


def starter(spec: Mapping[str, Any], barrier: Any) -> None:
    """Start cases and do tasks of old and new ones until `finish` is there; each case is left open for a while."""
    engine, notes, chance = engine_of(spec["url"]), Notes(spec["notes"]), random.Random(spec["seed"])
    barrier.wait(60)
    started = 0
    while started < LEAST_STARTED or not Path(spec["finish"]).exists():
        started += 1
        case = engine.runtime.start(KEY, actor=CLERK, variables={}, token=str(uuid4()))
        notes.add(started=case.id, definition=case.definition_id)
        for _ in range(2):
            _do_one(engine, notes, chance)


def _do_one(engine: ProcessEngine, notes: Notes, chance: random.Random) -> None:
    with engine.store.reading() as tx:
        open_tasks: list[UUID] = list(tx.execute(_OPEN).scalars())
    if not open_tasks:
        return
    task = chance.choice(open_tasks)
    try:
        engine.tasks.claim(task, CLERK)
        engine.tasks.complete(task, actor=CLERK, variables={})
    except (Conflict, NotAssignee):  # another starter was faster
        return
    notes.add(acked=task)
