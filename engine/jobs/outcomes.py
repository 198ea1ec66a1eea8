"""What became of a job is written down, however long the database takes nothing in.

Procrastinate tries once. A job whose outcome was not taken, because the disk was full or the database only to
be read, would stay `doing` for as long as its worker lives: its heartbeat says that somebody is at it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from procrastinate.exceptions import ConnectorException

from engine.jobs.fetching import OrderedJobManager

AGAIN_SECONDS = 1.0
_RAISED = "P0001"
"""How PostgreSQL names an exception that a function of Procrastinate's raises: the job is not `doing` any more."""
_log = logging.getLogger("siwei.worker")


class LastingJobManager(OrderedJobManager):
    """Tries again until the outcome is taken, or the worker is told to stop: then others take its jobs over.

    Args:
        told: set when the worker is to stop.
    """

    def __init__(self, connector: Any, told: asyncio.Event) -> None:
        super().__init__(connector)
        self._told = told

    async def finish_job(self, *args: Any, **more: Any) -> None:
        """As Procrastinate's."""
        write = super().finish_job
        await self._until_taken(lambda: write(*args, **more))

    async def retry_job(self, *args: Any, **more: Any) -> None:
        """As Procrastinate's."""
        write = super().retry_job
        await self._until_taken(lambda: write(*args, **more))

    async def _until_taken(self, write: Callable[[], Awaitable[None]]) -> None:
        said = False
        while True:
            try:
                return await write()
            except ConnectorException as error:
                if self._told.is_set() or getattr(error.__cause__, "sqlstate", None) == _RAISED:
                    raise  # the second: it was taken, and only the answer was lost
                if not said:
                    _log.warning("worker: what became of a job cannot be stored yet: %s", error.__cause__ or error)
                    said = True
            await asyncio.sleep(AGAIN_SECONDS)
