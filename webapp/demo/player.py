"""Plays plans through the engine: people claim and complete, timers fire, connectors answer, messages arrive.

The player moves a `SetClock` from one thing to the next, in the order of time, and does
itself what a worker would do (it takes the jobs out of the engine's `NoJobs`). Nothing is
written but by the engine's services, as the people themselves would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine import SYSTEM, ProcessEngine
from engine.cases.values import ProcessInstance
from engine.clock import SetClock
from engine.queue import JobSpec, NoJobs
from webapp.demo.game import MARK, Game
from webapp.demo.office import Office
from webapp.demo.people import People
from webapp.demo.plans import Group
from webapp.demo.played import PlayFailed

__all__ = ["MARK", "Connect", "PlayFailed", "Player", "answered"]

_REACHED_OUT = {"mail": {"sent": True}}

Connect = Callable[[str, Mapping[str, Any], str], Mapping[str, Any]]
"""Calls a connector by name, with arguments and key."""


def answered(name: str, arguments: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Every call as one that was done, with nobody outside reached."""
    return _REACHED_OUT.get(name, {})


class Player:
    """Plays one group after the other.

    Args:
        engine: over a `SetClock` and `NoJobs`.
        connect: how service tasks reach out; without it every call is answered as done.
        tell: does `notify` jobs; without it nobody is notified.
    """

    def __init__(
        self,
        engine: ProcessEngine,
        *,
        connect: Connect | None = None,
        tell: Callable[[JobSpec], None] | None = None,
    ) -> None:
        if not isinstance(engine.clock, SetClock) or not isinstance(engine.queue, NoJobs):
            raise ValueError("a player needs a clock of its own and a queue that it can take from")
        self.engine = engine
        self.clock: SetClock = engine.clock
        self.queue: NoJobs = engine.queue
        self.people = People(engine)
        self.office = Office(engine.calendars.calendar())
        self.connect = connect or answered
        self.tell = tell

    def play(self, group: Group) -> list[ProcessInstance]:
        """Play a group up to its `until`, or until nothing is left to do; gives its cases as they stand then.

        Raises:
            PlayFailed: a form refuses its answer, nobody can do a task, or an incident happens that is not meant.
        """
        game = Game(self, group)
        game.run()
        return [self.engine.runtime.instance(case.id, SYSTEM) for case in game.cases.values()]
