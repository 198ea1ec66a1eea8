"""Machines' work under a clock that somebody else moves: tests, demo data, process play."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.clock import SetClock
from engine.errors import LimitExceeded
from engine.jobs.calls import Caller
from engine.jobs.queue import MAX_ATTEMPTS
from engine.process_engine import ProcessEngine
from engine.queue import NoJobs

MAX_ROUNDS = 10_000
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
            at = self._engine.machine.next_due(until)
            if at is None:
                self._move(until)
                return played
            self._move(at)
            before = (played.timers, played.starts)
            self._fire(played)
            self._drain(played, notices)
            if (played.timers, played.starts) == before:
                raise LimitExceeded("A timer is due and does not fire.", due_at=at)
        raise LimitExceeded("Timers fire without an end.", until=until)

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
