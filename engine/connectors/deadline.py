"""A limit for a whole HTTP exchange, however slowly the other side drips.

The client's own time-outs begin anew with every byte that arrives: a host that sends one byte every
nine seconds would hold a worker for days, and one that drips headers never even gets to an answer.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any

_OPENED = frozenset({"connection.connect_tcp.complete", "connection.start_tls.complete"})


class Deadline:
    """Around one exchange: when the time is over, its connection is cut, and whoever reads from it gets an error.

    Args:
        seconds: from entering the block to the last byte.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._passed = False
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    def __enter__(self) -> Deadline:
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._timer.cancel()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """For the request's extension `trace`: learn which connection it is."""
        if event not in _OPENED:
            return
        with self._lock:
            self._socket = info["return_value"].get_extra_info("socket")
            too_late = self._passed
        if too_late:
            self._cut()

    def ensure_not_passed(self) -> None:
        """Raise TimeoutError when the connection was cut."""
        if self._passed:
            raise TimeoutError(f"not complete within {self._seconds:g} s")

    def _cut(self) -> None:
        with self._lock:
            self._passed = True
            connection = self._socket
        if connection is not None:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # it is closed already
                return
