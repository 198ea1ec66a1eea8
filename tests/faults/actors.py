"""What actors do, each in a process of its own with an engine of its own over the shared database.

An acknowledgement is one line appended to a file after the service has returned, in one
write: what a person saw on the screen before the power went.
"""

from __future__ import annotations

import json
import os
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
from sqlalchemy import text

from engine import Executor, ProcessEngine, Store
from engine.cases import files as files_module
from engine.connectors import ConnectorRegistry
from engine.errors import Busy, CommitUnknown, Conflict, EngineError, NotAssignee, NotFound, StoreUnavailable
from engine.jobs import JobService, ProcrastinateQueue, Worker
from engine.jobs import sweeping as sweeping_module
from engine.jobs import worker as worker_module
from engine.model import Actor, StepContext
from engine.sandbox import MontySandbox
from tests.faults.breakages import BREAKAGES
from tests.faults.models import MIXED

HISTORY_KEY = b"the history key of the faults, 32 bytes"
GROUPS = frozenset({"labor_handler@", "labor_handler@aia.labor"})
CLERK = Actor("tsai", "蔡承辦", groups=GROUPS)

ATTACHING = 0.3
"""How often somebody attaches a file before they complete a task."""
SIZES = (10, 2_000, 1_200_000, 2_400_000)
"""Of files; the larger ones have several chunks."""

_OPEN = text("select id, assignee, instance_id from user_task where state = 'open' order by id limit 12")
_CASES = text("select count(*), count(*) filter (where status = 'active') from process_instance")


_warm: dict[str, ProcessEngine] = {}


def run(spec: Mapping[str, Any], barrier: Any) -> None:
    """Be what `spec["act"]` names, after applying the breakage it names: a known one, or `module:function`."""
    if spec.get("broken"):
        _warm.clear()
        _named(BREAKAGES, spec["broken"])()
    _named(ACTS, spec["act"])(spec, barrier)


def _named(known: Mapping[str, Any], name: str) -> Any:
    module, _, function = name.partition(":")
    return getattr(import_module(f"tests.faults.{module}"), function) if function else known[name]


def warm(url: str) -> None:
    """Read in the nursery what every actor would read first: an actor that lives for 60 ms must get to work."""
    engine = engine_of(url)
    context = StepContext(now=engine.clock.now(), calendar=engine.calendars.calendar())
    with engine.store.transaction() as tx:
        for definition in engine.repository.definitions():
            engine.executor.start(engine.tasks._steps.sources.get(tx, definition.id), context, {})
    engine.close()
    _warm[url] = engine


def engine_of(url: str, *, pool_size: int = 2) -> ProcessEngine:
    """An engine of this process's own; with its own connections, also when the nursery has made it."""
    if url in _warm:
        return _warm[url]
    store = Store(url, pool_size=pool_size)
    return ProcessEngine(store, Executor(MontySandbox()), history_key=HISTORY_KEY, queue=ProcrastinateQueue())


@dataclass
class Notes:
    """A file that several actors append lines to; what is written stays when its writer is killed."""

    path: str

    def add(self, **facts: Any) -> None:
        """Append one line of JSON in one write."""
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, json.dumps(facts, default=str).encode() + b"\n")
        finally:
            os.close(descriptor)


# -- people who work as long as they live --------------------------------------------------


def people(spec: Mapping[str, Any], barrier: Any) -> None:
    """Claim and complete whatever is open, start cases while there are few; until killed or all is done."""
    notes, chance = Notes(spec["notes"]), random.Random(spec["seed"])
    engine, finish = engine_of(spec["url"]), Path(spec["finish"])
    while True:
        began = time.monotonic()
        try:
            if not _one_thing(engine, notes, chance, starts=spec["cases"] if not finish.exists() else 0):
                time.sleep(0.02)
        except (Conflict, NotAssignee):
            continue
        except (StoreUnavailable, Busy) as error:
            notes.add(error=type(error).__name__, seconds=time.monotonic() - began, pid=os.getpid())
            time.sleep(0.05)


def _one_thing(engine: ProcessEngine, notes: Notes, chance: random.Random, *, starts: int) -> bool:
    """Complete one open task, or start a case; False when there was nothing to do."""
    with engine.store.transaction() as tx:
        found = tx.execute(_OPEN).all()
        cases, active = tx.execute(_CASES).one()
    if active < 12 and cases < starts:
        key = chance.choice(sorted(MIXED))
        case = engine.runtime.start(key, actor=CLERK, variables={}, token=str(uuid4()))
        notes.add(started=case.id)
        return True
    if not found:
        return False
    task_id, assignee, case = chance.choice(found)
    if chance.random() < ATTACHING:
        _attach(engine, notes, case, _content(chance))
    if assignee is None:
        engine.tasks.claim(task_id, CLERK)
    token = str(uuid4())
    answer = {"again": chance.random() < 0.5}
    try:
        engine.tasks.complete(task_id, actor=CLERK, variables=answer, token=token)
    except CommitUnknown:  # what a person does who sees no answer: send the same form once more
        engine.tasks.complete(task_id, actor=CLERK, variables=answer, token=token)
    notes.add(acked=task_id)
    return True


def _content(chance: random.Random) -> bytes:
    """Bytes of a file: every other time those that others store, too, perhaps at this moment."""
    size = chance.choice(SIZES)
    return (chance.randbytes(8) if chance.random() < 0.5 else b"the same") * (size // 8 + 1)


def _attach(engine: ProcessEngine, notes: Notes, case: UUID, content: bytes) -> None:
    """Upload a file and let it belong to a case, in the two steps in which a page does it."""
    try:
        file = engine.runtime.store_file("附件.bin", content, "application/octet-stream", CLERK)
        engine.runtime.attach(case, file.id, CLERK, token=str(uuid4()))
    except (Conflict, NotFound):  # the case has ended meanwhile, or the file lay about too long
        return
    notes.add(attached=[str(case), str(file.id)])


# -- machines ------------------------------------------------------------------------------


@dataclass
class Ledger:
    """A connector with an effect outside: a row by idempotency key, and how often it was asked for."""

    url: str
    name: str = "ledger"

    def call(self, arguments: Mapping[str, Any], *, key: str) -> Mapping[str, Any]:
        """Book once; asked again it only counts."""
        with psycopg.connect(self.url, autocommit=True) as db:
            db.execute(
                "insert into ledger (key) values (%s) on conflict (key) do update set asked = ledger.asked + 1", [key]
            )
        return {"key": key}


def worker(spec: Mapping[str, Any], barrier: Any) -> None:
    """The real worker, with shorter waits so that a killed one is missed sooner."""
    worker_module.HEARTBEAT_SECONDS, worker_module.STALLED_SECONDS = 0.5, 2.0
    worker_module.POLL_SECONDS, worker_module.SWEEP_SECONDS = 0.2, 3.0
    files_module.UNATTACHED_KEPT, sweeping_module.ANCHOR_EVERY = timedelta(seconds=1), timedelta(seconds=2)
    engine = engine_of(spec["url"], pool_size=4)  # four, or two and two for a moment
    service = JobService(engine, ConnectorRegistry(Ledger(spec["libpq"])))
    concurrency = spec.get("concurrency", 2)
    Worker(spec["url"], service.handle, service.sweep, now=engine.clock.now, concurrency=concurrency).run()


# -- many at the same moment ---------------------------------------------------------------


def crowd(spec: Mapping[str, Any], barrier: Any) -> None:
    """`users` people, each a thread: in each round all begin at once with the task the round has for them."""
    engine = engine_of(spec["url"], pool_size=spec["users"])
    notes = Notes(spec["notes"])

    def be(number: int) -> None:
        me = Actor(f"u{number}", f"使用者{number}", groups=GROUPS)
        for index, tasks in enumerate(spec["rounds"]):
            task_id = UUID(tasks[number % len(tasks)])
            barrier.wait(60)
            notes.add(round=index, user=number, **_taken(engine, me, task_id))

    threads = [threading.Thread(target=be, args=(spec["first"] + n,)) for n in range(spec["users"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _taken(engine: ProcessEngine, me: Actor, task_id: UUID) -> dict[str, Any]:
    """Claim and complete at once: what came of it."""
    began = time.monotonic()
    try:
        engine.tasks.claim(task_id, me)
        engine.tasks.complete(task_id, actor=me, variables={})
    except EngineError as error:
        told = {name: error.params.get(name) for name in ("who", "at")}
        return {"refused": type(error).__name__, "seconds": time.monotonic() - began, **told}
    except Exception as error:
        return {"refused": f"{type(error).__name__}", "seconds": time.monotonic() - began}
    return {"done": str(task_id), "seconds": time.monotonic() - began}


ACTS: Mapping[str, Callable[[Mapping[str, Any], Any], None]] = {
    "people": people,
    "worker": worker,
    "crowd": crowd,
}
