# ruff: noqa: E501 (a piece of XML stays in one line)
"""Messages, signals, timers, errors, escalations: who is reached, and what is interrupted at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import MessageNotCorrelated, StepFailed
from engine.model import DeliverMessage, DeliverSignal
from tests.engine.spiff.player import START, Player, bpmn, flows, play, process, properties, source

START_END = '<startEvent id="s"/><endEvent id="e"/>'
TOP = '<message id="m" name="reply"/><signal id="g" name="alarm"/><error id="er" errorCode="NO"/><escalation id="es" escalationCode="UP"/>'


def timer(text: str, kind: str = "timeDuration") -> str:
    return f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"


def catch(id: str, inner: str) -> str:
    return f'<intermediateCatchEvent id="{id}">{inner}</intermediateCatchEvent>'


def boundary(id: str, host: str, inner: str, interrupting: bool = True) -> str:
    return f'<boundaryEvent id="{id}" attachedToRef="{host}" cancelActivity="{str(interrupting).lower()}">{inner}</boundaryEvent>'


def on_event(id: str, start: str, interrupting: bool = True, body: str = '<userTask id="handle"/>') -> str:
    return (
        f'<subProcess id="{id}" triggeredByEvent="true"><startEvent id="{id}_s" isInterrupting="{str(interrupting).lower()}">'
        f"{start}</startEvent>{body}{flows(f'{id}_s -> handle')}</subProcess>"
    )


MESSAGE = '<messageEventDefinition messageRef="m"/>'
SIGNAL = '<signalEventDefinition signalRef="g"/>'
ERROR = '<errorEventDefinition errorRef="er"/>'
ESCALATION = '<escalationEventDefinition escalationRef="es"/>'


# -- messages -----------------------------------------------------------------------------------


def test_a_message_is_awaited_and_brings_its_payload():
    case = play(START_END + catch("a", MESSAGE), "s -> a", "a -> e", top=TOP)
    assert [(s.kind, s.name, s.element_id) for s in case.last.subscriptions] == [("message", "reply", "a")]
    case.message("reply", answer="yes")
    assert case.variables["answer"] == "yes"
    assert case.ended == "completed"


def test_a_message_may_go_into_one_variable():
    body = START_END + f'<receiveTask id="a" messageRef="m">{properties(resultVariable="answer")}</receiveTask>'
    assert play(body, "s -> a", "a -> e", top=TOP).message("reply", x=1).variables == {"answer": {"x": 1}}


def test_a_message_that_nobody_waits_for_is_refused():
    case = play(START_END + catch("a", MESSAGE), "s -> a", "a -> e", top=TOP)
    with pytest.raises(MessageNotCorrelated):
        case.message("other")


def test_a_message_reaches_one_catcher_only():
    """The library hands it to every catcher."""
    body = START_END + catch("a", MESSAGE) + catch("b", MESSAGE) + '<userTask id="ua"/><userTask id="ub"/>'
    case = play(body, "s -> a", "s -> b", "a -> ua", "b -> ub", "ua -> e", "ub -> e", top=TOP)
    assert case.message("reply").waiting == ["ua"]
    assert case.message("reply").waiting == ["ua", "ub"]


def test_a_thrown_message_says_to_whom_and_what():
    body = (
        START_END
        + '<intermediateThrowEvent id="a">'
        + properties(businessKey='=[key, "PT-2"]', payload="={x: x + 1}")
        + MESSAGE
        + "</intermediateThrowEvent>"
    )
    thrown = play(body, "s -> a", "a -> e", top=TOP, key="PT-1", x=1).last.thrown[0]
    assert (thrown.kind, thrown.name, thrown.business_keys) == ("message", "reply", ("PT-1", "PT-2"))
    assert thrown.variables == {"x": 2}
    assert thrown.element_id == "a"


def test_a_send_task_and_an_end_event_throw():
    body = '<startEvent id="s"/><sendTask id="a" messageRef="m"/>' + f'<endEvent id="e">{MESSAGE}</endEvent>'
    case = play(body, "s -> a", "a -> e", top=TOP)
    assert [t.element_id for t in case.last.thrown] == ["a", "e"]
    assert case.last.thrown[0].business_keys == ()
    assert case.ended == "completed"


def test_a_payload_that_fails_sends_nothing():
    body = START_END + f'<sendTask id="a" messageRef="m">{properties(payload="={x: 1 + y}")}</sendTask>'
    case = play(body, "s -> a", "a -> e", top=TOP, y=None)
    assert case.last.thrown == ()
    assert case.incident("a").kind == "script"
    assert case.retry("a", y=1).last.thrown[0].variables == {"x": 2}


def test_a_process_starts_by_its_message():
    body = f'<startEvent id="s1"/><startEvent id="s2">{MESSAGE}</startEvent><userTask id="a"/><userTask id="b"/><endEvent id="e"/>'
    definition = source(bpmn(TOP, process(body, "s1 -> a", "s2 -> b", "a -> e", "b -> e")))
    assert Player(definition).start().waiting == ["a"]
    case = Player(definition).start(event=DeliverMessage("reply", {"x": 1}))
    assert (case.waiting, case.variables) == (["b"], {"x": 1})
    with pytest.raises(StepFailed):
        Player(definition).start(event=DeliverMessage("other"))
    with pytest.raises(StepFailed):
        Player(definition).start(event=DeliverSignal("reply"))


def test_the_initiator_is_a_variable_when_the_start_event_says_so():
    body = '<startEvent id="s" camunda:initiator="starter"/><userTask id="a" camunda:assignee="=starter"/>'
    case = Player(source(bpmn(process(body, "s -> a"))), initiator={"id": "anna", "label": "安娜"}).start()
    assert case.task("a").assignee == "anna"


# -- signals --------------------------------------------------------------------------------------


def test_a_signal_reaches_every_catcher_and_is_told_to_others():
    body = (
        START_END
        + catch("a", SIGNAL)
        + catch("b", SIGNAL)
        + f'<intermediateThrowEvent id="t">{SIGNAL}</intermediateThrowEvent>'
    )
    case = play(body, "s -> t", "s -> a", "s -> b", "a -> e", "b -> e", "t -> e", top=TOP)
    assert case.ended == "completed"
    assert [(t.kind, t.name) for t in case.last.thrown] == [("signal", "alarm")]


def test_a_signal_from_outside_that_nobody_awaits_changes_nothing():
    case = play(START_END + catch("a", SIGNAL), "s -> a", "a -> e", top=TOP)
    assert case.signal("other").ended is None
    assert case.signal("alarm", x=1).variables == {"x": 1}
    assert case.ended == "completed"


# -- boundary events --------------------------------------------------------------------------------


def test_an_interrupting_boundary_event_closes_the_task():
    body = START_END + '<userTask id="a"/><userTask id="late"/>' + boundary("t", "a", timer("P3D"))
    case = play(body, "s -> a", "a -> e", "t -> late", "late -> e")
    task = case.task("a")
    assert [(t.element_id, t.due_at) for t in case.last.timers] == [("t", START + timedelta(days=3))]
    case.after(days=3)
    assert [(c.id, c.reason) for c in case.last.closed] == [(task.id, "cancelled")]
    assert case.waiting == ["late"]
    assert case.cancelled == ["a"]
    assert not case.last.timers


def test_a_completed_task_takes_its_boundary_events_away():
    body = START_END + '<userTask id="a"/><userTask id="b"/><userTask id="late"/>' + boundary("t", "a", timer("P3D"))
    case = play(body, "s -> a", "a -> b", "b -> e", "t -> late", "late -> e").complete("a")
    assert not case.last.timers
    assert case.after(days=9).waiting == ["b"]


def test_a_timer_that_is_not_due_does_nothing():
    body = START_END + '<userTask id="a"/><userTask id="late"/>' + boundary("t", "a", timer("P3D"))
    case = play(body, "s -> a", "a -> e", "t -> late", "late -> e")
    before = case.last.state
    assert case.after(days=2, hours=23).waiting == ["a"]
    assert case.last.facts == ()
    assert case.last.state == before


def test_a_reminder_repeats_and_does_not_disturb():
    body = (
        START_END
        + '<userTask id="a"/><scriptTask id="r"><script>={n: n + 1}</script></scriptTask>'
        + boundary("t", "a", timer("R3/P1D", "timeCycle"), interrupting=False)
    )
    case = play(body, "s -> a", "a -> e", "t -> r", n=0)
    for day in (1, 2, 3):
        assert [t.due_at for t in case.last.timers] == [START + timedelta(days=day)]
        assert case.after(days=1).variables["n"] == day
    assert not case.last.timers
    assert case.after(days=1).variables["n"] == 3
    assert case.complete("a").ended == "completed"


def test_missed_turns_of_a_cycle_are_made_up_in_order():
    body = (
        START_END + '<userTask id="a"/><userTask id="x"/><scriptTask id="r"><script>={n: n + 1}</script></scriptTask>'
    )
    body += boundary("t", "a", timer("R9/P1D", "timeCycle"), interrupting=False) + boundary("d", "a", timer("P3DT1H"))
    case = play(body, "s -> a", "a -> e", "t -> r", "d -> x", "x -> e", n=0).after(days=10)
    assert case.variables["n"] == 3  # the deadline took the reminder away
    assert case.waiting == ["x"]


def test_a_message_at_the_border_may_come_again_and_again():
    body = START_END + '<userTask id="a"/><userTask id="b"/>' + boundary("m1", "a", MESSAGE, interrupting=False)
    case = play(body, "s -> a", "a -> e", "m1 -> b", "b -> e", top=TOP).message("reply").message("reply")
    assert case.waiting == ["a", "b", "b"]


def test_an_interrupting_boundary_event_on_a_subprocess_acts_at_once():
    """The library lets the subprocess drain first."""
    inner = '<startEvent id="is"/><userTask id="i1"/><userTask id="i2"/>' + flows("is -> i1", "is -> i2")
    body = (
        START_END + f'<subProcess id="a">{inner}</subProcess><userTask id="late"/>' + boundary("t", "a", timer("P1D"))
    )
    case = play(body, "s -> a", "a -> e", "t -> late", "late -> e").after(days=1)
    assert case.waiting == ["late"]
    assert sorted(case.cancelled) == ["a", "i1", "i2"]
    assert case.last.active_elements == ("late",)


def test_a_boundary_event_of_a_repeated_task_takes_all_of_it():
    body = (
        START_END
        + '<userTask id="a"><multiInstanceLoopCharacteristics camunda:collection="=m"/></userTask><userTask id="late"/>'
        + boundary("t", "a", timer("P1D"))
    )
    case = play(body, "s -> a", "a -> e", "t -> late", "late -> e", m=[1, 2, 3]).complete("a").after(days=1)
    assert case.waiting == ["late"]
    assert len(case.last.closed) == 2
    assert case.complete("late").ended == "completed"


def test_a_boundary_timer_that_cannot_be_worked_out_is_an_incident_and_the_task_stays_shut():
    body = START_END + '<userTask id="a"/><userTask id="late"/>' + boundary("t", "a", timer("=limit"))
    case = play(body, "s -> a", "a -> e", "t -> late", "late -> e")
    assert case.incident("a").kind == "timer"
    assert case.waiting == []
    case.retry("a", limit=timedelta(days=2))
    assert case.waiting == ["a"]
    assert case.last.timers[0].due_at == START + timedelta(days=2)


# -- event subprocesses ------------------------------------------------------------------------------


def test_an_interrupting_event_subprocess_stops_everything_else():
    """The library ignores isInterrupting."""
    body = START_END + '<userTask id="a"/><userTask id="b"/>' + on_event("x", MESSAGE)
    case = play(body, "s -> a", "s -> b", "a -> e", "b -> e", top=TOP)
    assert case.waiting == ["a", "b"]
    case.message("reply", why="withdrawn")
    assert case.waiting == ["handle"]
    assert {c.reason for c in case.last.closed} == {"cancelled"}
    assert case.variables["why"] == "withdrawn"
    assert not case.last.subscriptions
    assert case.complete("handle").ended == "completed"


def test_a_non_interrupting_event_subprocess_runs_beside():
    body = START_END + '<userTask id="a"/>' + on_event("x", MESSAGE, interrupting=False)
    case = play(body, "s -> a", "a -> e", top=TOP).message("reply").message("reply")
    assert case.waiting == ["a", "handle", "handle"]
    case.complete("a").complete("handle")
    assert case.ended is None
    assert case.complete("handle").ended == "completed"


def test_an_event_subprocess_that_is_not_called_for_does_not_run():
    """In the library an error or timer start runs in every instance."""
    case = play(START_END + '<userTask id="a"/>' + on_event("x", ERROR), "s -> a", "a -> e", top=TOP)
    assert case.waiting == ["a"]
    assert case.complete("a").ended == "completed"


def test_a_timer_in_an_event_subprocess_counts_from_the_start_of_its_scope():
    body = START_END + '<userTask id="a"/>' + on_event("x", timer("P5D"))
    case = play(body, "s -> a", "a -> e")
    assert [t.due_at for t in case.last.timers] == [START + timedelta(days=5)]
    assert case.after(days=5).waiting == ["handle"]


def test_an_event_subprocess_does_not_keep_its_process_open():
    body = START_END + '<userTask id="a"/>' + on_event("x", MESSAGE)
    case = play(body, "s -> a", "a -> e", top=TOP).complete("a")
    assert case.ended == "completed"


# -- errors and escalations --------------------------------------------------------------------------


def failing(id: str, inner: str = "") -> str:
    body = f'<startEvent id="{id}s"/><userTask id="{id}t"/><endEvent id="{id}e">{ERROR}</endEvent>'
    return f'<subProcess id="{id}">{body}{inner}{flows(f"{id}s -> {id}t", f"{id}t -> {id}e")}</subProcess>'


def test_an_error_is_caught_at_the_border_of_its_own_subprocess_only():
    """In the library a sibling's boundary event catches it too."""
    body = START_END + failing("a") + failing("b") + boundary("xa", "a", ERROR) + boundary("xb", "b", ERROR)
    body += '<userTask id="ma"/><userTask id="mb"/>'
    lines = ["s -> a", "s -> b", "a -> e", "b -> e", "xa -> ma", "xb -> mb", "ma -> e", "mb -> e"]
    case = play(body, *lines, top=TOP).complete("at")
    assert case.waiting == ["bt", "ma"]
    assert case.complete("bt").waiting == ["ma", "mb"]


def test_the_named_error_is_caught_before_any_error():
    body = START_END + failing("a") + boundary("any", "a", "<errorEventDefinition/>") + boundary("no", "a", ERROR)
    body += '<userTask id="m1"/><userTask id="m2"/>'
    lines = ["s -> a", "a -> e", "any -> m1", "no -> m2", "m1 -> e", "m2 -> e"]
    assert play(body, *lines, top=TOP).complete("at").waiting == ["m2"]


def test_an_error_is_caught_by_an_event_subprocess():
    body = START_END + failing("a", on_event("x", ERROR))
    case = play(body, "s -> a", "a -> e", top=TOP).complete("at")
    assert case.waiting == ["handle"]
    assert case.complete("handle").ended == "completed"


def test_an_error_out_of_a_called_process_reaches_the_caller():
    child = process(f'<startEvent id="s"/><endEvent id="ce">{ERROR}</endEvent>', "s -> ce", id="child")
    body = START_END + '<callActivity id="a" calledElement="child"/><userTask id="mend"/>' + boundary("x", "a", ERROR)
    case = Player(source(bpmn(TOP, process(body, "s -> a", "a -> e", "x -> mend", "mend -> e"), child))).start()
    assert case.waiting == ["mend"]


def test_an_uncaught_error_ends_the_instance():
    body = START_END + failing("a") + '<userTask id="other"/>'
    case = play(body, "s -> a", "s -> other", "a -> e", "other -> e", top=TOP).complete("at")
    assert case.ended == "error"
    assert [c.reason for c in case.last.closed] == ["completed", "cancelled"]


def test_an_escalation_goes_beside_or_interrupts():
    thrower = f'<intermediateThrowEvent id="up">{ESCALATION}</intermediateThrowEvent>'
    inner = f'<startEvent id="is"/>{thrower}<userTask id="i"/>' + flows("is -> up", "up -> i")
    lines = ["s -> a", "a -> e", "x -> boss", "boss -> e"]
    for interrupting, expected in ((False, ["boss", "i"]), (True, ["boss"])):
        body = START_END + f'<subProcess id="a">{inner}</subProcess><userTask id="boss"/>'
        body += boundary("x", "a", ESCALATION, interrupting)
        assert play(body, *lines, top=TOP).waiting == expected
    body = START_END + f'<subProcess id="a">{inner}</subProcess>'
    assert play(body, "s -> a", "a -> e", top=TOP).waiting == ["i"]


def test_a_terminate_event_ends_its_scope_at_once():
    body = '<startEvent id="s"/><userTask id="a"/><userTask id="b"/><endEvent id="e"><terminateEventDefinition/></endEvent>'
    case = play(body, "s -> a", "s -> b", "a -> e").complete("a")
    assert case.ended == "completed"
    assert sorted(c.reason for c in case.last.closed) == ["cancelled", "completed"]
    inner = '<startEvent id="is"/><userTask id="i1"/><userTask id="i2"/><endEvent id="ie"><terminateEventDefinition/></endEvent>'
    inner += flows("is -> i1", "is -> i2", "i1 -> ie")
    body = START_END + f'<subProcess id="a">{inner}</subProcess><userTask id="after"/>'
    assert play(body, "s -> a", "a -> after", "after -> e").complete("i1").waiting == ["after"]


def test_a_condition_fires_when_it_becomes_true():
    event = "<conditionalEventDefinition><condition>=x &gt; 3</condition></conditionalEventDefinition>"
    body = (
        START_END
        + '<userTask id="a"/><userTask id="b"/><userTask id="c"/>'
        + boundary("k", "a", event, interrupting=False)
    )
    case = play(body, "s -> a", "s -> b", "a -> e", "b -> e", "k -> c", "c -> e")
    assert case.complete("b", x=9).waiting == ["a", "c"]
    assert case.complete("c", x=9).waiting == ["a"]  # still true: it has happened already


def test_multiple_definitions_any_or_all():
    both = MESSAGE + SIGNAL
    body = START_END + f'<intermediateCatchEvent id="a">{both}</intermediateCatchEvent>'
    assert play(body, "s -> a", "a -> e", top=TOP).signal("alarm").ended == "completed"
    body = START_END + f'<intermediateCatchEvent id="a" parallelMultiple="true">{both}</intermediateCatchEvent>'
    case = play(body, "s -> a", "a -> e", top=TOP).signal("alarm")
    assert case.ended is None
    assert [s.name for s in case.last.subscriptions] == ["reply"]
    assert case.message("reply").ended == "completed"


def test_links_jump():
    body = START_END + '<intermediateThrowEvent id="t"><linkEventDefinition name="L"/></intermediateThrowEvent>'
    body += '<intermediateCatchEvent id="c"><linkEventDefinition name="L"/></intermediateCatchEvent><userTask id="a"/>'
    case = play(body, "s -> t", "c -> a", "a -> e")
    assert case.waiting == ["a"]
    assert not any("[" in fact.element_id for fact in case.last.facts)
