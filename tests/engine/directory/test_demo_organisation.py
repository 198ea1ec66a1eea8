"""The demonstration's city hall loads through the services, twice without change, and everybody is there."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from argon2 import PasswordHasher

from engine.accounts.password_rules import Passwords
from engine.accounts.service import AccountService
from engine.administration import AdminLog
from engine.calendar.service import CalendarService
from engine.clock import SetClock
from engine.directory.roles import STANDARD_ROLES
from engine.directory.service import DirectoryService
from tests.engine.directory.conftest import MORNING
from webapp.demo.accounts import DEMO_PASSWORD, greeting
from webapp.demo.organisation import load_organisation, read_organisation


@pytest.fixture(scope="module")
def services(store):
    clock = SetClock(MORNING)
    log = AdminLog(store, clock)
    directory = DirectoryService(store, clock, log)
    cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    made = SimpleNamespace(
        clock=clock,
        log=log,
        directory=directory,
        calendars=CalendarService(store, clock, log),
        accounts=AccountService(store, clock, directory, log, passwords=cheap),
    )
    made.added = load_organisation(made, password=DEMO_PASSWORD)
    return made


def test_everybody_of_the_file_is_there_with_post_grants_and_account(services):
    people = {person.id: person for person in services.directory.people(limit=1000)}
    written = [(unit.id, person) for unit in read_organisation().units for person in unit.people]
    assert services.added == len(written) == len(people) >= 140
    for unit_id, person in written:
        assert (people[person.id].unit_id, people[person.id].title) == (unit_id, person.title)
        groups = services.directory.actor_for(person.id).groups
        assert {f"{role}@{unit}" for unit, roles in person.roles.items() for role in roles} <= groups
        assert services.accounts.account(person.id) is not None


def test_loading_it_again_changes_nothing(services):
    before = services.log.entries(actor("aia.it.admin", services), limit=1)[0].id
    assert load_organisation(services, password=DEMO_PASSWORD) == 0
    assert services.log.entries(actor("aia.it.admin", services), limit=1)[0].id == before


def test_every_standard_role_is_held_by_somebody(services):
    held = {grant.role_id for grant in services.directory.grants()}
    assert {role.id for role in STANDARD_ROLES} - held == set()


def test_the_offices_of_the_domain_are_there(services):
    units = {unit.id: unit for unit in services.directory.units()}
    sections = {unit.id for unit in units.values() if unit.parent_id == "aia"}
    assert {f"aia.{name}" for name in ("general", "documents", "intl", "confidential", "labor")} <= sections
    agencies = [unit for unit in units.values() if unit.type == "agency"]
    assert len(agencies) >= 21
    for agency in agencies:
        if agency.id != "aia":
            for role in ("agency_handler", "agency_hr", "agency_acct", "agency_head", "lead_handler", "lead_chief"):
                assert services.directory.resolve(f"{role}@{agency.id}"), (role, agency.id)
        assert services.directory.head(agency.id)


def test_everybody_below_the_mayor_has_one_superior(services):
    without = [p.id for p in services.directory.people(limit=1000) if len(services.directory.superiors(p.id)) != 1]
    assert without == ["kcg.mayor"]


def test_the_department_has_its_old_name_until_august_107(services):
    from datetime import date

    assert services.directory.unit("aia", on=date(2018, 8, 31)).name == "秘書處"
    assert services.directory.unit("aia", on=date(2018, 9, 1)).name == "行政暨國際處"


def test_names_are_not_used_twice(services):
    names = [person.name for person in services.directory.people(limit=1000)]
    assert len(set(names)) == len(names)


def test_listed_accounts_sign_in_with_the_printed_password(services):
    listed = services.accounts.demo_accounts()
    assert 12 <= len(listed) <= 20
    text = greeting()
    for account in listed:
        assert account.note
        assert account.note_en
        assert account.username in text
        session = services.accounts.sign_in(account.username, DEMO_PASSWORD, ip="127.0.0.1", user_agent="")
        assert session.is_demo
    assert DEMO_PASSWORD in text


def test_somebody_is_away_and_their_deputy_acts(services):
    principals = services.directory.principals("aia.labor.handler")
    assert [person.id for person in principals] == ["aia.labor.chief"]
    deputy = services.directory.actor_for("aia.labor.handler", "aia.labor.chief")
    assert "labor_chief@aia.labor" in deputy.groups


def test_the_calendars_of_the_demonstration_are_loaded(services):
    assert services.calendars.calendar().years == {2018, 2026, 2027}


def actor(person_id, services):
    return services.directory.actor_for(person_id)
