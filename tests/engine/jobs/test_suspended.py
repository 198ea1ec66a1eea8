"""Machines leave a suspended case alone, and do what was due as soon as it is resumed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import SYSTEM
from engine.errors import ConnectorError
from tests.engine.conftest import MORNING
from tests.engine.services.diagrams import CALLING, TIMED, WAITING


def open_elements(engine, case):
    return sorted(task.element_id for task in engine.tasks.of_case(case.id, SYSTEM) if task.is_open)


@pytest.fixture
def player(engine, make_service):
    return make_service(engine)


def test_the_jobs_of_a_suspended_case_do_nothing_and_resuming_asks_for_them_again(live, begin, work, neighbour):
    case = begin(CALLING)
    live.suspension.suspend(case.id, reason="系統查核", actor=SYSTEM)
    work()
    assert neighbour.calls == []
    live.suspension.resume(case.id, actor=SYSTEM)
    work()
    assert len(neighbour.calls) == 1
    assert open_elements(live, case) == ["read"]


def test_a_call_that_failed_is_not_tried_again_meanwhile(live, begin, service, neighbour, sql):
    case = begin(CALLING)
    ((task_id,),) = sql("select task_id from service_call where instance_id = %s", case.id)
    job = {"instance_id": str(case.id), "task_id": task_id}
    neighbour.answers = [ConnectorError("503")]
    with pytest.raises(ConnectorError):
        service.handle("service_call", job, 0)
    live.suspension.suspend(case.id, reason="系統查核", actor=SYSTEM)
    service.handle("service_call", job, 1)
    sql("update service_call set tried_at = tried_at - interval '1 hour' where instance_id = %s", case.id)
    assert service.sweep().calls == 0
    assert len(neighbour.calls) == 1
    live.suspension.resume(case.id, actor=SYSTEM)
    assert service.sweep().calls == 1
    assert open_elements(live, case) == ["read"]


def test_the_watchdog_leaves_suspended_cases_alone(live, begin):
    for bpmn in (TIMED, WAITING, CALLING):
        live.suspension.suspend(begin(bpmn).id, reason="系統查核", actor=SYSTEM)
    assert live.watchdog.look()[0] == 0


def test_a_player_goes_on_past_a_suspended_case(engine, deploy, player, people, clock):
    cases = [engine.runtime.start(deploy(bpmn).key, actor=people["kuo"], variables={}) for bpmn in (TIMED, CALLING)]
    for case in cases:
        engine.suspension.suspend(case.id, reason="系統查核", actor=SYSTEM)
    assert not player.run_due(MORNING + timedelta(days=5)).anything
    assert clock.now() == MORNING + timedelta(days=5)
    assert [open_elements(engine, case) for case in cases] == [["reply"], []]
    for case in cases:
        engine.suspension.resume(case.id, actor=SYSTEM)
    player.run_due(MORNING + timedelta(days=6))
    assert [open_elements(engine, case) for case in cases] == [["chase"], ["read"]]
    fired = next(e for e in engine.history.timeline(cases[0].id, SYSTEM) if e.verb == "timer.fired")
    assert fired.occurred_at == MORNING + timedelta(days=5)
