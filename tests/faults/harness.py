"""What every fault run stands on: a city in a database, actors to hurt, and a report of what came of it."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from engine import SYSTEM, ProcessEngine, SourceFile
from engine.store.embedded import APPLICATION, OWNER, ServerAddress
from tests.faults.actors import CLERK, engine_of
from tests.faults.invariants import violations
from tests.faults.nursery import Actor, Nursery

SCALE = float(os.environ.get("FAULT_SCALE", "1"))
"""How much longer than in the suite a run is."""
SEED = int(os.environ.get("FAULT_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)


def scaled(count: int) -> int:
    """So many rounds, kills or restarts at this scale."""
    return max(1, int(count * SCALE))


@dataclass
class Report:
    """What a run did: printed in the end, whatever came of it."""

    fault: str
    seed: int = SEED
    counts: dict[str, float] = field(default_factory=dict)
    least: dict[str, float] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        parts = [f"{self.fault} seed={self.seed}"]
        for name, count in self.counts.items():
            least = f" (at least {self.least[name]:g})" if name in self.least else ""
            parts.append(f"{name} {count:g}{least}")
        return ", ".join([*parts, f"violations {len(self.violations)}", *self.violations])

    def ensure_held(self) -> None:
        """Fail unless no invariant was violated, in as many tries as promised."""
        assert not self.violations, str(self)
        missed = {name: least for name, least in self.least.items() if self.counts.get(name, 0) < least}
        assert not missed, f"too little was tried: {self}"

    def ensure_noticed(self, *names: str) -> None:
        """Fail unless this run, of a broken build, names one of these invariants."""
        assert any(found.startswith(names) for found in self.violations), f"the broken build went unnoticed: {self}"


@dataclass
class City:
    """A database with a small city in it, and the actors that work there."""

    address: ServerAddress
    database: str
    folder: Path
    engine: ProcessEngine
    nursery: Nursery
    _lines: list[Mapping[str, Any]] = field(default_factory=list)
    _read: int = 0
    """Bytes of the notes that are in the lines already."""

    @property
    def url(self) -> str:
        """The database as the application's role."""
        return self.address.url(self.database, APPLICATION)

    @property
    def notes(self) -> Path:
        """Where the actors write what they saw."""
        return self.folder / "notes.jsonl"

    def spec(self, act: str, **more: Any) -> dict[str, Any]:
        """What an actor is told."""
        return {
            "act": act, "url": self.url, "libpq": self.url.replace("+psycopg", ""), "notes": str(self.notes),
            "finish": str(self.folder / "finish"), **more,
        }  # fmt: skip

    @contextmanager
    def owner(self) -> Iterator[psycopg.Connection]:
        """A connection as the owner, each statement on its own."""
        folder = str(self.address.socket_folder)
        with psycopg.connect(host=folder, user=OWNER, dbname=self.database, autocommit=True) as db:
            yield db

    def noted(self, name: str) -> list[Any]:
        """What the actors noted under `name`."""
        return [line[name] for line in self.lines() if name in line]

    def lines(self) -> Sequence[Mapping[str, Any]]:
        """All notes, in order; one that is being written this moment is not there yet."""
        if self.notes.exists():
            with self.notes.open("rb") as notes:  # from where the last look ended: long runs look often
                notes.seek(self._read)
                whole, end, _ = notes.read().rpartition(b"\n")
            self._read += len(whole + end)
            self._lines += map(json.loads, whole.splitlines())
        return self._lines

    def deploy(self, bpmn: str) -> str:
        """Deploy a diagram; its key."""
        self.engine.repository.deploy([SourceFile("process.bpmn", bpmn.encode())], actor=SYSTEM, force_now=True)
        return bpmn.split('<bpmn:process id="', 1)[1].split('"', 1)[0]

    def open_tasks(self, key: str) -> list[str]:
        """Start a case; its open tasks."""
        case = self.engine.runtime.start(key, actor=CLERK, variables={})
        return [str(task["id"]) for task in case.open_tasks]

    def violations(self) -> list[str]:
        """Ask for every invariant, once nobody works any more."""
        with self.owner() as db:
            wait_until(lambda: not _others(db), 30, "the sessions of killed actors end")
            return violations(db, self.engine, self.noted("acked"), self.noted("attached"))

    def open_cases(self) -> int:
        """How many cases have not ended."""
        with self.owner() as db:
            row = db.execute("select count(*) from process_instance where status = 'active'").fetchone()
            return int(row[0]) if row else 0


def found_city(address: ServerAddress, database: str, folder: Path, nursery: Nursery) -> City:
    """A city with one section, one clerk, and the ledger that service tasks write to."""
    engine = engine_of(address.url(database, APPLICATION), pool_size=4)
    directory = engine.directory
    directory.add_standard_roles()
    directory.add_unit("kcg", actor=SYSTEM, parent_id=None, type="city", name="市政府")
    directory.add_unit("aia.labor", actor=SYSTEM, parent_id="kcg", type="section", name="職工管理科")
    directory.add_person(CLERK.person_id, actor=SYSTEM, name=CLERK.name)
    place = directory.add_position("aia.labor", actor=SYSTEM, title="科員", is_head=False)
    directory.assign(CLERK.person_id, place.id, actor=SYSTEM, valid_from=date(2010, 12, 25))
    directory.grant(CLERK.person_id, "labor_handler", "aia.labor", actor=SYSTEM, valid_from=date(2010, 12, 25))
    city = City(address, database, folder, engine, nursery)
    with city.owner() as db:
        db.execute("create table ledger (key text primary key, asked integer not null default 1)")
        db.execute(f"grant select, insert, update on ledger to {APPLICATION}")  # type: ignore[call-overload]
    return city


@dataclass
class Cast:
    """Actors that are replaced as soon as they end, however they do."""

    city: City
    specs: Sequence[dict[str, Any]]
    actors: list[Actor] = field(default_factory=list)

    def begin(self) -> None:
        """Start one actor a spec."""
        self.actors = self.city.nursery.start(*self.specs)

    def replace(self, index: int, number: signal.Signals = signal.SIGKILL) -> bool:
        """End one and start another in its place; False when it had ended by itself."""
        alive = self.actors[index].alive
        self.actors[index].send(number)
        self.actors[index].wait(20)
        self.actors[index].close()
        (self.actors[index],) = self.city.nursery.start(self.specs[index])
        return alive

    def end(self) -> None:
        """Kill all."""
        for actor in self.actors:
            actor.close()


def wait_until(done: Callable[[], object], seconds: float, what: str) -> None:
    """Wait for something that must come; TimeoutError says what did not."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(0.05)


@contextmanager
def meanwhile(act: Callable[[], object], every: float) -> Iterator[None]:
    """Do something again and again beside the block, `every` seconds, until it ends; what fails there fails here."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(every):
            act()

    with ThreadPoolExecutor(1) as beside:
        acting = beside.submit(go_on)
        try:
            yield
        finally:
            over.set()
            acting.result()


def _others(db: psycopg.Connection) -> int:
    """Sessions in the middle of a transaction, but this one."""
    row = db.execute(
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() "
        "and state is distinct from 'idle' and backend_type = 'client backend'"
    ).fetchone()
    return int(row[0]) if row else 0
