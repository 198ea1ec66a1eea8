"""The pool of connections, which also says who asks it for one."""

from __future__ import annotations

from collections import deque
from typing import Any

from sqlalchemy import PoolProxiedConnection, QueuePool


class CountedPool(QueuePool):
    """SQLAlchemy's, and how many threads are at it to get a connection: nearly always because they wait for one."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._asking: deque[None] = deque()  # one entry a thread; adding and taking away need no lock

    def connect(self) -> PoolProxiedConnection:
        """As SQLAlchemy's."""
        self._asking.append(None)
        try:
            return super().connect()
        finally:
            self._asking.pop()

    def counts(self) -> dict[str, int]:
        """Connections that are open and `used` or `idle`, how many there may be (`limit`), and who is `waiting`."""
        limit = self.size() + self._max_overflow
        return {
            "used": self.checkedout(),
            "idle": self.checkedin(),
            "waiting": len(self._asking),
            "limit": limit,
        }
