"""The history: what it says, and that nobody can change it unnoticed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine import SYSTEM, ProcessEngine
from engine.errors import Conflict, DeputyConflict, Invalid, NotAllowed, RecordNotFound
from tests.engine.conftest import HISTORY_KEY
from tests.engine.services.diagrams import APPROVAL, FOR_LABOR, chain, process, user_task

LENIENT = process(
    "lenient",
    chain(
        user_task("check", "受理審查", FOR_LABOR),
        user_task("approve", "科長核定", 'camunda:candidateGroups="labor_chief@aia.labor"'),
        ids=("check", "approve"),
    ),
    properties="deputyOwnSubmission = allowed",
)
"""Its office lets deputies act on what they submitted themselves."""


@pytest.fixture
def case(engine, people, open_task):
    """A case with six entries: started, claimed, commented, completed, claimed, assigned."""
    task = open_task(APPROVAL, assignee="tsai", headcount=3)
    engine.runtime.comment(task.instance_id, "請補附件", people["tsai"])
    engine.tasks.complete(task.id, actor=people["tsai"], variables={"opinion": "符合", "headcount": 2})
    (approve,) = [t for t in engine.tasks.of_case(task.instance_id, people["tsai"]) if t.is_open]
    engine.tasks.claim(approve.id, people["chief"])
    engine.tasks.assign(approve.id, "head", people["chief"], reason="請假")
    return engine.runtime.instance(task.instance_id, people["tsai"])


def test_the_timeline_says_who_did_what_and_what_changed(engine, people, case, clock):
    entries = engine.history.timeline(case.id, people["tsai"])
    assert [entry.verb for entry in entries] == [
        "case.started", "task.claimed", "case.commented", "task.completed", "task.claimed", "task.reassigned",
    ]  # fmt: skip
    completed = entries[3]
    assert (completed.actor_name, completed.params["task"], completed.occurred_at) == (
        "蔡承辦",
        "受理審查",
        clock.now(),
    )
    assert completed.recorded_at.year >= 2026, "recorded in real time, whatever the clock says"
    assert completed.values["given"] == {"opinion": "符合", "headcount": 2}
    assert completed.values["before"] == {"headcount": 3}
    assert "check" in completed.params["passed"]
    assert entries[5].params == {
        "task": "科長核定",
        "to": "林處長",
        "to_id": "head",
        "from": "黃科長",
        "reason": "請假",
    }


def test_what_a_deputy_does_says_for_whom(engine, people, open_task):
    task = open_task(APPROVAL, headcount=1)
    deputy = type(people["wang"])(
        "wang", "王小明", on_behalf_of="tsai", on_behalf_of_name="蔡承辦", groups=people["tsai"].groups
    )
    assert engine.tasks.claim(task.id, deputy).assignee == "tsai"
    engine.tasks.complete(task.id, actor=deputy, variables={})
    entry = engine.history.timeline(task.instance_id, people["tsai"])[-1]
    assert (entry.actor_name, entry.on_behalf_of_name) == ("王小明", "蔡承辦")


def as_deputy(people, deputy, principal):
    """Somebody who stands in for somebody else, with whatever that person may do."""
    return replace(
        people[deputy],
        on_behalf_of=principal,
        on_behalf_of_name=people[principal].name,
        groups=people[principal].groups,
    )


def test_a_deputy_does_not_act_on_what_they_submitted(engine, people, open_task):
    task = open_task(APPROVAL, headcount=1, starter="wang")
    deputy = as_deputy(people, "wang", "tsai")
    engine.tasks.claim(task.id, deputy)
    with pytest.raises(DeputyConflict) as refused:
        engine.tasks.complete(task.id, actor=deputy, variables={})
    assert refused.value.why == "own-submission"
    assert engine.tasks.complete(task.id, actor=people["tsai"], variables={}).closed


def test_a_deputy_does_not_approve_what_they_handed_in(engine, people, open_task):
    task = open_task(APPROVAL, assignee="tsai", headcount=1)
    engine.tasks.complete(task.id, actor=people["tsai"], variables={})
    (approval,) = [found for found in engine.tasks.of_case(task.instance_id, SYSTEM) if found.is_open]
    assert (approval.kind, approval.sent_by) == ("approval", "tsai")
    engine.tasks.claim(approval.id, as_deputy(people, "tsai", "chief"))
    with pytest.raises(DeputyConflict, match="own-submission"):
        engine.tasks.complete(approval.id, actor=as_deputy(people, "tsai", "chief"), variables={})
    assert engine.tasks.complete(approval.id, actor=as_deputy(people, "wang", "chief"), variables={}).closed


def test_what_a_deputy_handed_in_for_somebody_they_do_not_approve_for_somebody_else(engine, people, open_task):
    task = open_task(APPROVAL, assignee="tsai", headcount=1)
    engine.tasks.complete(task.id, actor=as_deputy(people, "wang", "tsai"), variables={})
    (approval,) = [found for found in engine.tasks.of_case(task.instance_id, SYSTEM) if found.is_open]
    assert approval.sent_by == "tsai"
    engine.tasks.claim(approval.id, as_deputy(people, "wang", "chief"))
    with pytest.raises(DeputyConflict, match="own-submission"):
        engine.tasks.complete(approval.id, actor=as_deputy(people, "wang", "chief"), variables={})
    assert engine.tasks.complete(approval.id, actor=people["chief"], variables={}).closed


def test_a_process_may_let_deputies_act_on_their_own_submission(engine, people, open_task):
    task = open_task(LENIENT, starter="wang")
    deputy = as_deputy(people, "wang", "tsai")
    engine.tasks.claim(task.id, deputy)
    assert engine.tasks.complete(task.id, actor=deputy, variables={}).closed


@pytest.mark.parametrize("answer", [{"decision": "recuse"}, {"recused": True}])
def test_whoever_recused_does_not_come_back_as_a_deputy(engine, people, open_task, answer):
    task = open_task(LENIENT, assignee="wang")
    engine.tasks.complete(task.id, actor=people["wang"], variables=answer)
    (approval,) = [found for found in engine.tasks.of_case(task.instance_id, SYSTEM) if found.is_open]
    deputy = as_deputy(people, "wang", "chief")
    if approval.assignee is None:
        engine.tasks.claim(approval.id, deputy)
    with pytest.raises(DeputyConflict) as refused:
        engine.tasks.complete(approval.id, actor=deputy, variables={})
    assert refused.value.why == "recused"
    third = as_deputy(people, "inspector", "chief")
    assert engine.tasks.complete(approval.id, actor=third, variables={}).closed


def test_an_untouched_history_verifies(engine, case):
    found = engine.history.verify(case.id)
    assert (found.intact, found.cases, found.entries) == (True, 1, 6)


ATTACKS = {
    "edited": ("update history_entry set actor_name = '別人' where instance_id = %s and seq = 4", "edited", 4),
    "time edited": (
        "update history_entry set recorded_at = recorded_at - interval '1 s' where instance_id = %s and seq = 2",
        "edited", 2,
    ),
    "params edited": ("update history_entry set facts = '{}' where instance_id = %s and seq = 6", "edited", 6),
    "deleted": ("delete from history_entry where instance_id = %s and seq = 3", "deleted", 3),
    "first deleted": ("delete from history_entry where instance_id = %s and seq = 1", "deleted", 1),
    "reordered": (
        "update history_entry set seq = case seq when 4 then 1005 else 1004 end"
        " where instance_id = %(id)s and seq in (4, 5);"
        " update history_entry set seq = seq - 1000 where instance_id = %(id)s and seq > 1000", "reordered", 4,
    ),
    "tail cut": ("delete from history_entry where instance_id = %s and seq >= 5", "tail-cut", 5),
    "value edited": (
        "update history_entry set body = '{\"given\":{}}' where instance_id = %s and seq = 4", "value-edited", 4,
    ),
    "value deleted": (
        "update history_entry set salt = null, body = null where instance_id = %s and seq = 4", "value-edited", 4,
    ),
    "head edited": ("update process_instance set history_head = sha256('x') where id = %s", "head-edited", 6),
}  # fmt: skip


@pytest.mark.parametrize("attack", sorted(ATTACKS))
def test_the_first_bad_row_is_named(engine, case, intruder, attack):
    statement, kind, seq = ATTACKS[attack]
    for part in statement.split(";"):
        intruder.execute("set session_replication_role = replica")
        intruder.execute(part, {"id": case.id} if "%(id)s" in part else [case.id])
    found = engine.history.verify(case.id)
    assert [(fault.kind, fault.seq, fault.business_key) for fault in found.faults] == [(kind, seq, case.business_key)]
    assert not found.intact


def test_another_key_does_not_verify(store, executor, clock, case):
    other = ProcessEngine(store, executor, history_key=bytes(32), clock=clock)
    assert [fault.seq for fault in other.history.verify(case.id).faults] == [1]


def test_a_short_key_is_refused(store, executor):
    with pytest.raises(ValueError, match="32 bytes"):
        ProcessEngine(store, executor, history_key=HISTORY_KEY[:31])


def test_erased_values_are_gone_and_the_chain_verifies(engine, people, case, intruder):
    completed = engine.history.timeline(case.id, people["tsai"])[3]
    engine.history.erase(completed.id, "保存年限屆滿", people["archivist"])
    entries = engine.history.timeline(case.id, people["archivist"])
    assert entries[3].values == {}
    assert entries[3].erased_at is not None
    assert (entries[-1].verb, entries[-1].params["seq"], entries[-1].params["reason"]) == (
        "history.erased", 4, "保存年限屆滿",
    )  # fmt: skip
    assert engine.history.verify(case.id).intact
    row = intruder.execute(
        "select salt, body from history_value where instance_id = %s and seq = 4", [case.id]
    ).fetchone()
    assert row == (None, None)
    with pytest.raises(Conflict):
        engine.history.erase(completed.id, "再一次", people["archivist"])


def test_who_may_erase_and_what(engine, people, case):
    entry = engine.history.timeline(case.id, people["tsai"])[3]
    with pytest.raises(NotAllowed):
        engine.history.erase(entry.id, "想刪", people["tsai"])
    with pytest.raises(Invalid):
        engine.history.erase(entry.id, "  ", people["archivist"])
    with pytest.raises(RecordNotFound):
        engine.history.erase(f"{case.id}.99", "沒有", people["archivist"])
    with pytest.raises(RecordNotFound):
        engine.history.erase("nonsense", "沒有", people["archivist"])
