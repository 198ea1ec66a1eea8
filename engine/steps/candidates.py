"""Whether somebody is there for a task that opens. Never a lost task."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence, Set
from datetime import date, datetime

from engine.clock import office_time
from engine.store import Transaction, found_queries

_REMEMBERED_SECONDS = 30.0


class Candidates:
    """Looks candidate texts up in the directory and remembers for half a minute whom it found.

    Only that somebody *was* found is remembered: a role that gets its first holder counts at once.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[str, date], float] = {}
        self._lock = threading.Lock()

    def found(self, tx: Transaction, candidates: Sequence[str], at: datetime) -> Set[str]:
        """Those candidate texts that an active person answers to on the day of `at`."""
        day, counter = office_time(at).date(), time.monotonic()
        with self._lock:
            known = {text for text in candidates if self._seen.get((text, day), 0.0) > counter}
        unknown = [text for text in candidates if text not in known]
        if not unknown:
            return known
        fresh = found_queries.found(tx, unknown, day)
        with self._lock:
            if len(self._seen) > 10_000:
                self._seen.clear()
            self._seen.update({(text, day): counter + _REMEMBERED_SECONDS for text in fresh})
        return known | fresh
