"""Connections: looking without a transaction, and connections that died while they lay in the pool."""

from __future__ import annotations

import traceback

import pytest
from sqlalchemy import text

from engine.errors import Busy, StorageFull, StoreReadOnly, StoreUnavailable
from engine.store import Store

OWN = text("select pg_backend_pid()")


@pytest.fixture
def stores(database_url):
    """Two pools of one connection each."""
    first, second = (Store(database_url, pool_size=1, lock_seconds=0.2) for _ in range(2))
    yield first, second
    first.close()
    second.close()


def end_connection_of(store, other):
    """As a server does that restarts, or an administrator."""
    with store.reading() as tx:
        process = tx.execute(OWN).scalar_one()
    with other.reading() as tx:
        assert tx.execute(text("select pg_terminate_backend(:process, 5000)"), {"process": process}).scalar_one()
    return process


@pytest.mark.parametrize("way", ["transaction", "reading"])
def test_a_connection_that_died_in_the_pool_is_replaced_before_anybody_uses_it(stores, way):
    store, other = stores
    dead = end_connection_of(store, other)
    with getattr(store, way)() as tx:
        assert tx.execute(OWN).scalar_one() != dead


def test_a_connection_that_dies_at_work_is_told_of(stores):
    store, other = stores

    def work():
        with store.transaction() as tx:
            process = tx.execute(OWN).scalar_one()
            with other.reading() as ending:
                ending.execute(text("select pg_terminate_backend(:process, 5000)"), {"process": process})
            tx.execute(OWN)

    with pytest.raises(StoreUnavailable):
        work()


def test_looking_sees_what_was_stored_a_moment_ago_and_holds_nothing(stores):
    store, other = stores
    with store.reading() as looking:
        assert looking.execute(text("select count(*) from saved_search")).scalar_one() == 0
        state = text("select state, xact_start from pg_stat_activity where pid = :process")
        process = looking.execute(OWN).scalar_one()
        with other.reading() as tx:
            assert tuple(tx.execute(state, {"process": process}).one()) == ("idle", None), "no transaction stands open"
        with other.transaction() as tx:
            tx.execute(text("select pg_advisory_xact_lock(1)"))
            with pytest.raises(Busy), store.transaction() as late:
                late.execute(text("select pg_advisory_xact_lock(1)"))
        with other.transaction() as tx:
            tx.execute(text("insert into case_counter (prefix, roc_year, last) values ('ST', 1, 1)"))
        found = looking.execute(text("select last from case_counter where prefix = 'ST'")).scalar_one()
        assert found == 1


def test_a_look_that_fails_leaves_its_connection_fit_for_use(stores):
    store, _ = stores
    with pytest.raises(Exception, match="no_such_table"), store.reading() as tx:
        tx.execute(text("select * from no_such_table"))
    with store.transaction() as tx:
        tx.execute(text("insert into case_counter (prefix, roc_year, last) values ('ST', 2, 1)"))
    with store.reading() as tx:
        assert tx.execute(text("select count(*) from case_counter where prefix = 'ST'")).scalar_one() >= 1


def test_what_goes_wrong_is_told_without_the_statement_and_what_was_typed(database_url):
    store = Store(database_url, statement_seconds=0.05)

    def look():
        with store.reading() as tx:
            tx.execute(text("select pg_sleep(5), cast(:typed as text)"), {"typed": "王大明的電話"})

    with pytest.raises(StoreUnavailable) as refused:
        look()
    store.close()
    said = "".join(traceback.format_exception(refused.value))
    assert "canceling statement due to statement timeout" in str(refused.value)
    assert "王大明" not in said
    assert "[SQL" not in said


def test_a_database_that_takes_nothing_in_says_so(stores):
    store, _ = stores

    def write():
        with store.transaction() as tx:
            tx.execute(text("set transaction read only"))
            tx.execute(text("insert into case_counter (prefix, roc_year, last) values ('ST', 3, 1)"))

    with pytest.raises(StoreReadOnly):
        write()


@pytest.mark.parametrize(
    ("state", "kind"),
    [("53100", StorageFull), ("58030", StoreUnavailable), ("XX000", StoreUnavailable), ("53200", StoreUnavailable)],
)
def test_the_servers_own_trouble_is_told_as_such(stores, state, kind):
    store, _ = stores

    def fail():
        with store.reading() as tx:
            tx.execute(text(f"do $$ begin raise exception 'trouble' using errcode = '{state}'; end $$"))

    with pytest.raises(StoreUnavailable) as told:
        fail()
    assert type(told.value) is kind
