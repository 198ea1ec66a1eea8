"""What has lost its job is found and done; players need no jobs at all; the history is anchored outside."""

from __future__ import annotations

from datetime import datetime, timedelta

import orjson
import pytest

from engine import SYSTEM, NoJobs, ProcessEngine, SetClock, SourceFile
from engine.calendar.working_days import TAIPEI
from engine.cases.values import InstanceQuery
from engine.errors import ConnectorError, MessageNotCorrelated
from engine.jobs.sweeping import LATE
from engine.queue import JobSpec
from tests.engine.conftest import HISTORY_KEY
from tests.engine.services.diagrams import CALLING, SENDING, TIMED, WAITING, YEARLY

START = datetime(2018, 5, 29, 9, tzinfo=TAIPEI)


@pytest.fixture
def clock():
    return SetClock(START)


@pytest.fixture
def played(store, executor, people, clock):
    """An engine under a clock of its own: its jobs go nowhere unless a player takes them."""
    return ProcessEngine(store, executor, history_key=HISTORY_KEY, clock=clock, queue=NoJobs())


@pytest.fixture
def start(played, people):
    def run(bpmn: str, **variables):
        played.repository.deploy([SourceFile("process.bpmn", bpmn.encode())], actor=SYSTEM, force_now=True)
        key = bpmn.split('<bpmn:process id="', 1)[1].split('"', 1)[0]
        return played.runtime.start(key, actor=people["kuo"], variables=variables)

    return run


@pytest.fixture
def sweeper(played, make_service):
    return make_service(played)


def open_elements(engine, case):
    return sorted(task.element_id for task in engine.tasks.of_case(case.id, SYSTEM) if task.is_open)


def finish(engine, case, actor, **variables):
    (task,) = [task for task in engine.tasks.of_case(case.id, SYSTEM) if task.is_open]
    engine.tasks.claim(task.id, actor)
    engine.tasks.complete(task.id, actor=actor, variables=variables)


def test_a_due_timer_without_a_job_fires(played, start, sweeper, clock):
    case = start(TIMED)
    sweeper.sweep()
    assert open_elements(played, case) == ["reply"]
    clock.advance(timedelta(days=3))
    assert sweeper.sweep().timers == 0, "its job may still come"
    clock.advance(LATE)
    assert sweeper.sweep().timers >= 1
    assert open_elements(played, case) == ["chase"]
    assert sweeper.sweep().timers == 0


def test_a_call_without_a_job_is_made_after_two_minutes_and_tried_a_bounded_number_of_times(
    played, start, sweeper, clock, neighbour
):
    case = start(CALLING)
    assert sweeper.sweep().calls == 0, "its job may still come"
    neighbour.answers = [ConnectorError("503") for _ in range(20)]
    for attempt in range(1, 7):
        clock.advance(timedelta(minutes=3))
        assert sweeper.sweep().calls == 1
        assert len(neighbour.calls) == attempt
        assert sweeper.sweep().calls == 0
    clock.advance(timedelta(minutes=3))
    assert sweeper.sweep().calls == 0
    assert played.runtime.instance(case.id, SYSTEM).has_incident


def test_two_jobs_of_one_call_share_its_tries_and_a_last_one_that_was_lost_ends_in_an_incident(
    played, start, sweeper, clock, neighbour, sql
):
    case = start(CALLING)

    sql("update service_call set attempts = 6, tried_at = %s", clock.now())
    task_id = sql("select task_id from service_call where instance_id = %s", case.id)[0][0]
    sweeper.handle("service_call", {"instance_id": str(case.id), "task_id": task_id}, 0)
    assert neighbour.calls == [], "the other job has the last try in hand"
    assert not played.runtime.instance(case.id, SYSTEM).has_incident
    clock.advance(timedelta(minutes=3))
    sweeper.sweep()
    assert neighbour.calls == []
    assert played.runtime.instance(case.id, SYSTEM).has_incident


def test_messages_kept_for_a_case_that_has_ended_are_forgotten(played, start, sweeper, people, clock):
    ended, open_still = start(WAITING), start(WAITING)
    for case in (ended, open_still):
        played.runtime.correlate("resolved", business_key=case.business_key, variables={})
    played.runtime.cancel(ended.id, reason="撤回", actor=people["kuo"])
    assert sweeper.sweep().forgotten == 1
    clock.advance(timedelta(hours=1))
    assert sweeper.sweep().forgotten == 0
    finish(played, open_still, people["tsai"])
    assert open_elements(played, open_still) == ["after"]


def test_a_message_kept_while_its_case_began_to_wait_is_delivered(played, start, sweeper, people, sql):
    case = start(WAITING)
    finish(played, case, people["tsai"])
    sql(
        "insert into buffered_message (id, name, business_key, variables, received_at, sent_by, sent_by_name)"
        " values (gen_random_uuid(), 'resolved', %s, '{\"outcome\": \"通過\"}', now(), 'system', '系統')",
        case.business_key,
    )
    assert sweeper.sweep().messages == 1
    assert open_elements(played, case) == ["after"]
    assert sweeper.sweep().messages == 0


def test_a_start_event_that_is_due_starts_a_case(played, sweeper, clock):
    played.repository.deploy([SourceFile("process.bpmn", YEARLY.encode())], actor=SYSTEM, force_now=True)
    clock.advance(timedelta(days=1, minutes=1))
    assert sweeper.sweep().starts >= 1


def test_one_part_that_fails_does_not_keep_the_rest_from_being_done(played, start, sweeper, clock, monkeypatch, caplog):
    case = start(TIMED)
    clock.advance(timedelta(days=3) + LATE)
    monkeypatch.setattr(sweeper._sweeper._caller, "call_lost", lambda: 1 // 0)
    assert sweeper.sweep().timers >= 1
    assert open_elements(played, case) == ["chase"]
    assert "ZeroDivisionError" in caplog.text


def test_the_history_is_anchored_outside_once_an_hour(played, start, sweeper, clock, tmp_path, monkeypatch):
    monkeypatch.setattr("engine.history.anchors.SETTLING", timedelta(0))
    case = start(TIMED)
    assert sweeper.sweep().anchored
    (path,) = (tmp_path / "anchors").glob("*.json")
    assert str(case.id) in {head[0] for head in orjson.loads(path.read_bytes())["heads"]}
    assert played.history.verify(anchors=[path.read_bytes()]).intact
    start(TIMED)
    clock.advance(timedelta(hours=2))
    assert not sweeper.sweep().anchored, "by the database's clock the hour is not over"


# -- playing -----------------------------------------------------------------------------------


def test_a_player_fires_timers_in_order_and_leaves_the_clock_at_the_end(played, start, sweeper, clock):
    first = start(TIMED)
    clock.advance(timedelta(days=1))
    second = start(TIMED)
    done = sweeper.run_due(START + timedelta(days=3, hours=1))
    assert open_elements(played, first) == ["chase"]
    assert open_elements(played, second) == ["reply"]
    assert clock.now() == START + timedelta(days=3, hours=1)
    assert done.timers >= 1
    sweeper.run_due(START + timedelta(days=5))
    chased = [entry for entry in played.history.timeline(second.id, SYSTEM) if entry.verb == "timer.fired"]
    assert [entry.occurred_at for entry in chased] == [START + timedelta(days=4)], (
        "fired at its own time, not at the end"
    )


def test_a_player_answers_calls_and_delivers_messages(played, start, sweeper, clock, people, neighbour):
    waiting = start(WAITING)
    finish(played, waiting, people["tsai"])
    sender = start(SENDING, target=waiting.business_key, result="通過")
    finish(played, sender, people["tsai"])
    calling = start(CALLING)
    sweeper.run_due(clock.now())
    assert played.runtime.variables(waiting.id, SYSTEM)["outcome"] == "通過"
    assert open_elements(played, calling) == ["read"]
    assert played.runtime.variables(calling.id, SYSTEM)["found"] == {"ok": True}


def test_a_player_is_told_of_a_message_that_nobody_waits_for(played, start, sweeper, clock, people):
    sender = start(SENDING, target="XX-404", result="通過")
    finish(played, sender, people["tsai"])
    with pytest.raises(MessageNotCorrelated):
        sweeper.run_due(clock.now())


def test_a_message_to_a_case_that_has_ended_is_done_with(played, start, sweeper, clock, people):
    ended = start(WAITING)
    played.runtime.cancel(ended.id, reason="撤案", actor=people["kuo"])
    sender = start(SENDING, target=ended.business_key, result="通過")
    finish(played, sender, people["tsai"])
    sweeper.run_due(clock.now())
    assert not played.runtime.instance(sender.id, SYSTEM).is_open
    assert "message.received" not in [entry.verb for entry in played.history.timeline(ended.id, SYSTEM)]


def test_jobs_hold_plain_json_only(played, start):
    start(CALLING)
    start(TIMED)
    for job in played.queue.take():
        assert isinstance(job, JobSpec)
        assert orjson.loads(orjson.dumps(dict(job.args))) == dict(job.args)


CONDITIONAL = YEARLY.replace('id="yearly"', 'id="each_monday"').replace(
    YEARLY[YEARLY.index("<bpmn:timerEventDefinition>") : YEARLY.index("</bpmn:startEvent>")],
    '<bpmn:conditionalEventDefinition><bpmn:condition xsi:type="bpmn:tFormalExpression">'
    '=day of week(today()) = "Monday"</bpmn:condition></bpmn:conditionalEventDefinition>',
)


def test_a_condition_starts_cases_in_the_workers_round_and_as_a_player_lets_time_pass(played, sweeper, clock):
    played.repository.deploy([SourceFile("process.bpmn", CONDITIONAL.encode())], actor=SYSTEM, force_now=True)
    assert sweeper.sweep().conditions == 0, "a Tuesday"
    clock.set(datetime(2018, 6, 4, 9, tzinfo=TAIPEI))
    assert sweeper.sweep().conditions == 1
    assert sweeper.sweep().conditions == 0
    sweeper.run_due(datetime(2018, 6, 20, tzinfo=TAIPEI))
    begun = played.runtime.find(InstanceQuery(process_key="each_monday"), SYSTEM).rows
    assert sorted(case.started_at.astimezone(TAIPEI).day for case in begun) == [4, 11, 18]
