"""Where a unit is reached: its own entry, else the one above; what is refused, who may, what the log keeps."""

from __future__ import annotations

from uuid import uuid4

import pytest

from engine.administration import AdminLog
from engine.directory.values import Contact
from engine.errors import InvalidFields, NotAllowed, RecordNotFound
from engine.model import SYSTEM

pytestmark = pytest.mark.usefixtures("city")


@pytest.fixture
def section(directory):
    """A new section of a new agency."""
    agency, below = f"u{uuid4().hex[:8]}", f"u{uuid4().hex[:8]}"
    directory.add_unit(agency, actor=SYSTEM, parent_id="kcg", type="agency", name=f"機關{agency}")
    directory.add_unit(below, actor=SYSTEM, parent_id=agency, name=f"科{below}")
    return agency, below


def test_a_section_is_reached_where_its_agency_is_unless_it_says_otherwise(directory, section):
    agency, below = section
    directory.set_contact(
        agency, actor=SYSTEM, address="高雄市示範區四維路9號", phone="07-0001000", email="a@kcg.example"
    )
    directory.set_contact(below, actor=SYSTEM, phone="07-0002000 分機 12")
    found = directory.contact(below)
    assert (found.address, found.phone, found.email) == ("高雄市示範區四維路9號", "07-0002000 分機 12", "a@kcg.example")
    assert directory.own_contact(below) == Contact(phone="07-0002000 分機 12")


def test_an_emptied_field_is_taken_from_above_again(directory, section):
    agency, below = section
    directory.set_contact(agency, actor=SYSTEM, fax="07-0001009")
    directory.set_contact(below, actor=SYSTEM, fax="07-0002009")
    directory.set_contact(below, actor=SYSTEM, fax=" ")
    assert directory.contact(below).fax == "07-0001009"


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"phone": "call me"}, {"phone": "format"}),
        ({"email": "nobody"}, {"email": "format"}),
        ({"address": "路" * 201, "fax": "<1>"}, {"address": "too-long", "fax": "format"}),
    ],
)
def test_what_nobody_can_reach_is_refused_at_its_field(directory, section, given, fields):
    with pytest.raises(InvalidFields) as error:
        directory.set_contact(section[1], actor=SYSTEM, **given)
    assert error.value.fields == fields
    assert directory.own_contact(section[1]) == Contact()


def test_only_who_administers_the_unit_may_and_the_log_says_what_changed(directory, store, clock, section):
    with pytest.raises(NotAllowed):
        directory.set_contact(section[1], actor=directory.actor_for("wu"), phone="07-0001000")
    directory.set_contact(section[1], actor=SYSTEM, phone="07-0001000")
    with pytest.raises(RecordNotFound):
        directory.contact("nowhere")
    entry = AdminLog(store, clock).entries(SYSTEM, subject=("unit", section[1]))[0]
    assert (entry.verb, entry.before, entry.after) == ("unit.contact", {}, {"phone": "07-0001000"})
