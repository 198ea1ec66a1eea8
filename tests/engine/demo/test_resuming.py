"""A loading that was interrupted goes on where it stood."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from engine import SYSTEM, NoJobs, SetClock
from engine.calendar.working_days import TAIPEI
from webapp.assemble import assemble
from webapp.demo.cases import missing
from webapp.demo.office import Office
from webapp.demo.player import MARK, Player
from webapp.demo.year import groups_of_year


@pytest.fixture(scope="module")
def engine(prepared, demo_settings):
    engine = assemble(demo_settings, clock=SetClock(datetime(2018, 1, 1, tzinfo=TAIPEI)), queue=NoJobs())
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def year(engine):
    """Four petitions of the year, one of which takes a while."""
    groups = groups_of_year(Office(engine.calendars.calendar()))
    return [group for group in groups if "/petition/" in group.key][:4]


def test_what_is_there_is_left_and_what_stands_half_way_is_played_anew(engine, year):
    player = Player(engine)
    assert missing(engine, year, []) == (year, [])
    player.play(year[0])
    (stuck,) = player.play(replace(year[1], until=Office(engine.calendars.calendar()).at(year[1].begins.date(), 24)))
    assert stuck.is_open

    assert missing(engine, year, []) == ([year[1], year[2], year[3]], [])

    assert engine.runtime.instance(stuck.id, SYSTEM).status == "cancelled"
    (again,) = player.play(year[1])
    assert again.status == "completed"
    assert missing(engine, year, []) == ([year[2], year[3]], [])


def test_a_played_case_is_marked_and_its_people_are_real(engine, year):
    (case,) = Player(engine).play(year[2])
    assert case.is_synthetic
    assert engine.runtime.variables(case.id, SYSTEM)[MARK] == year[2].plans[0].key
    people = {entry.actor for entry in engine.history.timeline(case.id, SYSTEM)} - {"system"}
    assert people <= {person.id for person in engine.directory.people(limit=10_000)}
    assert len(people) >= 3
    assert case.started_at.astimezone(TAIPEI).year == 2018
