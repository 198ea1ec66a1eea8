"""More people than connections, and those who hold the database's snapshots, tables and disk meanwhile."""

from __future__ import annotations

import random
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import event

from engine import ProcessEngine
from engine import clock as clock_module
from engine.calendar import service as calendar_module
from engine.cases.values import InstanceQuery
from engine.clock import Clock
from engine.errors import EngineError
from engine.model import Actor
from engine.store.clock_queries import database_time
from tests.faults.actors import GROUPS, Notes, engine_of

POOL = 1
"""Connections of a process; as many again for a moment."""
BROKEN_PATIENCE_SECONDS = 1.0
BETWEEN_SECONDS = 0.1
"""Rest of those who are in the way: they are to hold snapshots and tables, not the processor."""
_TABLES = "select format('%I', relname) from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"


def people(spec: Mapping[str, Any], barrier: Any) -> None:
    """`users` people, each a thread, who look and decide until together they have done `operations`."""
    # what a process reads again now and then is to be read while others hold all connections
    clock_module.RESYNC_SECONDS, calendar_module.FRESH_SECONDS = 0.25, 0.25
    engine = engine_of(spec["url"], pool_size=POOL)
    notes = Notes(spec["notes"])
    _watch(engine, notes)
    if spec.get("broken"):
        engine.store.engine.pool._timeout = BROKEN_PATIENCE_SECONDS  # type: ignore[attr-defined]
    done = Tally(spec["operations"])
    users = [
        threading.Thread(target=_user, args=(engine, notes, done, spec["process"], f"u{spec['first'] + number}"))
        for number in range(spec["users"])
    ]
    for user in users:
        user.start()
    for user in users:
        user.join()


class Tally:
    """How much is left to do for all together."""

    def __init__(self, left: int) -> None:
        self._left, self._lock = left, threading.Lock()

    def take(self) -> bool:
        """Take one; False when nothing is left."""
        with self._lock:
            self._left -= 1
            return self._left >= 0


def _user(engine: ProcessEngine, notes: Notes, left: Tally, process: str, name: str) -> None:
    me = Actor(name, name, groups=GROUPS)
    steps = _steps(engine, process, me, random.Random(name))
    while left.take():
        began, told = time.monotonic(), "done"
        try:
            next(steps)()
        except EngineError as error:
            told = type(error).__name__
            steps = _steps(engine, process, me, random.Random(name))
        notes.add(user=name, told=told, seconds=time.monotonic() - began)


def _steps(engine: ProcessEngine, process: str, me: Actor, chance: random.Random) -> Iterator[Callable[[], Any]]:
    """One after another, what a person does: start a case, look around, take its tasks and decide them."""
    while True:
        token = str(uuid4())
        yield lambda token=token: engine.runtime.start(process, actor=me, variables={}, token=token)  # type: ignore[misc]
        case = engine.runtime.start(process, actor=me, variables={}, token=token)  # the same answer once more
        while tasks := [task.id for task in engine.tasks.of_case(case.id, me) if task.is_open]:
            yield lambda: engine.tasks.counts(me)
            yield lambda tasks=tasks: engine.tasks.claim(tasks[0], me)  # type: ignore[misc]
            yield lambda: engine.runtime.find(InstanceQuery(limit=20), me)
            yield lambda tasks=tasks: engine.tasks.complete(  # type: ignore[misc]
                tasks[0], actor=me, variables={"n": chance.random()}, token=str(uuid4())
            )


def _watch(engine: ProcessEngine, notes: Notes) -> None:
    """Note whoever takes a second connection of the pool while holding one."""
    held = threading.local()

    def out(*args: Any) -> None:
        held.count = getattr(held, "count", 0) + 1
        if held.count > 1:
            mine = [frame.name for frame in traceback.extract_stack() if "/engine/" in frame.filename]
            notes.add(second=" > ".join(mine[-6:]))

    def back(*args: Any) -> None:
        held.count = getattr(held, "count", 1) - 1

    event.listen(engine.store.engine, "checkout", out)
    event.listen(engine.store.engine, "checkin", back)


# -- who is in the way ---------------------------------------------------------------------


def reader(spec: Mapping[str, Any], barrier: Any) -> None:
    """Hold a snapshot and read everything, over and over, as a long report does."""
    _repeat(spec, "snapshot", lambda db: _read_all(db, "select count(*) from {}", "select pg_sleep(0.3)"))


def dump(spec: Mapping[str, Any], barrier: Any) -> None:
    """Copy every table at one snapshot, as a backup does."""
    _repeat(spec, "dump", lambda db: _read_all(db, "copy {} to stdout"))


def vacuum(spec: Mapping[str, Any], barrier: Any) -> None:
    """Vacuum and analyse all tables."""
    _repeat(spec, "vacuum", lambda db: db.execute("vacuum (analyze)"))


def _repeat(spec: Mapping[str, Any], what: str, act: Callable[[psycopg.Connection], Any]) -> None:
    notes, finish = Notes(spec["notes"]), Path(spec["finish"])
    with psycopg.connect(spec["owner"], autocommit=True) as db:
        while not finish.exists():
            act(db)
            notes.add(in_the_way=what)
            time.sleep(BETWEEN_SECONDS)


def _read_all(db: psycopg.Connection, statement: str, last: str = "") -> None:
    db.execute("begin isolation level repeatable read, read only")
    for (table,) in db.execute(_TABLES).fetchall():  # type: ignore[call-overload]
        if statement.startswith("copy"):
            with db.cursor().copy(statement.format(table)) as rows:  # type: ignore[call-overload]
                for _ in rows:
                    pass
        else:
            db.execute(statement.format(table))  # type: ignore[call-overload]
    if last:
        db.execute(last)  # type: ignore[call-overload]
    db.execute("commit")


# -- broken --------------------------------------------------------------------------------


def time_from_the_pool() -> None:
    """Whoever is in the middle of a step asks for the time on another connection of the pool."""

    def now(self: Any) -> Any:
        with self._store.reading() as tx:
            return database_time(tx)

    Clock.now = now  # type: ignore[method-assign]
