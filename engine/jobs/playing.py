"""Machines' work under a clock that somebody else moves: tests, demo data, process play."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.clock import SetClock
from engine.errors import LimitExceeded
from engine.jobs.calls import Caller
from engine.jobs.queue import MAX_ATTEMPTS
from engine.process_engine import ProcessEngine
from engine.queue import NoJobs

MAX_ROUNDS = 10_000
LOOK_EVERY = timedelta(hours=1)
"""How far the clock moves between two looks at the conditions that start cases. A worker looks every 20 seconds."""
_TELLING = ("notify", "notice_mail")
_BY_THE_CLOCK = ("timer", "start_timer", "service_call")


@dataclass
class Played:
    """What machines did."""

    timers: int = 0
    starts: int = 0
    calls: int = 0
    deliveries: int = 0

    @property
    def anything(self) -> bool:
        """Whether anything was done at all."""
        return bool(self.timers or self.starts or self.calls or self.deliveries)


class Player:
    """Plays timers, connector calls and messages in the order in which they are due."""

    def __init__(
        self, engine: ProcessEngine, caller: Caller, handle: Callable[[str, Mapping[str, Any], int], None]
    ) -> None:
        self._engine = engine
        self._caller = caller
        self._handle = handle

    def run(self, until: datetime, *, notices: bool) -> Played:
        """Do what is due up to `until`, see `JobService.run_due`."""
        played = Played()
        self._drain(played, notices)
        for _ in range(MAX_ROUNDS):
            due = self._walk(self._engine.machine.next_due(until), until, played, notices)
            if due is None:
                return played
            before = (played.timers, played.starts)
            self._fire(played)
            self._drain(played, notices)
            stuck = (played.timers, played.starts) == before and self._engine.machine.next_due(due) is not None
            if stuck:
                raise LimitExceeded("A timer is due and does not fire.", due_at=due)
        raise LimitExceeded("Timers fire without an end.", until=until)

    def _walk(self, due: datetime | None, until: datetime, played: Played, notices: bool) -> datetime | None:
        """Move the clock on to what is due, or to `until`, and look at conditions on the way; what is due there.

        What a condition starts on the way may be due earlier.
        """
        machine, clock = self._engine.machine, self._engine.clock
        while True:
            watched = machine.watched_conditions()
            target = due or until
            steps = watched and isinstance(clock, SetClock)
            at = min(target, clock.now() + LOOK_EVERY) if steps else target
            self._move(at)
            started = sum(machine.look_at(key) is not None for key in watched)
            if started:
                played.starts += started
                self._drain(played, notices)
                due = machine.next_due(until)
            if at >= target:
                return due

    def _fire(self, played: Played) -> None:
        machine = self._engine.machine
        for instance_id in machine.due():
            played.timers += machine.fire_timers(instance_id) is not None
        for definition_id, element_id, due_at in machine.due_starts():
            played.starts += machine.start_by_timer(definition_id, element_id, due_at) is not None

    def _drain(self, played: Played, notices: bool) -> None:
        """Deliver what steps have sent and answer the calls they ask for, until nothing new comes."""
        for _ in range(MAX_ROUNDS):
            done = self._deliver(played, notices)
            for instance_id, task_id in self._caller.open_calls():
                self._caller.call(instance_id, task_id, final=True)
                played.calls += 1
                done = True
            if not done:
                return
        raise LimitExceeded("Cases send each other messages without an end.")

    def _deliver(self, played: Played, notices: bool) -> bool:
        queue = self._engine.queue
        jobs = queue.take() if isinstance(queue, NoJobs) else ()
        for job in jobs:
            if job.kind in _BY_THE_CLOCK or (job.kind in _TELLING and not notices):
                continue
            self._handle(job.kind, job.args, MAX_ATTEMPTS - 1)
            played.deliveries += job.kind not in _TELLING
        return bool(jobs)

    def _move(self, moment: datetime) -> None:
        clock = self._engine.clock
        if isinstance(clock, SetClock) and clock.now() < moment:
            clock.set(moment)
