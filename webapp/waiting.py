"""Waiting for a database that is not there yet: at a start after a power cut the order is nobody's choice."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from engine.errors import StoreUnavailable

AGAIN_SECONDS = 1.0
SAID_EVERY = 30.0
_log = logging.getLogger("siwei.start")
_T = TypeVar("_T")


def until_available(
    ask: Callable[[], _T], *, seconds: float | None = None, sleep: Callable[[float], None] = time.sleep
) -> _T:
    """Do `ask`, again and again as long as the database cannot be reached; gives its answer.

    Args:
        seconds: how long to go on trying; without it until somebody ends the process.

    Raises:
        StoreUnavailable: the time is over.
    """
    begun = said = time.monotonic()
    first = True
    while True:
        try:
            return ask()
        except StoreUnavailable as error:
            now = time.monotonic()
            if seconds is not None and now - begun >= seconds:
                raise
            if first or now - said >= SAID_EVERY:
                _log.warning("the database cannot be reached, trying again: %s", error)
                first, said = False, now
            sleep(AGAIN_SECONDS)
