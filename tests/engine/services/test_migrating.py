"""Running cases move to another version in one transaction: rows, state and history say the same afterwards."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from engine import SYSTEM
from engine.errors import Conflict, DefinitionNotFound, Invalid, MigrationRefused, NotAllowed
from tests.engine.conftest import MORNING
from tests.engine.services.diagrams import FOR_LABOR, chain, process, user_task

TIMER = (
    '<bpmn:boundaryEvent id="{0}" attachedToRef="{1}" cancelActivity="false"><bpmn:timerEventDefinition>'
    "<bpmn:timeDuration>P{2}D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    '<bpmn:sequenceFlow id="{0}f" sourceRef="{0}" targetRef="end"/>'
)

_numbers = count(1)


@pytest.fixture
def versions(deploy):
    """Deploy two versions of a process of one's own: ids of the tasks in a row, and anything drawn beside."""
    number = next(_numbers)
    key = f"moving_{number}"

    def run(*drawn):
        for tasks, beside in drawn:
            body = chain(*(user_task(id, name, FOR_LABOR) for id, name in tasks.items()), ids=tuple(tasks)) + beside
            deploy(process(key, body, properties=f"casePrefix = MV{number}-\nownerUnit = aia.labor"))
        return key

    return run


ONE = ({"check": "受理審查", "approve": "核定"}, "")
TWO = ({"check": "收件審查", "second": "複審", "approve": "核定"}, "")
RENAMED = ({"intake": "收件", "approve": "核定"}, TIMER.format("late", "intake", 3))


@pytest.fixture
def begun(engine, people):
    """Start a case with version 1, whichever is in force."""

    def run(key):
        first = engine.repository.definition(key, 1)
        engine.repository.make_current(first.id, people["owner"])
        case = engine.runtime.start(key, actor=people["registrar"], variables={})
        newest = engine.repository.versions(key)[0]
        engine.repository.make_current(newest.id, people["owner"])
        return case

    return run


def open_task(engine, case, people):
    (task,) = [task for task in engine.tasks.of_case(case.id, SYSTEM) if task.is_open]
    return task


def test_a_case_goes_on_the_new_way_with_the_same_task_and_person(engine, people, versions, begun):
    key = versions(ONE, TWO)
    case = begun(key)
    task = open_task(engine, case, people)
    engine.tasks.claim(task.id, people["tsai"])
    engine.migration.migrate(case.id, 2, actor=people["owner"], reason="增列複審")
    moved = open_task(engine, case, people)
    assert (moved.id, moved.name, moved.assignee) == (task.id, "收件審查", "tsai")
    assert engine.runtime.instance(case.id, SYSTEM).version == 2
    engine.tasks.complete(task.id, actor=people["tsai"], variables={})
    assert open_task(engine, case, people).element_id == "second"
    entry = next(e for e in engine.history.timeline(case.id, SYSTEM) if e.verb == "case.migrated")
    assert (entry.actor, entry.params["version"], entry.params["to"]) == ("owner", 1, 2)
    assert entry.params["reason"] == "增列複審"
    assert not engine.history.verify(case.id).faults


def test_a_mapped_element_is_what_rows_stand_on_and_new_timers_run(engine, people, versions, begun, clock):
    key = versions(ONE, RENAMED)
    case = begun(key)
    engine.migration.migrate(case.id, 2, actor=people["owner"], reason="改名", mapping={"check": "intake"})
    assert open_task(engine, case, people).element_id == "intake"
    assert engine.runtime.instance(case.id, SYSTEM).active_elements == ("intake",)
    assert engine.machine.next_due(MORNING + timedelta(days=9)) == MORNING + timedelta(days=3)
    clock.set(MORNING + timedelta(days=3))
    engine.machine.fire_timers(case.id)
    assert open_task(engine, case, people).element_id == "intake"


def test_a_case_that_does_not_fit_stays_where_it_is_and_says_why(engine, people, versions, begun):
    key = versions(ONE, RENAMED)
    case = begun(key)
    (row,) = engine.migration.check(key, 1, 2, people["owner"])
    assert (row.id, row.fits, [p.element_id for p in row.problems]) == (case.id, False, ["check"])
    with pytest.raises(MigrationRefused) as refused:
        engine.migration.migrate(case.id, 2, actor=people["owner"], reason="試")
    assert refused.value.problems == row.problems
    assert engine.runtime.instance(case.id, SYSTEM).version == 1
    (row,) = engine.migration.check(key, 1, 2, people["owner"], mapping={"check": "intake"})
    assert row.fits


def test_of_several_each_is_moved_or_says_why(engine, people, versions, begun):
    key = versions(ONE, ({"approve": "核定"}, ""))
    stays, goes = begun(key), begun(key)
    task = open_task(engine, goes, people)
    engine.tasks.claim(task.id, people["tsai"])
    engine.tasks.complete(task.id, actor=people["tsai"], variables={})
    results = dict(engine.migration.migrate_many([stays.id, goes.id], 2, actor=people["owner"], reason="簡化"))
    assert results[goes.id] is None
    assert isinstance(results[stays.id], MigrationRefused)
    assert [row.id for row in engine.migration.check(key, 1, 2, people["owner"])] == [stays.id]


def test_only_those_who_may_deploy_may_move_and_only_with_a_reason(engine, people, versions, begun):
    key = versions(ONE, TWO)
    case = begun(key)
    for who in ("tsai", "registrar", "operator"):
        with pytest.raises(NotAllowed):
            engine.migration.migrate(case.id, 2, actor=people[who], reason="想")
        with pytest.raises(NotAllowed):
            engine.migration.check(key, 1, 2, people[who])
    with pytest.raises(Invalid):
        engine.migration.migrate(case.id, 2, actor=people["owner"], reason=" ")
    with pytest.raises(DefinitionNotFound):
        engine.migration.migrate(case.id, 9, actor=people["owner"], reason="無")


def test_a_form_sent_twice_moves_once_and_an_ended_case_not_at_all(engine, people, versions, begun):
    key = versions(ONE, TWO)
    case = begun(key)
    for _ in range(2):
        engine.migration.migrate(case.id, 2, actor=people["owner"], reason="一次", token="one-and-the-same")
    verbs = [entry.verb for entry in engine.history.timeline(case.id, SYSTEM)]
    assert verbs.count("case.migrated") == 1
    engine.runtime.cancel(case.id, reason="結束", actor=SYSTEM)
    with pytest.raises(Conflict):
        engine.migration.migrate(case.id, 1, actor=people["owner"], reason="太晚")
