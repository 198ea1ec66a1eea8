"""Incidents: what an operator sees, mends and runs again."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from engine import SYSTEM
from engine.errors import Conflict, Invalid, NotAllowed, RecordNotFound
from tests.engine.services.diagrams import NOBODY, SCRIPTED


@pytest.fixture
def failed(engine, people, open_task):
    """The script after the answer fails: `days` is missing."""
    task = open_task(SCRIPTED, assignee="tsai", subject="計算失敗案")
    engine.tasks.complete(task.id, actor=people["tsai"], variables={"opinion": "好"})
    return next(i for i in engine.incidents.incidents(people["operator"]).rows if i.instance_id == task.instance_id)


def test_an_incident_says_what_failed_and_why(engine, people, failed):
    assert (failed.element_id, failed.element_name, failed.kind) == ("count", "計算", "script")
    assert "days" in failed.message
    assert (failed.subject, failed.process_key) == ("計算失敗案", "scripted")
    assert engine.incidents.count(people["operator"]) >= 1
    assert engine.incidents.variables(failed.id, people["operator"])["opinion"] == "好"


def test_mending_and_running_again_moves_the_case(engine, people, failed):
    advance = engine.incidents.retry(failed.id, variables={"days": 3}, actor=people["operator"])
    assert [task.element_id for task in advance.opened] == ["after"]
    resolved = engine.incidents.incident(failed.id, people["operator"])
    assert resolved.resolved_by == "operator"
    entry = engine.history.timeline(failed.instance_id, SYSTEM)[-1]
    assert (entry.verb, entry.values["given"]) == ("incident.retried", {"days": 3})
    with pytest.raises(Conflict) as refused:
        engine.incidents.retry(failed.id, actor=people["operator"])
    assert refused.value.params["who"] == "operator"


def test_failing_again_keeps_it_open_with_the_new_cause(engine, people, failed):
    engine.incidents.retry(failed.id, variables={"days": "three"}, actor=people["operator"])
    again = engine.incidents.incident(failed.id, people["operator"])
    assert again.resolved_at is None
    assert again.message != failed.message
    assert engine.incidents.retry(failed.id, variables={"days": 1}, actor=people["operator"]).opened


def test_many_are_run_again_each_on_its_own(engine, people, failed):
    results = engine.incidents.retry_many([failed.id, uuid4()], actor=people["operator"])
    assert [ok for _, ok, _ in results] == [True, False]
    assert isinstance(results[1][2], RecordNotFound)


def test_incidents_are_for_operators(engine, people, failed):
    for act in (
        lambda: engine.incidents.incidents(people["tsai"]),
        lambda: engine.incidents.incident(failed.id, people["tsai"]),
        lambda: engine.incidents.retry(failed.id, actor=people["tsai"]),
        lambda: engine.incidents.retry_many([failed.id], actor=people["tsai"]),
        lambda: engine.incidents.variables(failed.id, people["tsai"]),
        lambda: engine.incidents.count(people["tsai"]),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_pages_of_incidents(engine, people, failed, open_task):
    task = open_task(SCRIPTED, assignee="tsai")
    engine.tasks.complete(task.id, actor=people["tsai"], variables={})
    first = engine.incidents.incidents(people["operator"], limit=1)
    second = engine.incidents.incidents(people["operator"], limit=1, after=first.after)
    assert first.rows[0].id != second.rows[0].id
    assert engine.incidents.incidents(people["operator"], kind="service").rows == ()


def test_a_task_for_nobody_is_offered_anew_when_somebody_came(engine, deploy, people):
    deploy(NOBODY)
    case = engine.runtime.start("nobody", actor=people["kuo"], variables={})
    (incident,) = [i for i in engine.incidents.incidents(SYSTEM).rows if i.instance_id == case.id]
    assert "agency_acct@health" in incident.message
    with pytest.raises(Invalid):
        engine.incidents.retry(incident.id, actor=people["operator"])
    engine.directory.grant("yang", "agency_acct", "health", actor=SYSTEM, valid_from=date(2011, 1, 1))
    engine.incidents.retry(incident.id, actor=people["operator"])
    (task,) = engine.tasks.of_case(case.id, SYSTEM)
    assert task.candidates == ("agency_acct@health",)
    assert engine.tasks.claim(task.id, engine.directory.actor_for("yang")).assignee == "yang"
    assert not engine.runtime.instance(case.id, SYSTEM).has_incident
