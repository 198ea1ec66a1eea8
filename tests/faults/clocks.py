"""Processes whose machine has a wrong clock, that jumps while they work."""

from __future__ import annotations

import ctypes
import gc
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

import psycopg

from engine import ProcessEngine
from engine.accounts.service import AccountRules, AccountService
from engine.accounts.sessions import SessionEnded
from engine.clock import Clock
from engine.connectors import ConnectorRegistry
from engine.errors import ConnectorError
from engine.jobs import JobService, Worker
from engine.jobs import worker as worker_module
from tests.faults.actors import CLERK, Ledger, Notes, engine_of

IDLE, ABSOLUTE = timedelta(seconds=1.5), timedelta(seconds=3)
"""Of sessions, in this run: one kind ends because nobody uses it, the other however much it is used."""
RULES = {"unused": AccountRules(idle=IDLE), "used": AccountRules(idle=timedelta(hours=8), absolute=ABSOLUTE)}
LOOK_SECONDS = 0.05


def go_wrong(offsets: Sequence[float], jump_every: float, notes: Notes) -> None:
    """Let everything in this process that asks for the time of day be told a wrong one: so many seconds ahead.

    The next of `offsets` counts after each `jump_every` seconds; counters that only go on (`time.monotonic`) are
    left alone, as on a machine whose clock is set.
    """
    ahead = [offsets[0]]
    real_time, real_ns, real_now = time.time, time.time_ns, datetime.now

    def now(cls: type[datetime], zone: tzinfo | None = None) -> datetime:
        return real_now(zone) + timedelta(seconds=ahead[0])

    time.time = lambda: real_time() + ahead[0]
    time.time_ns = lambda: real_ns() + int(ahead[0] * 1e9)
    _replace(datetime, "now", classmethod(now))
    _replace(datetime, "utcnow", classmethod(lambda cls: now(cls, UTC).replace(tzinfo=None)))
    _replace(date, "today", classmethod(lambda cls: now(datetime).date()))

    def jump() -> None:
        for offset in offsets[1:]:
            time.sleep(jump_every)
            ahead[0] = offset
            notes.add(jumped=offset)

    threading.Thread(target=jump, daemon=True).start()


def _replace(kind: type, name: str, method: Any) -> None:
    """Give a type of C another method, for all who have imported it already."""
    (attributes,) = gc.get_referents(kind.__dict__)
    attributes[name] = method
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))


# -- who works there -----------------------------------------------------------------------


def worker(spec: Mapping[str, Any], barrier: Any) -> None:
    """The real worker; its connector fails at the first try of each call. Only what it waits for is shortened."""
    go_wrong(spec["offsets"], spec["jump_every"], Notes(spec["notes"]))
    worker_module.POLL_SECONDS, worker_module.SWEEP_SECONDS = 0.2, 1.0
    rescue_every(1.0)
    engine = engine_of(spec["url"], pool_size=4)
    service = JobService(engine, ConnectorRegistry(_Moody(Ledger(spec["libpq"]))))
    Worker(spec["url"], service.handle, service.sweep, now=engine.clock.now, concurrency=2).run()


def rescue_every(seconds: float) -> None:
    """Look for jobs of dead workers so often; a worker counts as dead as late as ever."""
    every: Callable[..., Any] = worker_module._every
    slow = worker_module.STALLED_SECONDS / 2
    worker_module._every = lambda wait, action: every(seconds if wait == slow else wait, action)


def clerk(spec: Mapping[str, Any], barrier: Any) -> None:
    """Start cases that wait for a second, and note when sessions end that were opened here and elsewhere."""
    notes = Notes(spec["notes"])
    go_wrong(spec["offsets"], spec["jump_every"], notes)
    engine = engine_of(spec["url"])
    for _ in range(spec["cases"]):
        engine.runtime.start(spec["process"], actor=CLERK, variables={})
    desks = desks_of(engine)
    looks = {f"{kind}, opened elsewhere": (kind, *known) for kind, known in spec["sessions"].items()}
    looks |= {f"{kind}, opened here": (kind, *opened(desk, spec)) for kind, desk in desks.items()}
    while looks:
        for name, (kind, token, since) in list(looks.items()):
            try:
                desks[kind].session(token, active=kind == "used")
            except SessionEnded as ended:
                notes.add(session=name, kind=kind, reason=ended.reason, lasted=time.monotonic() - since)
                del looks[name]
        time.sleep(LOOK_SECONDS)


def desks_of(engine: ProcessEngine) -> dict[str, AccountService]:
    """Where one signs in, for each kind of session."""
    parts = (engine.store, engine.clock, engine.directory, engine.admin_log)
    return {kind: AccountService(*parts, rules=rules) for kind, rules in RULES.items()}


def opened(desk: AccountService, account: Mapping[str, Any]) -> tuple[str, float]:
    """Sign in: the session's token, and since when at the earliest."""
    since = time.monotonic()
    session = desk.sign_in(account["username"], account["password"], ip="127.0.0.1", user_agent="faults")
    return session.token, since


@dataclass
class _Moody:
    """The ledger, that cannot be reached the first time it is asked for something."""

    ledger: Ledger
    name: str = "ledger"

    def call(self, arguments: Mapping[str, Any], *, key: str) -> Mapping[str, Any]:
        with psycopg.connect(self.ledger.url, autocommit=True) as db:
            first = db.execute("insert into ledger (key) values (%s) on conflict do nothing", [f"first {key}"]).rowcount
        if first:
            raise ConnectorError("The ledger cannot be reached.")
        return self.ledger.call(arguments, key=key)


# -- broken --------------------------------------------------------------------------------


def by_the_machine() -> None:
    """The engine goes by the clock of the machine it runs on."""
    Clock.now = lambda self: datetime.now(UTC)  # type: ignore[method-assign]
