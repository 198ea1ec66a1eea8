"""The worker's round: conditions that start cases, due work whose job was lost, reminders, and what is done hourly.

Each kind of lost work is one indexed look-up: not needed while every job runs, and harmless.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from engine.errors import Busy, Conflict, NotFound
from engine.jobs.calls import Caller
from engine.jobs.notices import NoticeSender
from engine.process_engine import ProcessEngine
from engine.store import anchor_queries
from engine.store import token_queries as tokens

ANCHOR_EVERY = timedelta(hours=1)
LATE = timedelta(seconds=10)
"""A timer that is due for less is its job's: fired here, it would begin what goes on by itself anew, for ever."""
_log = logging.getLogger("siwei.jobs")
_T = TypeVar("_T")


@dataclass
class Swept:
    """What one round did."""

    timers: int = 0
    starts: int = 0
    conditions: int = 0
    """Cases that began because a condition had become true."""
    calls: int = 0
    messages: int = 0
    reminders: int = 0
    stuck: int = 0
    moving: int = 0
    anchored: bool = False
    tokens: int = 0
    forgotten: int = 0
    """Messages kept for cases that have ended."""
    sessions: int = 0
    files: int = 0
    idle_accounts: int = 0
    resealed: int = 0


class Sweeper:
    """Goes round; several workers may do so at the same moment."""

    def __init__(self, engine: ProcessEngine, caller: Caller, notices: NoticeSender, anchors: Path | None) -> None:
        self._engine = engine
        self._caller = caller
        self._notices = notices
        self._anchors = anchors
        self._tidied_at: datetime | None = None

    def sweep(self) -> Swept:
        """One round. What fails is logged and does not keep the rest from being done."""
        machine = self._engine.machine
        swept = Swept()
        swept.timers = self._each(machine.due(since=LATE), machine.fire_timers)
        swept.starts = self._each(machine.due_starts(), lambda start: machine.start_by_timer(*start))
        swept.conditions = self._each(machine.watched_conditions(), machine.look_at)
        swept.calls = self._guard(self._caller.call_lost) or 0
        swept.messages = self._each(machine.deliverable(), lambda kept: machine.deliver_buffered(*kept))
        swept.reminders = self._guard(self._notices.remind) or 0
        self._guard(lambda: self._watch(swept))
        now = self._engine.clock.now()
        if self._tidied_at is None or now - self._tidied_at >= ANCHOR_EVERY:
            self._tidied_at = now
            self._guard(lambda: self._tidy(swept, now))
        return swept

    def _watch(self, swept: Swept) -> None:
        """Look at some more of the open cases; the next round, of any worker, goes on where this one ends."""
        watchdog = self._engine.watchdog
        swept.moving = watchdog.release()
        swept.stuck = watchdog.look_on()
        if swept.stuck:
            _log.warning("%d cases cannot be moved by anybody or anything: see the incidents", swept.stuck)

    def _tidy(self, swept: Swept, now: datetime) -> None:
        swept.tokens = self._engine.machine.forget_tokens()
        swept.forgotten = self._engine.machine.forget_messages()
        swept.sessions = self._engine.accounts.forget_ended()
        swept.files = self._engine.runtime.sweep_files()
        swept.idle_accounts = self._engine.accounts.disable_idle()
        swept.resealed = self._engine.connector_hosts.reseal()
        with self._engine.store.reading() as tx:
            last = anchor_queries.last_anchor_at(tx)
            real = tokens.real_time(tx)
        if last is None or real - last >= ANCHOR_EVERY:
            swept.anchored = self._engine.history.anchor(self._anchors) is not None

    def _each(self, items: Iterable[_T], act: Callable[[_T], object]) -> int:
        """Do `act` with each item; how many it had an effect on."""
        return sum(self._guard(lambda item=item: act(item)) is not None for item in items)  # type: ignore[misc]

    @staticmethod
    def _guard(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except (Busy, Conflict, NotFound) as error:  # somebody else is at it, or has done it
            _log.info("left for the next round: %s", error)
        except Exception:
            _log.exception("a part of the round failed")
        return None
