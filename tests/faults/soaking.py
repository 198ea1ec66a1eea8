"""A day's work in short: people at the real app, a worker that tidies up, and what each of them holds meanwhile."""

from __future__ import annotations

import functools
import gc
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from engine import ProcessEngine
from engine.accounts import sessions
from engine.cases import files, machine
from engine.cases.tasks import TaskService
from engine.connectors import ConnectorRegistry
from engine.jobs import JobService, Worker, sweeping
from engine.jobs import worker as worker_module
from engine.jobs.outcomes import LastingJobManager
from engine.jobs.sweeping import Sweeper
from tests.faults.actors import CLERK, HISTORY_KEY, Notes, engine_of
from tests.faults.posting import PASSWORD, Client, client_of
from webapp import Settings, create_app
from webapp.memory import keep_what_is_loaded

SAMPLE_SECONDS = 0.25
A_SESSION = 50
"""Completions after which somebody signs out and in again."""
KEPT_BYTES = 800_000
"""What a broken build keeps of each answer."""


def person(spec: Mapping[str, Any], barrier: Any) -> None:
    """Start cases and complete their tasks over the app, with a draft saved in between; until told to finish."""
    engine, notes, finish = _begin(spec)
    app = create_app(Settings(mode="test", secret_key="s" * 40, history_key=HISTORY_KEY.decode()), engine)
    app.testing = True
    keep_what_is_loaded()
    while not finish.exists():
        signed_in = engine.accounts.sign_in(CLERK.person_id, PASSWORD, ip="127.0.0.1", user_agent="faults")
        client = client_of(app, signed_in.token)
        done = 0
        while done < A_SESSION and not finish.exists():
            case = _post(client, f"/start/{spec['process']}").rpartition("/")[2]
            for task in _tasks(engine, UUID(case)):
                engine.tasks.claim(task, CLERK)
                engine.tasks.save_draft(task, CLERK, {"opinion": "同意"})
                _post(client, f"/tasks/{task}")
                notes.add(done=os.getpid())
                done += 1
        engine.accounts.sign_out(signed_in.token)


def _tasks(engine: ProcessEngine, case: UUID) -> Iterator[UUID]:
    while found := [task.id for task in engine.tasks.of_case(case, CLERK) if task.is_open]:
        yield found[0]


def _post(client: Client, path: str) -> str:
    browser, csrf = client
    answer = browser.post(path, data={"token": str(uuid4()), "form_action": "submit", "csrf_token": csrf})
    if answer.status_code != 303:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return answer.headers["Location"]


def worker(spec: Mapping[str, Any], barrier: Any) -> None:
    """The real worker, for which an hour is half a second, and a week nothing."""
    worker_module.POLL_SECONDS, worker_module.SWEEP_SECONDS = 0.2, 0.5
    machine.TOKENS_KEPT = sessions.KEPT = files.UNATTACHED_KEPT = timedelta()
    sweeping.ANCHOR_EVERY = timedelta(seconds=0.5)
    engine, _, _ = _begin(spec)
    service = JobService(engine, ConnectorRegistry(), anchors=Path(spec["finish"]).with_name("anchors"))
    keep_what_is_loaded()
    Worker(spec["url"], service.handle, service.sweep, now=engine.clock.now, concurrency=2).run()


def _begin(spec: Mapping[str, Any]) -> tuple[ProcessEngine, Notes, Path]:
    """An engine of one's own, and somebody who looks at what this process holds."""
    tempfile.tempdir = spec["temporary"]
    engine, notes = engine_of(spec["url"], pool_size=3), Notes(spec["notes"])
    threading.Thread(target=_look, args=(engine, notes), daemon=True).start()
    return engine, notes, Path(spec["finish"])


def _look(engine: ProcessEngine, notes: Notes) -> None:
    """Note again and again what this process holds."""
    caches: list[Any] = []
    while True:
        time.sleep(SAMPLE_SECONDS)
        caches = caches or [each for each in gc.get_objects() if isinstance(each, functools._lru_cache_wrapper)]
        with engine.store.reading() as tx:
            prepared = tx.connection.exec_driver_sql("select count(*) from pg_prepared_statements").scalar_one()
        notes.add(
            held=os.getpid(),
            kB=_resident(),
            blocks=sys.getallocatedblocks(),
            handles=len(os.listdir("/proc/self/fd")),
            threads=threading.active_count(),
            cached=sum(cache.cache_info().currsize for cache in caches),
            prepared=prepared,
        )


def _resident() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1])


# -- what the database holds ---------------------------------------------------------------

LASTING = frozenset({
    "process_instance", "user_task", "history_entry", "history_value_apart", "participation", "search_document",
    "notification",
})  # fmt: skip
"""Tables that grow with each case, as they should: what was done must be provable for years."""
BY_TIME = frozenset({"history_anchor", "sign_in_log"})
"""Tables that grow with each hour and each sign-in, and are kept for months."""
_TABLES = "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"


def rows(db: psycopg.Connection, *, lasting: bool) -> dict[str, int]:
    """How many rows there are in each table that is to be flat, or in each that lasts."""
    names = [name for (name,) in db.execute(_TABLES) if (name in LASTING) is lasting and name not in BY_TIME]
    counts = " union all ".join(f"select '{name}', count(*) from {name}" for name in names)
    return dict(db.execute(counts).fetchall())  # type: ignore[call-overload]


# -- broken --------------------------------------------------------------------------------

_kept: list[Any] = []


def keeps_everything() -> None:
    """Each completed task leaves a piece of memory and an open file behind."""
    complete = TaskService.complete

    def broken(*args: Any, **named: Any) -> Any:
        _kept.extend([b"x" * KEPT_BYTES, os.open(os.devnull, os.O_RDONLY)])
        return complete(*args, **named)

    TaskService.complete = broken  # type: ignore[method-assign]


def never_tidies() -> None:
    """What is over stays."""

    finish = LastingJobManager.finish_job

    async def keep(manager: LastingJobManager, **named: Any) -> None:
        """The job stays, as done."""
        await finish(manager, **{**named, "delete_job": False})

    Sweeper._tidy = lambda *args: None  # type: ignore[method-assign]
    LastingJobManager.finish_job = keep  # type: ignore[method-assign]
