"""A case that nobody and nothing can move is found, shown, mended, and let go when it moves again."""

from __future__ import annotations

import pytest

from engine import SYSTEM
from engine.cases import watchdog
from engine.cases.watchdog import WatchdogService
from engine.store import step_queries
from engine.store.stuck_queries import STUCK
from tests.engine.services.diagrams import CALLING, TIMED, WAITING


def incidents(engine, people, case):
    found = engine.incidents.incidents(people["operator"]).rows
    return [incident for incident in found if incident.instance_id == case.id]


def look(engine):
    """Look at every open case, in small parts."""
    found, after = engine.watchdog.look(limit=2)
    while after is not None:
        more, after = engine.watchdog.look(after, limit=2)
        found += more
    return found


@pytest.fixture
def stuck(live, begin, sql):
    """A case whose only open task is not there any more: no list shows it."""
    case = begin(TIMED)
    sql("delete from awaited_timer where instance_id = %s", case.id)
    sql("delete from candidate where instance_id = %s", case.id)
    sql("delete from user_task where instance_id = %s", case.id)
    return case


def test_what_can_move_is_left_alone(live, begin):
    for bpmn in (TIMED, WAITING, CALLING):
        begin(bpmn)
    assert look(live) == 0


def test_a_case_without_anything_to_wait_for_is_told_once(live, people, stuck, work, sql):
    assert look(live) == 1
    (incident,) = incidents(live, people, stuck)
    assert (incident.kind, incident.resolved_at) == (STUCK, None)
    assert live.history.timeline(stuck.id, SYSTEM)[-1].verb == "incident.opened"
    assert look(live) == 0
    work()
    told = "select count(*) from notification where person_id = 'operator' and kind = 'incident' and instance_id = %s"
    assert sql(told, stuck.id) == [(1,)]
    assert live.history.verify(stuck.id).intact


def test_a_build_that_forgets_its_tasks_is_noticed(live, people, begin, monkeypatch):
    open_tasks = step_queries.open_tasks
    monkeypatch.setattr(step_queries, "open_tasks", lambda *args, **more: open_tasks(*args, **{**more, "tasks": ()}))
    monkeypatch.setattr(step_queries, "wait", lambda *args, **kwargs: ([], []))
    case = begin(TIMED)
    assert look(live) == 1
    assert [incident.kind for incident in incidents(live, people, case)] == [STUCK]


def test_running_it_again_brings_back_what_was_lost(live, people, stuck, sql):
    look(live)
    (incident,) = incidents(live, people, stuck)
    assert live.incidents.variables(incident.id, people["operator"]) == {}
    live.incidents.retry(incident.id, variables={"note": "補回"}, actor=people["operator"])
    (task,) = [task for task in live.tasks.of_case(stuck.id, SYSTEM) if task.is_open]
    assert sql("select count(*) from awaited_timer where instance_id = %s", stuck.id) == [(1,)]
    assert live.incidents.incident(incident.id, people["operator"]).resolved_by == "operator"
    live.tasks.claim(task.id, people["tsai"])
    live.tasks.complete(task.id, actor=people["tsai"], variables={})
    assert live.history.timeline(stuck.id, SYSTEM)[0].verb == "case.started"


def test_a_lost_call_is_asked_for_again(live, people, begin, sql, jobs):
    case = begin(CALLING)
    sql("delete from service_call where instance_id = %s", case.id)
    sql("truncate procrastinate_jobs cascade")
    assert look(live) == 1
    (incident,) = incidents(live, people, case)
    live.incidents.retry(incident.id, actor=people["operator"])
    assert ("service_call", "todo", 0) in jobs()
    assert incidents(live, people, case) == []


def test_it_resolves_itself_when_movement_returns(live, people, stuck, sql, service):
    service.sweep()
    (incident,) = incidents(live, people, stuck)
    assert live.watchdog.release() == 0
    sql(
        "insert into subscription (instance_id, task_id, kind, name, element_id) values (%s, 't', 'signal', 's', 'e')",
        stuck.id,
    )
    service.sweep()
    assert live.incidents.incident(incident.id, people["operator"]).resolved_by == "system"
    sql("delete from subscription where instance_id = %s", stuck.id)
    sql("update incident set resolved_at = now(), resolved_by = 'x' where resolved_at is null")
    service.sweep()
    assert len(incidents(live, people, stuck)) == 1


def test_workers_share_the_look_at_all_cases(live, begin, stuck, sql, monkeypatch):
    monkeypatch.setattr(watchdog, "PART", 2)
    monkeypatch.setattr(WatchdogService.look, "__kwdefaults__", {"limit": 2})
    sql("delete from upkeep")
    for _ in range(4):
        begin(TIMED)
    (number,) = sql("select count(*) from instance_state")[0]
    others = [WatchdogService(live.store, live.watchdog._steps) for _ in range(2)]
    found, rounds = 0, 0
    while live.measuring.measures().watched_seconds_ago is None:
        found += others[rounds % 2].look_on()
        rounds += 1
        assert rounds <= number
    assert found == 1
    assert rounds == number // 2 + 1
    assert live.measuring.measures().watched_seconds_ago < 60


def test_the_incidents_of_many_cases_are_resolved_a_part_at_a_time(live, people, stuck, sql, monkeypatch):
    assert look(live) == 1
    sql("insert into awaited_timer values (%s, 't', 'e', now() + interval '1 day')", stuck.id)
    monkeypatch.setattr(watchdog, "PART", 0)
    assert live.watchdog.release() == 0
    monkeypatch.undo()
    assert live.watchdog.release() == 1
    assert incidents(live, people, stuck) == []
