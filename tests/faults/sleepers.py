"""A worker that is stopped dead with jobs in its hands, past its lease, and goes on later as if nothing had been."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from engine import ProcessEngine
from engine.connectors import ConnectorRegistry
from engine.jobs import JobService, Worker
from engine.jobs import worker as worker_module
from tests.faults.actors import Ledger, Notes, engine_of

POINTS = ("taken", "answered", "stepped")
"""Where it is stopped: before it looks at the case; after the effect outside, before it says so; inside the
transaction that says so, with the case locked."""

SERVER_PATIENCE = "1s"
"""How long the server bears a transaction in which nothing happens, the case locked; in the product a minute."""


def fast_leases() -> None:
    """A lease of one second."""
    worker_module.HEARTBEAT_SECONDS, worker_module.STALLED_SECONDS = 0.2, 1.0
    worker_module.POLL_SECONDS, worker_module.SWEEP_SECONDS = 0.2, 2.0


@dataclass
class Doze:
    """Stops the whole process once, at the moment in which so many jobs stand where they are stopped."""

    notes: Notes
    point: str
    jobs: int
    over: bool = False
    late: set[int] = field(default_factory=set)
    """The threads of the jobs that were in hand."""

    def __post_init__(self) -> None:
        self._all_here = threading.Barrier(self.jobs, action=self._stop)

    def at(self, point: str) -> None:
        """A job comes by here."""
        if point == self.point and not self.over:
            self.late.add(threading.get_ident())
            self._all_here.wait(60)

    def _stop(self) -> None:
        self.notes.add(asleep=self.point, jobs=self.jobs)
        self.over = True
        os.kill(os.getpid(), signal.SIGSTOP)


def work(spec: Mapping[str, Any], barrier: Any) -> None:
    """A worker with `jobs` jobs at once that falls asleep at `point`; without a point one that stays awake."""
    fast_leases()
    engine = engine_of(spec["url"], pool_size=4)
    notes = Notes(spec["notes"])
    doze = Doze(notes, spec.get("point", ""), spec["jobs"])
    if not spec.get("broken"):
        event.listen(engine.store.engine, "connect", _shorten)

    service = JobService(engine, ConnectorRegistry(_Watched(Ledger(spec["libpq"]), doze)))
    written = _watch(engine, doze)

    def handle(kind: str, args: Mapping[str, Any], attempts: int) -> None:
        if kind == "service_call":
            doze.at("taken")
        me, told = threading.get_ident(), "refused"
        written.discard(me)
        try:
            service.handle(kind, args, attempts)
            told = "written" if me in written else told
        except Exception as error:
            told = type(error).__name__
            raise
        finally:
            if me in doze.late:
                doze.late.remove(me)
                notes.add(late=doze.point, told=told, case=args["instance_id"])

    Worker(spec["url"], handle, service.sweep, now=engine.clock.now, concurrency=spec["jobs"]).run()


def _watch(engine: ProcessEngine, doze: Doze) -> set[int]:
    """Stop inside steps where it is wanted; the threads whose answer of a connector was stored."""
    written: set[int] = set()
    step, finish = engine.executor.step, engine.machine.finish_service

    def stepped(*args: Any) -> Any:
        advance = step(*args)
        doze.at("stepped")
        return advance

    def finished(*args: Any) -> Any:
        if (advance := finish(*args)) is not None:
            written.add(threading.get_ident())
        return advance

    engine.executor.step, engine.machine.finish_service = stepped, finished  # type: ignore[method-assign]
    return written


@dataclass
class _Watched:
    """The ledger, and the moment after it was written to."""

    ledger: Ledger
    doze: Doze
    name: str = "ledger"

    def call(self, arguments: Mapping[str, Any], *, key: str) -> Mapping[str, Any]:
        booked = self.ledger.call(arguments, key=key)
        self.doze.at("answered")
        return booked


def _shorten(connection: Any, record: Any) -> None:
    connection.execute(f"set idle_in_transaction_session_timeout = '{SERVER_PATIENCE}'")
    connection.commit()
