"""The worker: takes jobs from the queue and hands them to the job service.

Any number of workers on any number of machines share the work. One that was killed
leaves its job `doing`; every worker looks for such jobs by heartbeat and puts them
back, so a job runs at least once and its handler must bear running twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from procrastinate import App, PsycopgConnector

from engine.jobs.queue import QUEUE, Handler, make_app

HEARTBEAT_SECONDS = 2.0
STALLED_SECONDS = 8.0
POLL_SECONDS = 1.0
SWEEP_SECONDS = 20.0
KEEP_HOURS = 24
_log = logging.getLogger("siwei.worker")


class Worker:
    """Runs jobs until it is told to stop.

    Args:
        conninfo: a libpq connection string or URL; a SQLAlchemy URL is taken for the same.
        handler: does one job; raising makes it be tried again later.
        sweep: called about every 20 seconds in a thread: finds due work that has no job
            (its job was lost or gave up), sends reminders, anchors the history.
        concurrency: jobs at once.
    """

    def __init__(self, conninfo: str, handler: Handler, sweep: Callable[[], Any], *, concurrency: int = 4) -> None:
        connector = PsycopgConnector(conninfo=_libpq(conninfo), min_size=1, max_size=concurrency + 2)
        self._app: App = make_app(connector, handler)
        self._sweep = sweep
        self._concurrency = concurrency

    def run(self, *, install_signal_handlers: bool = True) -> None:
        """Work until TERM or INT; the jobs in hand are finished first."""
        asyncio.run(self.run_async(install_signal_handlers=install_signal_handlers))

    async def run_async(self, *, install_signal_handlers: bool = True, until_idle: bool = False) -> None:
        """The same inside a running event loop; with `until_idle` it returns when nothing is left to do now."""
        async with self._app.open_async():
            side = (
                []
                if until_idle
                else [
                    asyncio.create_task(self._every(STALLED_SECONDS / 2, self._rescue)),
                    asyncio.create_task(self._every(SWEEP_SECONDS, self._sweep_once)),
                    asyncio.create_task(self._every(3600.0, self._forget_old_jobs)),
                ]
            )
            try:
                await self._app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=self._concurrency,
                    wait=not until_idle,
                    fetch_job_polling_interval=POLL_SECONDS,
                    update_heartbeat_interval=HEARTBEAT_SECONDS,
                    stalled_worker_timeout=STALLED_SECONDS,
                    install_signal_handlers=install_signal_handlers,
                    listen_notify=not until_idle,
                )
            finally:
                for task in side:
                    task.cancel()
                await asyncio.gather(*side, return_exceptions=True)

    async def _rescue(self) -> None:
        """Put back the jobs of workers whose heartbeat has stopped."""
        manager = self._app.job_manager
        for job in await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=STALLED_SECONDS):
            await manager.retry_job(job)

    async def _sweep_once(self) -> None:
        await asyncio.to_thread(self._sweep)

    async def _forget_old_jobs(self) -> None:
        await self._app.job_manager.delete_old_jobs(nb_hours=KEEP_HOURS, queue=QUEUE)

    async def _every(self, seconds: float, action: Callable[[], Any]) -> None:
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
