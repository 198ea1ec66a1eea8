"""What stands open in the demonstration stands where its row says, whenever it is loaded."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine import SYSTEM, SetClock
from engine.calendar.working_days import TAIPEI
from engine.queue import NoJobs
from webapp.assemble import assemble
from webapp.demo.game import Game
from webapp.demo.office import Office
from webapp.demo.opened import open_groups
from webapp.demo.player import Player

pytestmark = pytest.mark.slow
MOMENTS = {
    "a Monday, just after midnight": datetime(2026, 11, 23, 0, 1, tzinfo=TAIPEI),
    "a Tuesday, while people work": datetime(2026, 11, 24, 10, 54, tzinfo=TAIPEI),
    "a Sunday evening of long holidays": datetime(2026, 2, 22, 21, 0, tzinfo=TAIPEI),
}


@pytest.mark.parametrize("now", MOMENTS.values(), ids=MOMENTS)
def test_every_open_case_stands_where_its_row_says(prepared, demo_settings, now):
    engine = assemble(demo_settings, clock=SetClock(now), queue=NoJobs())
    try:
        player, missed = Player(engine), {}
        for group in open_groups(Office(engine.calendars.calendar()), now):
            game = Game(player, group)
            game.run()
            for case_id, played in game.cases.items():
                tasks = engine.tasks.of_case(case_id, SYSTEM)
                stands = {_place(task.element_id, task.assignee) for task in tasks if task.is_open}
                if not played.plan.failing and not _wanted(played.plan) <= stands:
                    missed[played.plan.key] = (_wanted(played.plan), stands)
        assert missed == {}
    finally:
        engine.close()


def _wanted(plan):
    left = ((name.partition("/")[0], answers[-1]) for name, answers in plan.answers.items())
    return {_place(element, answer.give or answer.leave == "claimed") for element, answer in left if answer.leave}


def _place(element, taken):
    return f"{element}: {'taken' if taken else 'open'}"
