"""The elements that no other test shows by itself: what the page of elements says of each, seen once."""

from __future__ import annotations

import pytest

from engine.model import DeliverSignal
from tests.engine.spiff.player import Player, bpmn, flows, play, process, source
from tests.engine.spiff.test_events import ESCALATION, SIGNAL, START_END, TOP, boundary, catch, on_event

TRUE = "<conditionalEventDefinition><condition>=x &gt; 3</condition></conditionalEventDefinition>"


def test_an_untyped_task_and_a_bare_throw_event_pass_at_once():
    body = START_END + '<task id="a"/><intermediateThrowEvent id="b"/>'
    case = play(body, "s -> a", "a -> b", "b -> e")
    assert case.ended == "completed"
    assert case.nodes == ["s", "a", "b", "e"]


def test_the_last_end_event_ends_the_case():
    body = '<startEvent id="s"/><userTask id="a"/><userTask id="b"/><endEvent id="e"/><endEvent id="f"/>'
    case = play(body, "s -> a", "s -> b", "a -> e", "b -> f").complete("a")
    assert case.ended is None
    assert case.complete("b").ended == "completed"


def test_a_receive_task_waits_for_its_message():
    body = START_END + '<receiveTask id="a" messageRef="m"/>'
    case = play(body, "s -> a", "a -> e", top=TOP)
    assert [(s.kind, s.name) for s in case.last.subscriptions] == [("message", "reply")]
    assert case.message("reply", answer="yes").ended == "completed"
    assert case.variables["answer"] == "yes"


def test_a_signal_starts_a_case():
    body = f'<startEvent id="s">{SIGNAL}</startEvent><userTask id="a"/><endEvent id="e"/>'
    case = Player(source(bpmn(process(body, "s -> a", "a -> e", top=TOP))))
    case.start(event=DeliverSignal("alarm", {"why": "fire"}))
    assert case.waiting == ["a"]
    assert case.variables["why"] == "fire"


@pytest.mark.parametrize(("interrupting", "left"), [(True, ["handle"]), (False, ["a", "handle"])])
def test_an_event_subprocess_starts_when_its_condition_becomes_true(interrupting, left):
    body = START_END + '<userTask id="a"/><userTask id="b"/>' + on_event("sub", TRUE, interrupting)
    case = play(body, "s -> a", "s -> b", "a -> e", "b -> e", top=TOP)
    assert case.waiting == ["a", "b"]
    assert case.complete("b", x=9).waiting == left


@pytest.mark.parametrize(("interrupting", "left"), [(True, ["handle"]), (False, ["a", "handle"])])
def test_an_event_subprocess_catches_an_escalation_of_its_scope(interrupting, left):
    throw = f'<intermediateThrowEvent id="up">{ESCALATION}</intermediateThrowEvent>'
    body = START_END + throw + '<userTask id="a"/>' + on_event("sub", ESCALATION, interrupting)
    assert play(body, "s -> up", "up -> a", "a -> e", top=TOP).waiting == left


@pytest.mark.parametrize(("interrupting", "left"), [(True, ["b"]), (False, ["a", "b"])])
def test_a_signal_at_the_border_interrupts_or_goes_beside(interrupting, left):
    body = START_END + '<userTask id="a"/><userTask id="b"/>' + boundary("x", "a", SIGNAL, interrupting)
    case = play(body, "s -> a", "a -> e", "x -> b", "b -> e", top=TOP)
    assert case.signal("alarm").waiting == left


def test_a_condition_at_the_border_interrupts_when_it_becomes_true():
    body = START_END + '<userTask id="a"/><userTask id="b"/><userTask id="c"/>' + boundary("x", "a", TRUE)
    case = play(body, "s -> a", "s -> b", "a -> e", "b -> e", "x -> c", "c -> e", top=TOP)
    assert case.complete("b", x=9).waiting == ["c"]


def test_an_end_event_throws_its_signal():
    body = '<startEvent id="s"/><endEvent id="e">' + SIGNAL + '</endEvent><endEvent id="f"/>' + catch("a", SIGNAL)
    body += '<userTask id="b"/>'
    case = play(body, "s -> a", "s -> b", "b -> e", "a -> f", top=TOP).complete("b")
    assert [(thrown.kind, thrown.name) for thrown in case.last.thrown] == [("signal", "alarm")]
    assert case.ended == "completed"


def test_an_end_event_escalates():
    inner = f'<startEvent id="is"/><endEvent id="ie">{ESCALATION}</endEvent>' + flows("is -> ie")
    body = START_END + f'<subProcess id="a">{inner}</subProcess><userTask id="boss"/>'
    body += boundary("x", "a", ESCALATION)
    assert play(body, "s -> a", "a -> e", "x -> boss", "boss -> e", top=TOP).waiting == ["boss"]
