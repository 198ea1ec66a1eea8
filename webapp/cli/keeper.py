"""The embedded database is kept running for as long as `siwei up` runs."""

from __future__ import annotations

import time
from collections.abc import Callable

from engine.store.embedded import DatabaseNotStarted, EmbeddedServer

AGAIN_SECONDS = 2.0
"""Between two starts that did not succeed: a full disk is not empty the moment after."""


class DatabaseKeeper:
    """Starts the server again when it has ended by itself, and again until it runs: web and worker wait for it.

    Args:
        say: tells whoever watches the console; once when the server is gone, once when it is back.
    """

    def __init__(self, database: EmbeddedServer, say: Callable[[str], object]) -> None:
        self._database = database
        self._say = say
        self._not_before = 0.0
        self._down = False

    def tend(self) -> None:
        """Look after the server; to be called again and again."""
        if self._database.is_running or time.monotonic() < self._not_before:
            return
        if not self._down:
            self._say("Siwei: the database ended by itself; it is started again.")
        try:
            self._database.start()
        except DatabaseNotStarted as error:
            if not self._down:
                self._say(f"Siwei: {error}\nSiwei: it is tried again every {AGAIN_SECONDS:g} s.")
            self._down = True
            self._not_before = time.monotonic() + AGAIN_SECONDS
            return
        if self._down:
            self._say("Siwei: the database is back.")
        self._down = False
