"""Who somebody answers to is asked once in each state of the directory, and never taken from an older one."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from engine.accounts.password_rules import Passwords
from engine.accounts.service import AccountService
from engine.model import SYSTEM
from engine.store import candidate_queries
from tests.counting import counting

pytestmark = pytest.mark.usefixtures("city")

PASSWORD = "river stone lantern"


@pytest.fixture
def accounts(store, clock, directory, log):
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    return AccountService(store, clock, directory, log, passwords=passwords)


@pytest.fixture
def somebody(accounts, directory, store):
    """A person who has signed in: their id, and a function that gives their groups as the next request sees them."""
    with store.transaction() as tx:
        person = f"s{tx.execute(text('select count(*) from person')).scalar_one()}"
    directory.add_person(person, actor=SYSTEM, name="測試員")
    accounts.add_demo_account(person, person, PASSWORD)
    token = accounts.sign_in(person, PASSWORD, ip="10.1.2.3", user_agent="test").token
    return person, lambda: accounts.signed_in(token, active=False)[1].groups


def test_a_second_request_asks_for_the_session_alone(somebody):
    _, groups = somebody
    first = groups()
    with counting() as counted:
        assert groups() == first
    assert len(counted.statements) == 1


def test_every_change_is_seen_by_the_next_request(somebody, directory, store):
    person, groups = somebody
    assert groups() == {f"user:{person}"}
    grant = directory.grant(person, "registrar", "health", actor=SYSTEM)
    assert "registrar@health.hr" in groups()
    child = f"health.{person}"
    directory.add_unit(child, actor=SYSTEM, parent_id="health", type="section", name="新設科")
    assert f"registrar@{child}" in groups()
    directory.revoke_grant(grant.id, actor=SYSTEM)
    assert groups() == {f"user:{person}"}
    head = directory.add_position(child, actor=SYSTEM, title="科長", is_head=True)
    held = directory.assign(person, head.id, actor=SYSTEM)
    assert f"head@{child}" in groups()
    directory.end_assignment(held.id, actor=SYSTEM, last_day=directory.today() - timedelta(days=1))
    assert f"head@{child}" not in groups()


def test_what_begins_or_ends_with_a_day_does(somebody, accounts, directory, clock):
    person, groups = somebody
    tomorrow = directory.today() + timedelta(days=1)
    directory.grant(person, "registrar", "health", actor=SYSTEM, valid_from=tomorrow, valid_to=tomorrow)
    assert "registrar@health" not in groups()
    clock.advance(timedelta(days=1))
    token = accounts.sign_in(person, PASSWORD, ip="10.1.2.3", user_agent="test").token  # the night ended the session
    assert "registrar@health" in accounts.signed_in(token)[1].groups


def test_a_change_that_is_not_stored_yet_is_not_remembered_by_anybody(somebody, store):
    person, groups = somebody
    before = groups()
    with store.transaction() as tx:
        grant = "insert into role_grant (person_id, role_id, unit_id) values (:person, 'registrar', 'health')"
        tx.execute(text(grant), {"person": person})
        assert groups() == before
    assert "registrar@health" in groups()


def test_every_table_the_groups_are_read_from_counts(store):
    """A table that the statement begins to read needs the trigger, too."""
    read = set(re.findall(r"(?:from|join) (\w+)", candidate_queries._GROUPS.text))
    with store.reading() as tx:
        tables = set(tx.execute(text("select relname from pg_class where relkind = 'r'")).scalars())
        watching = (
            "select relname from pg_trigger join pg_class c on c.oid = tgrelid where tgname = 'directory_changed'"
        )
        watched = set(tx.execute(text(watching)).scalars())
    assert read & tables == watched
    assert len(watched) == 6
