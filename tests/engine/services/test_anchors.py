"""What is kept outside the database shows what was rewritten or deleted inside it."""

from __future__ import annotations

import hmac
import json
from datetime import timedelta

import orjson
import pytest

from engine.errors import ValueRefused
from tests.engine.conftest import HISTORY_KEY
from tests.engine.services.diagrams import APPROVAL


@pytest.fixture
def case(engine, people, open_task):
    """A case with six entries."""
    task = open_task(APPROVAL, assignee="tsai", headcount=3)
    engine.tasks.complete(task.id, actor=people["tsai"], variables={"opinion": "符合"})
    for text in ("請補附件", "已補", "收到"):
        engine.runtime.comment(task.instance_id, text, people["tsai"])
    return engine.runtime.instance(task.instance_id, people["tsai"])


@pytest.fixture(autouse=True)
def settled(monkeypatch):
    """Anchors take in what was written a moment ago."""
    monkeypatch.setattr("engine.history.anchors.SETTLING", timedelta(0))


@pytest.fixture
def lines(engine, case, tmp_path):
    """The anchors written so far, as they lie outside."""
    assert engine.history.anchor(tmp_path)
    return [file.read_bytes() for file in sorted(tmp_path.iterdir())]


@pytest.fixture
def new_faults(engine, lines):
    """A function: faults that were not there when the test began (other tests left theirs)."""
    before = set(engine.history.verify().faults)

    def found(anchors=()):
        return [fault for fault in engine.history.verify(anchors=anchors).faults if fault not in before]

    return found


def delete_wholly(intruder, case_id):
    """As somebody does who has the database and knows its tables."""
    intruder.execute("set session_replication_role = replica")
    owned = intruder.execute(
        "select c.table_name from information_schema.columns c join information_schema.tables t using (table_name)"
        " where t.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.column_name = 'instance_id'"
    ).fetchall()
    for (table,) in owned:
        intruder.execute(f"delete from {table} where instance_id = %s", [case_id])
    intruder.execute("delete from process_instance where id = %s", [case_id])


def test_a_history_that_was_rewritten_is_shown_by_the_anchor(engine, case, intruder, lines):
    assert str(case.id) in {head[0] for head in json.loads(lines[0])["heads"]}
    assert engine.history.verify(case.id, anchors=lines).intact
    intruder.execute("set session_replication_role = replica")
    head = intruder.execute("select digest from history where instance_id = %s and seq = 4", [case.id]).fetchone()[0]
    intruder.execute("delete from history_entry where instance_id = %s and seq >= 5", [case.id])
    intruder.execute("update process_instance set history_length = 4, history_head = %s where id = %s", [head, case.id])
    assert engine.history.verify(case.id).intact, "without the anchor nobody would know"
    assert [(f.kind, f.seq) for f in engine.history.verify(case.id, anchors=lines).faults] == [("tail-cut", 5)]


def test_a_case_that_was_deleted_wholly_is_named_by_its_number(case, new_faults, intruder):
    delete_wholly(intruder, case.id)
    assert [(fault.kind, fault.business_key) for fault in new_faults()] == [("case-missing", case.business_key)]


def test_a_deleted_case_is_named_once(case, new_faults, intruder, lines):
    delete_wholly(intruder, case.id)
    assert [(fault.kind, fault.business_key) for fault in new_faults(lines)] == [("case-missing", case.business_key)]


def test_an_anchor_names_a_deleted_case_even_where_its_number_was_taken_back(case, new_faults, intruder, lines):
    delete_wholly(intruder, case.id)
    intruder.execute("update case_counter set last = last - 1")
    assert new_faults() == [], "without the anchor nobody would know"
    assert [(f.kind, f.instance_id, f.business_key) for f in new_faults(lines)] == [
        ("case-missing", case.id, case.business_key)
    ]


def test_an_anchor_written_before_case_numbers_stood_in_it_is_still_read(case, new_faults, lines, intruder):
    content = json.loads(lines[0])
    content["heads"] = [head[:3] for head in content["heads"]]
    signed = bytes.fromhex(content["previous"]) + orjson.dumps([content["at"], content["heads"]])
    content["digest"] = hmac.digest(HISTORY_KEY, signed, "sha256").hex()
    intruder.execute("update history_anchor set digest = %s where id = %s",
                     [bytes.fromhex(content["digest"]), content["id"]])  # fmt: skip
    old = [json.dumps(content).encode()]
    assert new_faults(old) == []
    delete_wholly(intruder, case.id)
    assert ("case-missing", case.id) in {(fault.kind, fault.instance_id) for fault in new_faults(old)}


def test_a_start_that_fails_leaves_no_gap_in_the_numbers(engine, people, case, new_faults):
    with pytest.raises(ValueRefused):
        engine.runtime.start("approval", actor=people["kuo"], variables={"headcount": 1, "note": "\x00"})
    engine.runtime.start("approval", actor=people["kuo"], variables={"headcount": 1})
    assert new_faults() == []


def test_a_forged_anchor_is_named(engine, case, lines):
    content = json.loads(lines[0])
    content["heads"][0][1] += 1
    faults = engine.history.verify(case.id, anchors=[json.dumps(content).encode()]).faults
    assert [fault.kind for fault in faults] == ["anchor-broken"]


def test_nothing_new_makes_no_anchor(engine, lines):
    assert engine.history.anchor() is None
