"""Entries of the form before the lean one: kept as they are, read, checked and erased like any other."""

from __future__ import annotations

import psycopg
import pytest

from engine import SYSTEM
from engine.errors import ValueRefused
from engine.history.chain import Entry
from engine.store.schema import downgrade, upgrade
from tests.engine.services.diagrams import APPROVAL

BEFORE = "0013"

# As the version before stores a step: both tables in one statement, in no order that it could rely on.
WRITTEN_BEFORE = """
with written as (
  insert into history (instance_id, seq, occurred_at, recorded_at, actor, actor_name, on_behalf_of, on_behalf_of_name,
    verb, element_id, task_id, params, value_digest, digest)
  values (%(instance_id)s, %(seq)s, %(occurred_at)s, %(recorded_at)s, %(actor)s, %(actor_name)s, %(on_behalf_of)s,
    %(on_behalf_of_name)s, %(verb)s, %(element_id)s, %(task_id)s, %(params)s, %(value_digest)s, %(digest)s)
), valued as (
  insert into history_value (instance_id, seq, salt, body)
  select %(instance_id)s, %(seq)s, %(salt)s, %(body)s where %(body)s::text is not null
)
select 1
"""


@pytest.fixture
def case(engine, people, open_task):
    """A case with two entries that have values, and what its timeline says."""
    task = open_task(APPROVAL, assignee="tsai", headcount=3)
    engine.tasks.complete(task.id, actor=people["tsai"], variables={"opinion": "符合"})
    return engine.runtime.instance(task.instance_id, people["tsai"])


@pytest.fixture
def owner(owner_url):
    url = owner_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True, row_factory=psycopg.rows.dict_row) as db:
        yield db


def test_what_the_code_before_writes_now_reads_like_any_other_entry(engine, people, case, owner, database_url):
    told = engine.history.timeline(case.id, people["tsai"])
    rows = owner.execute("select * from history where instance_id = %s order by seq", [case.id]).fetchall()
    owner.execute("delete from history_entry where instance_id = %s", [case.id])
    with psycopg.connect(database_url.replace("+psycopg", "")) as application:
        for row in rows:
            application.execute(WRITTEN_BEFORE, {**row, "params": psycopg.types.json.Jsonb(row["params"])})
    (apart,) = (
        owner.execute("select count(*) from history_value_apart where instance_id = %s and body is not null", [case.id])
        .fetchone()
        .values()
    )
    assert apart == sum(row["body"] is not None for row in rows) >= 2
    assert engine.history.timeline(case.id, people["tsai"]) == told
    assert engine.history.verify(case.id).intact


def test_the_code_before_reads_and_goes_on_from_what_this_one_writes(case, owner):
    """Its own statement for a case's entries, over the two names it knows."""
    rows = owner.execute(
        "select h.*, v.body as value from history h"
        " left join history_value v on v.instance_id = h.instance_id and v.seq = h.seq"
        " where h.instance_id = %s order by h.seq",
        [case.id],
    ).fetchall()
    lean = owner.execute("select * from history_entry where instance_id = %s order by seq", [case.id]).fetchall()
    assert all(row["params"] is None and row["task_id"] is None for row in lean), "what this version writes is lean"
    assert [row["task_id"] for row in rows] == [str(row["task"]) if row["task"] else None for row in lean]
    assert [row["params"] for row in rows] == [row["facts"] for row in lean]
    assert [row["value"] for row in rows] == [row["body"] for row in lean]


def test_the_schema_goes_back_and_forth_and_no_entry_changes(engine, people, case, owner, owner_url):
    told = engine.history.timeline(case.id, people["archivist"])
    engine.store.close()
    downgrade(owner_url, BEFORE)
    (apart,) = owner.execute("select count(*) from history_value where instance_id = %s", [case.id]).fetchone().values()
    assert apart == sum(bool(entry.values) for entry in told)
    upgrade(owner_url)
    assert engine.history.timeline(case.id, people["archivist"]) == told
    engine.runtime.comment(case.id, "升級之後", people["tsai"])
    assert engine.history.verify().intact
    assert not engine.integrity.check()

    with_values = next(entry for entry in told if entry.values)
    engine.history.erase(with_values.id, "保存年限屆滿", people["archivist"])
    erased = engine.history.timeline(case.id, people["archivist"])[with_values.seq - 1]
    assert (erased.values, bool(erased.erased_at)) == ({}, True)
    assert engine.history.verify(case.id).intact
    engine.store.close()
    downgrade(owner_url, BEFORE)
    upgrade(owner_url)
    assert engine.history.timeline(case.id, people["archivist"])[with_values.seq - 1] == erased
    assert engine.history.verify().intact


@pytest.mark.parametrize("typed", [r"\u0000", r"\\u0000", "\\", '"'])
def test_what_only_looks_like_the_character_nul_is_kept_as_it_was_typed(engine, people, case, typed):
    (task,) = [task for task in engine.tasks.of_case(case.id, SYSTEM) if task.is_open]
    engine.tasks.claim(task.id, people["chief"])
    engine.tasks.assign(task.id, "head", people["chief"], reason=f"請假{typed}")
    assert engine.history.timeline(case.id, people["chief"])[-1].params["reason"] == f"請假{typed}"
    assert engine.history.verify(case.id).intact


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\\\x00"])
def test_what_the_database_could_not_read_again_is_not_written(engine, people, case, text):
    entry = Entry("case.commented", people["tsai"], engine.clock.now(), params={"reason": text})
    with pytest.raises(ValueRefused), engine.store.transaction() as tx:
        engine.runtime._steps.note(tx, engine.runtime._steps.lock(tx, case.id), entry)
    assert engine.history.verify(case.id).intact
