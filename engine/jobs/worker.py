"""The worker: takes jobs from the queue and hands them to the job service.

Any number of workers on any number of machines share the work. One that was killed
leaves its job `doing`; every worker looks for such jobs by heartbeat and puts them
back, so a job runs at least once and its handler must bear running twice.

A worker outlives its database: when the connection is lost, or is not there yet, it
tries again until it is told to stop. Procrastinate's own worker ends then, sometimes
with an error and sometimes, when its heartbeat noticed first, without one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any

from procrastinate import App, PsycopgConnector

from engine import feel
from engine.jobs.fetching import OrderedJobManager
from engine.jobs.outcomes import LastingJobManager
from engine.jobs.queue import AT_ONCE, QUEUE, BackOff, Handler, make_app
from engine.store.store import KEEPALIVE, SILENT_MS

HEARTBEAT_SECONDS = 2.0
STALLED_SECONDS = 8.0
POLL_SECONDS = 1.0
SWEEP_SECONDS = 20.0
KEEP_HOURS = 24
"""For jobs that a worker of the code before has left as done: until 2026-11-23 they stayed for a day."""
FORGET_SECONDS = 3600.0
AGAIN_SECONDS = 1.0
"""After a lost connection."""
CONNECT_SECONDS = 10.0
"""To get a connection from the pool."""
_log = logging.getLogger("siwei.worker")


class Worker:
    """Runs jobs until it is told to stop.

    Args:
        conninfo: a libpq connection string or URL; a SQLAlchemy URL is taken for the same.
        handler: does one job; raising makes it be tried again later.
        sweep: called about every 20 seconds in a thread: finds due work that has no job
            (its job was lost or gave up), sends reminders, anchors the history.
        now: the database's time; what has to be tried again is put off by it.
        concurrency: jobs at once.
    """

    def __init__(
        self,
        conninfo: str,
        handler: Handler,
        sweep: Callable[[], Any],
        *,
        now: Callable[[], datetime],
        concurrency: int = 4,
    ) -> None:
        self._conninfo = _libpq(conninfo)
        self._handler = handler
        self._sweep = sweep
        self._retry = BackOff(now)
        self._concurrency = concurrency

    def run(self) -> None:
        """Work until TERM or INT; the jobs in hand are finished first."""
        feel.parse("true")  # reads the grammar: a step has few seconds, and on a crowded machine none to spare for it
        asyncio.run(self._run_until_told())

    async def run_until_idle(self) -> None:
        """Do what is to be done now, and return."""
        app = self._new_app()
        app.job_manager = OrderedJobManager(app.connector)
        async with app.open_async():
            await self._work(app, wait=False)

    async def _run_until_told(self) -> None:
        told = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, told.set)
        while not told.is_set():
            work = asyncio.create_task(self._work_on(told))
            waiting = asyncio.create_task(told.wait())
            await asyncio.wait({work, waiting}, return_when=asyncio.FIRST_COMPLETED)
            work.cancel()  # if it is not the one that ended; the jobs in hand are finished
            try:
                await work
            except asyncio.CancelledError:
                pass
            except Exception as error:
                _log.error("worker: %s: %s", type(error).__name__, error)
            waiting.cancel()
            if not told.is_set():
                _log.warning("worker: stopped without being told to; it goes on in %g s", AGAIN_SECONDS)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(told.wait(), AGAIN_SECONDS)

    async def _work_on(self, told: asyncio.Event) -> None:
        """Work while the database is there, with what goes round beside the jobs."""
        app = self._new_app()
        app.job_manager = manager = LastingJobManager(app.connector, told)
        async with app.open_async():
            side = [
                asyncio.create_task(_every(STALLED_SECONDS / 2, lambda: _rescue(app))),
                asyncio.create_task(_every(SWEEP_SECONDS, lambda: asyncio.to_thread(self._sweep))),
                asyncio.create_task(_every(FORGET_SECONDS, lambda: manager.forget(KEEP_HOURS))),
            ]
            try:
                await self._work(app, wait=True)
            finally:
                await _end(side)

    def _new_app(self) -> App:
        connector = PsycopgConnector(
            conninfo=self._conninfo,
            kwargs={**KEEPALIVE, "tcp_user_timeout": SILENT_MS},
            min_size=1,
            max_size=self._concurrency + 2,
            timeout=CONNECT_SECONDS,
        )
        return make_app(connector, self._handler, self._retry)

    async def _work(self, app: App, *, wait: bool) -> None:
        await app.run_worker_async(
            queues=[QUEUE],
            concurrency=self._concurrency,
            wait=wait,
            fetch_job_polling_interval=POLL_SECONDS,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_SECONDS,
            install_signal_handlers=False,
            listen_notify=wait,
            delete_jobs="successful",  # what they did stands in the history
        )


async def _rescue(app: App) -> None:
    """Put back the jobs of workers whose heartbeat has stopped."""
    manager = app.job_manager
    for job in await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=STALLED_SECONDS):
        await manager.retry_job(job, retry_at=AT_ONCE)


async def _end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel until they have ended: before Python 3.12 a task that waits with a limit, as for a connection of the pool,
    passes over a cancellation that comes in the moment in which its wait is over."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=AGAIN_SECONDS)


async def _every(seconds: float, action: Callable[[], Awaitable[Any]]) -> None:
    """Do `action` every so often; a failure is logged and does not end the round."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await action()
        except Exception:
            _log.exception("worker side task failed")


def _libpq(conninfo: str) -> str:
    """`postgresql+psycopg://…` as libpq writes it."""
    scheme, separator, rest = conninfo.partition("://")
    return f"{scheme.partition('+')[0]}{separator}{rest}" if separator else conninfo
