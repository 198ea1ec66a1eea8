"""Changing the directory: what is refused and at which field, who may, and what the log keeps."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from engine.administration import AdminLog
from engine.errors import InvalidFields, NotAllowed, RecordNotFound
from engine.model import SYSTEM, Actor

pytestmark = pytest.mark.usefixtures("city")

TODAY = date(2026, 11, 23)


@pytest.fixture
def aia_admin(directory):
    return directory.actor_for("wu")


@pytest.fixture
def make_unit(directory):
    def make(parent="aia", **more):
        unit_id = f"u{uuid4().hex[:8]}"
        return directory.add_unit(unit_id, actor=SYSTEM, parent_id=parent, name=f"單位{unit_id}", **more)

    return make


@pytest.fixture
def make_person(directory):
    def make(unit=None):
        person = directory.add_person(f"p{uuid4().hex[:8]}", actor=SYSTEM, name="某人")
        if unit:
            place = directory.add_position(unit, actor=SYSTEM, title=f"職{uuid4().hex[:6]}")
            directory.assign(person.id, place.id, actor=SYSTEM, valid_from=date(2020, 1, 1))
        return person.id

    return make


def refused(act, *args, **kwargs):
    with pytest.raises(InvalidFields) as error:
        act(*args, **kwargs)
    return error.value.fields


# -- units --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change, fields",
    [
        ({"unit_id": "Health Bureau"}, {"id": "format"}),
        ({"unit_id": ""}, {"id": "required"}),
        ({"unit_id": "aia@x"}, {"id": "format"}),
        ({"unit_id": "aia"}, {"id": "taken"}),
        ({"name": "  "}, {"name": "required", "short_name": "required"}),
        ({"name": "名" * 101, "short_name": "短"}, {"name": "too-long"}),
        ({"name": "名\x07稱"}, {"name": "characters", "short_name": "characters"}),
        ({"type": "kingdom"}, {"type": "unknown"}),
        ({"parent_id": "nowhere"}, {"parent_id": "unknown"}),
    ],
)
def test_a_wrong_unit_is_refused_field_by_field(directory, change, fields):
    good = {"unit_id": "new.unit", "name": "新單位", "parent_id": "aia", "type": "section"}
    assert refused(directory.add_unit, actor=SYSTEM, **{**good, **change}) == fields


def test_a_new_root_is_not_for_people(directory, aia_admin):
    assert refused(directory.add_unit, "x", actor=aia_admin, name="另一市", parent_id=None) == {"parent_id": "required"}


def test_a_unit_is_not_moved_below_itself(directory, make_unit):
    upper = make_unit()
    lower = make_unit(parent=upper.id)
    assert refused(directory.change_unit, upper.id, actor=SYSTEM, parent_id=lower.id, type="section") == {
        "parent_id": "below-itself"
    }
    moved = directory.change_unit(lower.id, actor=SYSTEM, parent_id="health", type="section")
    assert moved.parent_id == "health"


def test_a_past_case_sees_the_name_of_its_day(directory, make_unit):
    unit = make_unit()
    directory.rename_unit(unit.id, actor=SYSTEM, name="新名", valid_from=date(2018, 9, 1))
    assert directory.unit(unit.id, on=date(2018, 8, 31)).name == unit.name
    assert directory.unit(unit.id, on=date(2018, 9, 1)).name == "新名"
    assert directory.unit(unit.id, on=date(1999, 1, 1)).name == unit.name
    assert [name.name for name in directory.unit_names(unit.id)] == ["新名", unit.name]


def test_a_name_to_come_does_not_count_yet(directory, make_unit):
    unit = make_unit()
    directory.rename_unit(unit.id, actor=SYSTEM, name="未來名", valid_from=TODAY + timedelta(days=1))
    assert directory.unit(unit.id).name == unit.name


def test_a_unit_in_use_is_not_closed(directory, make_unit, make_person):
    upper = make_unit()
    lower = make_unit(parent=upper.id)
    assert refused(directory.close_unit, upper.id, actor=SYSTEM, last_day=TODAY) == {"last_day": "in-use"}
    person = make_person(lower.id)
    assert refused(directory.close_unit, lower.id, actor=SYSTEM, last_day=TODAY) == {"last_day": "in-use"}
    (held,) = directory.assignments(person_id=person)
    directory.end_assignment(held.id, actor=SYSTEM, last_day=TODAY)
    directory.close_unit(lower.id, actor=SYSTEM, last_day=TODAY)
    assert lower.id in {unit.id for unit in directory.units()}
    assert lower.id not in {unit.id for unit in directory.units(on=TODAY + timedelta(days=1))}
    assert lower.id in {unit.id for unit in directory.units(on=TODAY + timedelta(days=1), closed=True)}


# -- positions and posts ------------------------------------------------------------


def test_a_title_is_there_once_in_a_unit(directory, make_unit):
    unit = make_unit()
    directory.add_position(unit.id, actor=SYSTEM, title="科員")
    assert refused(directory.add_position, unit.id, actor=SYSTEM, title="科員") == {"title": "taken"}
    other = directory.add_position(unit.id, actor=SYSTEM, title="專員")
    assert refused(directory.change_position, other.id, actor=SYSTEM, title="科員") == {"title": "taken"}
    assert refused(directory.add_position, unit.id, actor=SYSTEM, title="股長", layer=5) == {"layer": "unknown"}


def test_a_position_somebody_holds_is_not_given_up(directory, make_unit, make_person):
    unit = make_unit()
    make_person(unit.id)
    (place,) = directory.positions(unit.id)
    assert refused(directory.close_position, place.id, actor=SYSTEM, last_day=TODAY) == {"last_day": "in-use"}


def test_a_person_has_one_primary_post_at_a_time(directory, make_unit, make_person):
    unit = make_unit()
    person = make_person(unit.id)
    other = directory.add_position(unit.id, actor=SYSTEM, title="另職")
    assert refused(directory.assign, person, other.id, actor=SYSTEM) == {"kind": "has-primary"}
    directory.assign(person, other.id, actor=SYSTEM, kind="concurrent")
    assert refused(directory.assign, person, other.id, actor=SYSTEM, kind="acting") == {"position_id": "taken"}
    assert refused(directory.assign, person, other.id, actor=SYSTEM, kind="boss") == {"kind": "unknown"}
    early = {"valid_from": TODAY, "valid_to": TODAY - timedelta(days=1)}
    assert refused(directory.assign, person, other.id, actor=SYSTEM, **early) == {"valid_to": "order"}


def test_a_new_post_after_the_old_one_keeps_the_old_title_for_old_days(directory, make_unit):
    unit, person = make_unit(), f"p{uuid4().hex[:8]}"
    directory.add_person(person, actor=SYSTEM, name="升遷員")
    first = directory.add_position(unit.id, actor=SYSTEM, title="科員")
    second = directory.add_position(unit.id, actor=SYSTEM, title="科長", is_head=True)
    held = directory.assign(person, first.id, actor=SYSTEM, valid_from=date(2018, 1, 1))
    directory.end_assignment(held.id, actor=SYSTEM, last_day=date(2019, 12, 31))
    directory.assign(person, second.id, actor=SYSTEM, valid_from=date(2020, 1, 1))
    assert directory.title_on(person, date(2018, 5, 29)) == "科員"
    assert directory.title_on(person, date(2020, 1, 1)) == "科長"
    assert directory.person(person).title == "科長"


def test_ending_a_post_that_has_not_begun_takes_it_out(directory, make_unit, make_person):
    unit = make_unit()
    person = make_person()
    place = directory.add_position(unit.id, actor=SYSTEM, title="未來職")
    held = directory.assign(person, place.id, actor=SYSTEM, valid_from=TODAY + timedelta(days=9))
    directory.end_assignment(held.id, actor=SYSTEM)
    assert directory.assignments(person_id=person, all=True) == ()


# -- people and grants --------------------------------------------------------------


@pytest.mark.parametrize(
    "change, fields",
    [
        ({"person_id": "no good"}, {"id": "format"}),
        ({"person_id": "user:x"}, {"id": "format"}),
        ({"person_id": "chen"}, {"id": "taken"}),
        ({"name": ""}, {"name": "required"}),
        ({"email": "not an address"}, {"email": "format"}),
        ({"email": "a@b.example,c@d.example"}, {"email": "format"}),
        ({"phone": "call me"}, {"phone": "format"}),
    ],
)
def test_a_wrong_person_is_refused_field_by_field(directory, change, fields):
    good = {"person_id": "new.person", "name": "新人", "email": "new@kcg.example", "phone": "分機 2101"}
    assert refused(directory.add_person, actor=SYSTEM, **{**good, **change}) == fields


@pytest.mark.parametrize(
    "name", ["歐陽娜娜", "Ibrahim O'Neill-Smith", "𠮷田", "<script>alert(1)</script>", "' or 1=1 --"]
)
def test_odd_names_come_back_as_they_were_given(directory, name):
    person = directory.add_person(f"p{uuid4().hex[:8]}", actor=SYSTEM, name=name)
    assert directory.person(person.id).name == name
    assert person.id in {found.id for found in directory.search_people(name)}


@pytest.mark.parametrize("text", ["%", "_", "\\", "%%%"])
def test_signs_of_a_pattern_are_looked_for_as_they_stand(directory, text):
    assert directory.search_people(text) == ()


def test_people_are_found_by_name_id_title_and_unit_subtree(directory):
    assert [person.id for person in directory.search_people("蔡宗")] == ["tsai"]
    assert [person.id for person in directory.search_people("tsai")] == ["tsai"]
    assert {person.id for person in directory.search_people("局長")} >= {"hsu"}
    assert {"huang", "tsai", "lin", "wu"} <= {person.id for person in directory.people(unit_id="aia", limit=500)}
    assert "kuo" not in {person.id for person in directory.people(unit_id="aia", limit=500)}
    assert directory.search_people("  ") == ()


def test_people_come_in_pages(directory):
    everybody = [person.id for person in directory.people(limit=1000)]
    first = directory.people(limit=3)
    second = directory.people(limit=3, after=first[-1].id)
    assert [person.id for person in (*first, *second)] == everybody[:6]


def test_a_grant_is_given_once_and_revoked_at_once(directory, make_person):
    person = make_person()
    made = directory.grant(person, "registrar", "health", actor=SYSTEM)
    assert refused(directory.grant, person, "registrar", "health", actor=SYSTEM) == {"role_id": "taken"}
    assert "registrar@health.hr" in directory.actor_for(person).groups
    directory.revoke_grant(made.id, actor=SYSTEM)
    assert "registrar@health.hr" not in directory.actor_for(person).groups
    old = directory.grant(person, "registrar", "health", actor=SYSTEM, valid_from=date(2020, 1, 1))
    directory.revoke_grant(old.id, actor=SYSTEM)
    assert "registrar@" not in directory.actor_for(person).groups
    assert [grant.valid_to for grant in directory.grants(person_id=person, all=True)] == [TODAY - timedelta(days=1)]


def test_grants_of_what_is_not_there_are_refused(directory, make_person):
    person = make_person()
    assert refused(directory.grant, person, "king", "health", actor=SYSTEM) == {"role_id": "unknown"}
    with pytest.raises(RecordNotFound):
        directory.grant(person, "registrar", "nowhere", actor=SYSTEM)
    with pytest.raises(RecordNotFound):
        directory.grant("nobody", "registrar", "health", actor=SYSTEM)
    directory.set_active(person, False, actor=SYSTEM)
    assert refused(directory.grant, person, "registrar", "health", actor=SYSTEM) == {"person_id": "inactive"}


def test_roles_of_one_s_own_are_added_by_the_city_s_administrator(directory, aia_admin):
    assert directory.label("gardener@", "en") == "gardener@"
    with pytest.raises(NotAllowed):
        directory.add_role("gardener", actor=aia_admin, name="園丁", name_en="Gardener")
    directory.add_role("gardener", actor=SYSTEM, name="園丁", name_en="Gardener")
    assert directory.label("gardener@", "en") == "Gardener"
    assert refused(directory.add_role, "gardener", actor=SYSTEM, name="園丁", name_en="G") == {"id": "taken"}
    assert refused(directory.add_role, "Bad Id", actor=SYSTEM, name="x", name_en="y") == {"id": "format"}


# -- who may ------------------------------------------------------------------------


def test_an_administrator_changes_the_units_of_their_grant_only(directory, make_unit):
    mine, theirs = make_unit(parent="aia.labor"), make_unit(parent="health")
    aia_admin = directory.actor_for("wu")
    directory.rename_unit(mine.id, actor=aia_admin, name="可以", valid_from=TODAY)
    for act, more in (
        (directory.rename_unit, {"name": "不行", "valid_from": TODAY}),
        (directory.change_unit, {"parent_id": "health", "type": "section"}),
        (directory.close_unit, {"last_day": TODAY}),
        (directory.add_position, {"title": "職"}),
    ):
        with pytest.raises(NotAllowed):
            act(theirs.id, actor=aia_admin, **more)
    with pytest.raises(NotAllowed):
        directory.change_unit(mine.id, actor=aia_admin, parent_id="health", type="section")
    with pytest.raises(NotAllowed):
        directory.grant("kuo", "registrar", "health", actor=aia_admin)
    with pytest.raises(NotAllowed):
        directory.change_person("kuo", actor=aia_admin, name="改名")
    with pytest.raises(NotAllowed):
        directory.set_active("kuo", False, actor=aia_admin)


def test_nobody_grants_themselves_anything_or_removes_themselves(directory, aia_admin):
    assert refused(directory.grant, "wu", "aia_head", "aia", actor=aia_admin) == {"person_id": "oneself"}
    assert refused(directory.set_active, "wu", False, actor=aia_admin) == {"is_active": "oneself"}


def test_staff_change_nothing(directory, make_unit):
    staff, unit = directory.actor_for("tsai"), make_unit()
    with pytest.raises(NotAllowed):
        directory.add_unit("x.y", actor=staff, parent_id="aia", name="x")
    with pytest.raises(NotAllowed):
        directory.add_person("x", actor=staff, name="x")
    with pytest.raises(NotAllowed):
        directory.rename_unit(unit.id, actor=staff, name="x", valid_from=TODAY)
    with pytest.raises(NotAllowed):
        directory.grant("kuo", "registrar", "aia", actor=staff)


def test_a_deputy_does_not_administer(directory, aia_admin):
    assert "administrator@aia.labor" in aia_admin.groups
    deputy = Actor("tsai", "蔡宗翰", on_behalf_of="wu", on_behalf_of_name="吳俊賢", groups=aia_admin.groups)
    with pytest.raises(NotAllowed):
        directory.add_position("aia.labor", actor=deputy, title="不該有的職稱")
    with pytest.raises(NotAllowed):
        directory.add_person("by.deputy", actor=deputy, name="不該有的人")
    with pytest.raises(NotAllowed):
        AdminLog(None, None).entries(deputy)


# -- 分層負責明細表 ------------------------------------------------------------------


HEADER = "公務項目,公務內容,第一層,第二層,第三層,第四層,會辦機關,備考\n"


def test_the_table_of_responsibilities_is_imported_and_replaced(directory, make_unit):
    unit = make_unit()
    table = HEADER + "公文,一般公文,,核定,審核,擬辦,,\n用人,臨時人員,核定,審核,審核,擬辦,人事處、主計處,五人以下\n"
    first, second = date(2018, 1, 1), date(2026, 1, 1)
    assert directory.import_authorities(unit.id, table.encode("big5"), actor=SYSTEM, valid_from=first) == 2
    assert [line.decided_by for line in directory.authorities(unit.id)] == [2, 1]
    one = HEADER + "公文,一般公文,,,核定,擬辦,,\n"
    directory.import_authorities(unit.id, one.encode("utf-8-sig"), actor=SYSTEM, valid_from=second)
    assert [line.decided_by for line in directory.authorities(unit.id)] == [3]


@pytest.mark.parametrize(
    "content, code",
    [
        (b"\xff\xfe\x81", "encoding"),
        (b"a,b,c\n", "header"),
        ((HEADER + "公文,x,核定,核定,,擬辦,,\n").encode(), "line-2"),
        ((HEADER + "公文,x,,,,擬辦,,\n").encode(), "line-2"),
        ((HEADER + "公文,x,,核定,,簽,,\n").encode(), "line-2"),
        ((HEADER + "公文,x,,核定,,擬辦\n").encode(), "line-2"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(directory, make_unit, content, code):
    unit = make_unit()
    assert refused(directory.import_authorities, unit.id, content, actor=SYSTEM, valid_from=TODAY) == {"file": code}


# -- the log ------------------------------------------------------------------------


def test_every_change_is_in_the_log_with_before_and_after(directory, log, make_unit):
    unit = make_unit()
    aia_admin = directory.actor_for("wu")
    directory.rename_unit(unit.id, actor=aia_admin, name="新名", valid_from=TODAY)
    directory.change_unit(unit.id, actor=aia_admin, parent_id="aia.labor", type="subsection")
    directory.close_unit(unit.id, actor=aia_admin, last_day=TODAY)
    entries = log.entries(SYSTEM, subject=("unit", unit.id))
    assert [entry.verb for entry in entries] == ["unit.close", "unit.change", "unit.rename", "unit.add"]
    assert {entry.actor_id for entry in entries} == {"wu", "system"}
    assert entries[1].before == {"parent_id": "aia", "type": "section"}
    assert entries[1].after == {"parent_id": "aia.labor", "type": "subsection"}


def test_what_was_refused_is_not_in_the_log(directory, log, make_unit):
    unit = make_unit()
    with pytest.raises(NotAllowed):
        directory.rename_unit(unit.id, actor=directory.actor_for("tsai"), name="x", valid_from=TODAY)
    assert [entry.verb for entry in log.entries(SYSTEM, subject=("unit", unit.id))] == ["unit.add"]


def test_the_same_values_again_leave_no_entry(directory, log, make_unit):
    unit = make_unit()
    directory.change_unit(unit.id, actor=SYSTEM, parent_id="aia", type="section")
    assert len(log.entries(SYSTEM, subject=("unit", unit.id))) == 1


def test_the_application_cannot_change_or_delete_the_log(store, make_unit):
    make_unit()
    for statement in ("update admin_log set actor_name = 'x'", "delete from admin_log", "truncate admin_log"):
        with pytest.raises(ProgrammingError, match="permission denied"), store.transaction() as tx:
            tx.execute(text(statement))


def test_the_log_is_for_administrators_and_auditors(directory, log):
    assert log.entries(directory.actor_for("wu"), limit=1)
    assert log.entries(directory.actor_for("lin"), limit=1)
    with pytest.raises(NotAllowed):
        log.entries(directory.actor_for("tsai"))


def test_the_log_is_searched_and_paged(directory, log, make_unit):
    unit = make_unit()
    assert {entry.subject_id for entry in log.entries(SYSTEM, text=unit.id)} == {unit.id}
    newest = log.entries(SYSTEM, limit=2)
    older = log.entries(SYSTEM, limit=2, before_id=newest[-1].id)
    assert newest[0].id > newest[1].id > older[0].id
    assert {entry.verb for entry in log.entries(SYSTEM, verbs=("unit.add",))} == {"unit.add"}
