"""Leave and deputies: who stands in, from when to when, and what they may not do."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import InvalidFields, NotAllowed, RecordNotFound
from engine.model import SYSTEM
from tests.engine.directory.conftest import MORNING

pytestmark = pytest.mark.usefixtures("city")

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def nobody_away(directory, clock):
    yield
    clock.set(MORNING)
    for leave in directory.delegations():
        directory.cancel_leave(leave.id, actor=SYSTEM)


@pytest.fixture
def away(directory):
    def enter(person, *deputies, start=MORNING, length=DAY, actor=SYSTEM):
        return directory.enter_leave(
            person, actor=actor, starts_at=start, ends_at=start + length, deputy_ids=deputies, reason="公假"
        )

    return enter


def test_the_deputy_acts_from_the_first_moment_to_the_last_and_not_after(directory, clock, away):
    away("huang", "tsai", start=MORNING + HOUR, length=2 * HOUR)
    seen = []
    for _ in range(5):
        seen.append([person.id for person in directory.principals("tsai")])
        clock.advance(timedelta(minutes=59, seconds=59.999) if len(seen) == 3 else HOUR)
    assert seen == [[], ["huang"], ["huang"], ["huang"], []]


def test_a_deputy_answers_to_the_groups_of_the_one_who_is_away_and_is_named_as_such(directory, away):
    away("huang", "tsai")
    deputy = directory.actor_for("tsai", on_behalf_of="huang")
    assert (deputy.person_id, deputy.on_behalf_of, deputy.on_behalf_of_name) == ("tsai", "huang", "黃美惠")
    assert {"labor_chief@aia.labor", "head@aia.labor", "user:huang", "superior:tsai"} <= deputy.groups
    assert "labor_handler@aia.labor" not in deputy.groups
    assert "head@aia.labor" not in directory.actor_for("tsai").groups
    assert [actor.on_behalf_of for actor in directory.deputy_actors("tsai")] == ["huang"]


def test_a_deputy_does_not_get_the_roles_that_run_the_platform(directory, away):
    away("wu", "tsai")
    assert "administrator@" in directory.actor_for("wu").groups
    assert not any("administrator" in group for group in directory.actor_for("tsai", "wu").groups)


def test_the_second_deputy_stands_in_when_the_first_is_away(directory, away, clock):
    away("lin", "wu", "huang", length=5 * DAY)
    assert [person.id for person in directory.principals("wu")] == ["lin"]
    assert directory.principals("huang") == ()
    away("wu", "huang", start=MORNING + DAY)
    clock.advance(DAY)
    assert directory.principals("wu") == ()
    assert {person.id for person in directory.principals("huang")} == {"lin", "wu"}
    assert directory.deputies_now(["lin", "wu", "tsai"]) == {"lin": "huang", "wu": "huang"}
    with pytest.raises(NotAllowed):
        directory.actor_for("wu", on_behalf_of="lin")


def test_work_offered_to_somebody_away_reaches_the_deputy_too(directory, away):
    away("huang", "tsai")
    assert directory.resolve("head@aia.labor") == ("huang",)
    assert directory.resolve("head@aia.labor", with_deputies=True) == ("huang", "tsai")


def test_the_standing_deputies_are_taken_when_none_are_named(directory, away):
    directory.set_standing_deputies("kuo", ["yang", "hsu"], actor=SYSTEM)
    assert [one.id for one in away("kuo").deputies] == ["yang", "hsu"]


def test_leave_without_anybody_to_stand_in_is_refused(directory, away):
    with pytest.raises(InvalidFields) as refused:
        away("chen")
    assert refused.value.fields == {"deputies": "required"}


@pytest.mark.parametrize(
    "deputies, code",
    [
        (["huang"], "oneself"),
        (["nobody"], "unknown"),
        (["tsai", "tsai"], "repeated"),
        (["tsai", "lin", "wu", "kuo", "yang", "hsu"], "too-many"),
    ],
)
def test_wrong_deputies_are_refused(directory, away, deputies, code):
    with pytest.raises(InvalidFields) as refused:
        away("huang", *deputies)
    assert refused.value.fields == {"deputies": code}
    with pytest.raises(InvalidFields):
        directory.set_standing_deputies("huang", deputies, actor=SYSTEM)


def test_leave_that_overlaps_is_over_or_upside_down_is_refused(away):
    away("huang", "tsai")
    for start, length, fields in (
        (MORNING + HOUR, DAY, {"starts_at": "overlaps"}),
        (MORNING, timedelta(0), {"ends_at": "order"}),
        (MORNING - 3 * DAY, DAY, {"ends_at": "past"}),
    ):
        with pytest.raises(InvalidFields) as refused:
            away("huang", "tsai", start=start, length=length)
        assert refused.value.fields == fields
    away("huang", "tsai", start=MORNING + DAY)


def test_cancelling_ends_the_deputy_s_acting_at_once(directory, clock, away):
    leave = away("huang", "tsai")
    clock.advance(HOUR)
    directory.cancel_leave(leave.id, actor=SYSTEM)
    assert directory.principals("tsai") == ()
    to_come = away("huang", "tsai", start=MORNING + 2 * DAY)
    directory.cancel_leave(to_come.id, actor=SYSTEM)
    clock.set(MORNING + 2 * DAY + HOUR)
    assert directory.principals("tsai") == ()
    with pytest.raises(RecordNotFound):
        directory.cancel_leave(to_come.id, actor=SYSTEM)


def test_leave_is_entered_by_oneself_or_an_administrator_of_the_unit(directory, away):
    away("kuo", "yang", actor=directory.actor_for("kuo"))
    away("tsai", "huang", actor=directory.actor_for("wu"))
    with pytest.raises(NotAllowed):
        away("yang", "kuo", actor=directory.actor_for("wu"))
    with pytest.raises(NotAllowed):
        away("yang", "kuo", actor=directory.actor_for("kuo"))
    with pytest.raises(NotAllowed):
        directory.set_standing_deputies("yang", ["kuo"], actor=directory.actor_for("kuo"))


def test_a_deputy_cannot_enter_leave_for_the_one_they_stand_in_for(directory, away):
    away("huang", "tsai")
    deputy = directory.actor_for("tsai", on_behalf_of="huang")
    with pytest.raises(NotAllowed):
        away("huang", "kuo", start=MORNING + 9 * DAY, actor=deputy)


def test_leave_and_deputies_are_in_the_log(directory, log, away):
    leave = away("huang", "tsai")
    directory.cancel_leave(leave.id, actor=SYSTEM)
    directory.set_standing_deputies("huang", ["tsai"], actor=SYSTEM)
    verbs = [entry.verb for entry in log.entries(SYSTEM, subject=("person", "huang"), limit=3)]
    assert verbs == ["deputies.set", "leave.cancel", "leave.enter"]
