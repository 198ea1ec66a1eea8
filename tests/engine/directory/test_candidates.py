"""Who answers to which candidate text, and the other way round."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.errors import NotAllowed, RecordNotFound
from engine.model import SYSTEM

pytestmark = pytest.mark.usefixtures("city")


def test_a_grant_covers_the_unit_and_everything_below_it(directory):
    groups = directory.actor_for("yang").groups
    assert {"agency_hr@health", "agency_hr@health.hr", "agency_hr@"} <= groups
    assert "agency_hr@kcg" not in groups
    assert "agency_hr@aia" not in groups


def test_a_head_answers_for_their_unit_only(directory):
    assert {group for group in directory.actor_for("lin").groups if group.startswith("head@")} == {"head@aia"}


def test_an_actor_answers_to_their_own_name(directory):
    assert "user:tsai" in directory.actor_for("tsai").groups


@pytest.mark.parametrize(
    "person, superior",
    [("tsai", "huang"), ("huang", "lin"), ("wu", "lin"), ("lin", "chen"), ("yang", "hsu"), ("kuo", "hsu")],
)
def test_the_superior_is_the_head_of_the_unit_or_of_the_nearest_unit_above_that_has_one(directory, person, superior):
    assert directory.superior(person) == superior
    assert f"superior:{person}" in directory.actor_for(superior).groups


def test_groups_and_superiors_agree_for_everybody(directory):
    people = [person.id for person in directory.people()]
    groups = {person: directory.actor_for(person).groups for person in people}
    for person in people:
        answering = {other for other in people if f"superior:{person}" in groups[other]}
        assert answering == set(directory.superiors(person)), person


def test_the_mayor_has_no_superior(directory):
    assert directory.superior("chen") is None


@pytest.mark.parametrize(
    "candidate, people",
    [
        ("agency_handler@health", ("kuo",)),
        ("agency_handler@health.hr", ("kuo",)),
        ("agency_handler@aia", ()),
        ("agency_handler@", ("kuo",)),
        ("auditor@health.hr", ("lin",)),
        ("head@aia.labor", ("huang",)),
        ("head@health.hr", ()),
        ("superior:tsai", ("huang",)),
        ("user:tsai", ("tsai",)),
        ("user:nobody", ()),
        ("user:no\x00body", ()),
        ("head@no\x00where", ()),
        ("", ()),
        ("no such text", ()),
        ("agency_handler@no.such.unit", ()),
    ],
)
def test_a_candidate_text_means_people(directory, candidate, people):
    assert directory.resolve(candidate) == people


@pytest.mark.parametrize(
    "candidate, zh, en",
    [
        ("agency_handler@health", "衛生局承辦人", "Case officer, 衛生局"),
        ("labor_handler@aia.labor", "職工管理科承辦", "Worker Management case officer"),
        ("labor_handler@", "職工管理科承辦", "Worker Management case officer"),
        ("head@health", "衛生局首長", "Head of 衛生局"),
        ("head@aia.labor", "職工管理科主管", "Head of 職工管理科"),
        ("superior:tsai", "蔡宗翰的主管", "Superior of 蔡宗翰"),
        ("user:tsai", "蔡宗翰", "蔡宗翰"),
        ("user:nobody", "nobody", "nobody"),
        ("strange", "strange", "strange"),
    ],
)
def test_a_candidate_text_in_words(directory, candidate, zh, en):
    assert directory.label(candidate, "zh_Hant_TW") == zh
    assert directory.label(candidate, "en") == en


def test_a_grant_counts_from_its_first_to_its_last_day(directory, clock):
    directory.add_person("temp1", actor=SYSTEM, name="臨時一")
    today = clock.now().date()
    directory.grant(
        "temp1",
        "registrar",
        "health",
        actor=SYSTEM,
        valid_from=today + timedelta(days=1),
        valid_to=today + timedelta(days=2),
    )
    seen = []
    for _ in range(4):
        seen.append("registrar@health" in directory.actor_for("temp1").groups)
        clock.advance(timedelta(days=1))
    assert seen == [False, True, True, False]


def test_somebody_who_left_is_no_actor_and_no_candidate(directory):
    directory.add_person("temp2", actor=SYSTEM, name="臨時二")
    directory.grant("temp2", "archivist", "kcg", actor=SYSTEM)
    assert directory.resolve("archivist@health") == ("temp2",)
    directory.set_active("temp2", False, actor=SYSTEM)
    assert directory.resolve("archivist@health") == ()
    assert directory.resolve("user:temp2") == ()
    with pytest.raises(RecordNotFound):
        directory.actor_for("temp2")


def test_an_acting_head_is_head(directory, city):
    directory.add_unit("water", actor=SYSTEM, parent_id="kcg", type="agency", name="水利局")
    head = directory.add_position("water", actor=SYSTEM, title="局長", is_head=True)
    assert directory.head("water") is None
    directory.assign("tsai", head.id, actor=SYSTEM, kind="acting", valid_from=date(2026, 11, 1))
    assert directory.head("water") == "tsai"
    assert "head@water" in directory.actor_for("tsai").groups


def test_nobody_acts_for_somebody_who_is_here(directory):
    with pytest.raises(NotAllowed):
        directory.actor_for("tsai", on_behalf_of="huang")
