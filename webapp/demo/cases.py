"""Load the cases of the demonstration: a whole year, all closed, and the ones that stand open today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from engine import NoJobs, SetClock
from engine.calendar import TAIPEI
from engine.jobs import ProcrastinateQueue
from webapp.assemble import assemble
from webapp.demo.office import Office
from webapp.demo.petitions import petitions_of
from webapp.demo.player import Player
from webapp.settings import Settings

YEAR = 2018
"""ROC 107."""

Progress = Callable[[int, int], None]


def load_cases(settings: Settings, *, progress: Progress = lambda done, total: None) -> int:
    """Play every case of the demonstration that is not there yet; gives how many groups were played."""
    engine = assemble(settings, clock=SetClock(datetime.now(TAIPEI)), queue=NoJobs())
    try:
        groups = petitions_of(YEAR, Office(engine.calendars.calendar()))
        player = Player(engine)
        for done, group in enumerate(groups):
            progress(done, len(groups))
            player.play(group)
        progress(len(groups), len(groups))
        engine.machine.hand_over(ProcrastinateQueue())
        return len(groups)
    finally:
        engine.close()
