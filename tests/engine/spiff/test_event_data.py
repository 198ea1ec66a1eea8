"""Data that events carry: from the data input of one that throws to the data output of one that catches (§10.4.2)."""

from __future__ import annotations

import pytest

from engine.model import DeliverMessage, DeliverSignal
from tests.engine.spiff.player import Player, StraightPlayer, bpmn, process, source

TOP = (
    '<itemDefinition id="it" structureRef="xsd:string"/><message id="m" name="order" itemRef="it"/>'
    '<message id="m2" name="other" itemRef="it"/><signal id="s" name="news"/>'
    '<error id="e" name="e" errorCode="E1"/><escalation id="x" name="x" escalationCode="X1"/>'
)
MESSAGE = '<messageEventDefinition id="md" messageRef="m"/>'
OBJECTS = '<dataObject id="o1" name="amount"/><dataObject id="o2" name="total"/>'
TASK = '<userTask id="u" name="u"/>'
START, END = '<startEvent id="start"/>', '<endEvent id="end"/>'


def takes(made: str = "", **items: str) -> str:
    """What a catching event carries: data outputs by name, and where each leads."""
    moves = (
        f'<dataOutputAssociation id="a_{name}"><sourceRef>out_{name}</sourceRef>'
        f"<targetRef>{target}</targetRef>{made}</dataOutputAssociation>"
        for name, target in items.items()
    )
    names = "".join(f'<dataOutput id="out_{name}" name="{name}"/>' for name in items)
    refs = "".join(f"<dataOutputRefs>out_{name}</dataOutputRefs>" for name in items)
    return f'{names}{"".join(moves)}<outputSet id="os_{"_".join(items)}">{refs}</outputSet>'


def brings(**items: str) -> str:
    """What a throwing event carries: data inputs by name, and where each comes from."""
    moves = (
        f'<dataInputAssociation id="b_{name}"><sourceRef>{origin}</sourceRef>'
        f"<targetRef>in_{name}</targetRef></dataInputAssociation>"
        for name, origin in items.items()
    )
    names = "".join(f'<dataInput id="in_{name}" name="{name}"/>' for name in items)
    refs = "".join(f"<dataInputRefs>in_{name}</dataInputRefs>" for name in items)
    return f'{names}{"".join(moves)}<inputSet id="is_{"_".join(items)}">{refs}</inputSet>'


@pytest.fixture(params=[Player, StraightPlayer], ids=["restored", "straight"])
def player(request):
    def make(body: str, *lines: str):
        definition = source(bpmn(process(body, *lines, top=TOP)))
        assert [(f.code, f.element_id) for f in Player(definition).executor.lint(definition.files) if f.blocks] == []
        return request.param(definition)

    return make


def catching(made: str = "", attributes: str = "") -> str:
    event = f'<intermediateCatchEvent id="c"{attributes}>{takes(made, item="o1")}{MESSAGE}</intermediateCatchEvent>'
    return f"{START}{OBJECTS}{event}{TASK}{END}"


LINE = ("start -> c", "c -> u", "u -> end")


@pytest.mark.parametrize(
    ("payload", "amount"),
    [
        ({"item": 5, "more": 1}, 5),
        ({"whatever": 5}, 5),
        ({"a": 1, "b": 2}, {"a": 1, "b": 2}),
        ({}, None),
    ],
    ids=["by its name", "the only one", "all of it", "nothing came"],
)
def test_a_message_brings_the_data_item_that_is_drawn(player, payload, amount):
    p = player(catching(), *LINE).start()
    p.message("order", **payload)
    assert p.waiting == ["u"]
    assert p.variables == ({} if amount is None else {"amount": amount})


def test_what_came_can_be_transformed_or_assigned(player):
    assert player(catching("<transformation>=item * 2</transformation>"), *LINE).start().message(
        "order", item=5
    ).variables == {"amount": 10}
    made = "<assignment><from>=item.n</from><to>amount</to></assignment>"
    assert player(catching(made), *LINE).start().message("order", item={"n": 3}).variables == {"amount": 3}


def test_a_transformation_that_fails_waits_at_the_event(player):
    p = player(catching("<transformation>=item + 1</transformation>"), *LINE).start()
    p.message("order", item="five")
    assert p.incident("c").kind == "script"
    assert p.retry("c", amount=0).incidents  # what came is kept, and still no number
    assert p.waiting == []


def test_a_throwing_event_takes_its_data_input_with_it(player):
    event = f'<intermediateThrowEvent id="t">{brings(item="o1")}{MESSAGE}</intermediateThrowEvent>'
    body = f"{START}{OBJECTS}{event}{TASK}{END}"
    p = player(body, "start -> t", "t -> u", "u -> end").start(amount=7)
    assert [(each.name, each.variables) for each in p.last.thrown] == [("order", {"item": 7})]


def test_each_definition_carries_its_own_item(player):
    several = brings(item="o1", second="o2") + MESSAGE + '<messageEventDefinition id="md2" messageRef="m2"/>'
    body = f'{START}{OBJECTS}{TASK}<endEvent id="end">{several}</endEvent>'
    p = player(body, "start -> u", "u -> end").start(amount=1, total=2)
    p.complete("u")
    assert [(each.name, each.variables) for each in p.last.thrown] == [("order", {"item": 1}), ("other", {"second": 2})]


def test_a_send_task_sends_its_data_input_and_a_receive_task_takes_its_output(player):
    specification = (
        '<ioSpecification id="io"><dataInput id="in1" name="given" itemSubjectRef="it"/>'
        '<inputSet id="is"><dataInputRefs>in1</dataInputRefs></inputSet><outputSet id="os"/></ioSpecification>'
        '<dataInputAssociation id="ia"><sourceRef>o1</sourceRef><targetRef>in1</targetRef></dataInputAssociation>'
    )
    received = (
        '<ioSpecification id="io2"><dataOutput id="out1" name="got" itemSubjectRef="it"/><inputSet id="is2"/>'
        '<outputSet id="os2"><dataOutputRefs>out1</dataOutputRefs></outputSet></ioSpecification><dataOutputAssociation '
        'id="oa"><sourceRef>out1</sourceRef><targetRef>o2</targetRef></dataOutputAssociation>'
    )
    body = (
        f'{START}{OBJECTS}<sendTask id="t" messageRef="m">{specification}</sendTask>'
        f'<receiveTask id="c" messageRef="m2">{received}</receiveTask>{TASK}{END}'
    )
    p = player(body, "start -> t", "t -> c", "c -> u", "u -> end").start(amount=7)
    assert [each.variables for each in p.last.thrown] == [{"given": 7}]
    p.message("other", answer=9)
    assert p.waiting == ["u"]
    assert p.variables == {"amount": 7, "total": 9}


def test_a_signal_goes_from_a_branch_to_the_border_and_the_subprocess_beside_it(player):
    def news(number: int) -> str:
        return f'<signalEventDefinition id="n{number}" signalRef="s"/>'

    body = (
        f'{START}{OBJECTS}<parallelGateway id="g"/><userTask id="go" name="go"/>{TASK}'
        f'<boundaryEvent id="on" attachedToRef="u" cancelActivity="false">{takes(item="o1")}{news(1)}</boundaryEvent>'
        f'<intermediateThrowEvent id="t">{brings(told="o2")}{news(2)}</intermediateThrowEvent>'
        '<subProcess id="es" triggeredByEvent="true"><dataObject id="o3" name="inside"/>'
        f'<startEvent id="es_s" isInterrupting="false">{takes(mine="o3")}{news(3)}</startEvent>'
        '<userTask id="w" name="w"/><endEvent id="es_e"/><sequenceFlow id="es_f" sourceRef="es_s" targetRef="w"/>'
        f'<sequenceFlow id="es_g" sourceRef="w" targetRef="es_e"/></subProcess><endEvent id="end2"/>{END}'
    )
    p = player(body, "start -> g", "g -> u", "g -> go", "go -> t", "t -> end", "u -> end", "on -> end2").start(total=4)
    p.complete("go")
    assert p.waiting == ["u", "w"]
    assert p.variables == {"total": 4, "amount": 4}  # what the subprocess has received stays in its own data object


def test_an_error_and_an_escalation_bring_their_data_to_who_catches_them(player):
    for kind, ref in (("error", "e"), ("escalation", "x")):
        body = (
            f'{START}{OBJECTS}<subProcess id="p1"><startEvent id="s1"/><endEvent id="e1">{brings(why="o2")}'
            f'<{kind}EventDefinition id="d1" {kind}Ref="{ref}"/></endEvent>'
            '<sequenceFlow id="f1" sourceRef="s1" targetRef="e1"/></subProcess>'
            f'<boundaryEvent id="on" attachedToRef="p1">{takes(reason="o1")}'
            f'<{kind}EventDefinition id="d2" {kind}Ref="{ref}"/></boundaryEvent>{TASK}{END}'
        )
        p = player(body, "start -> p1", "p1 -> end", "on -> u", "u -> end").start(total="late")
        assert p.variables == {"total": "late", "amount": "late"}


def test_a_start_event_takes_the_item_of_what_begins_the_case(player):
    body = f'<startEvent id="start">{takes(item="o1")}{MESSAGE}</startEvent>{OBJECTS}{TASK}{END}'
    p = player(body, "start -> u", "u -> end").start(event=DeliverMessage("order", {"n": 3}))
    assert p.variables == {"amount": 3}


def test_a_gateway_that_begins_the_case_hands_the_item_to_its_event(player):
    body = (
        '<eventBasedGateway id="g" instantiate="true"/>'
        f'<intermediateCatchEvent id="c">{takes(item="o1")}{MESSAGE}</intermediateCatchEvent>'
        f'<intermediateCatchEvent id="k"><signalEventDefinition id="n1" signalRef="s"/></intermediateCatchEvent>'
        f"{OBJECTS}{TASK}{END}"
    )
    lines = ("g -> c", "g -> k", "c -> u", "k -> u", "u -> end")
    assert player(body, *lines).start(event=DeliverMessage("order", {"n": 3})).variables == {"amount": 3}
    assert player(body, *lines).start(event=DeliverSignal("news", {"n": 3})).variables == {"n": 3}


def test_both_of_a_parallel_event_keep_what_they_brought(player):
    both = takes(item="o1", second="o2") + MESSAGE + '<messageEventDefinition id="md2" messageRef="m2"/>'
    event = f'<intermediateCatchEvent id="c" parallelMultiple="true">{both}</intermediateCatchEvent>'
    body = f"{START}{OBJECTS}{event}{TASK}{END}"
    p = player(body, *LINE).start()
    p.message("other", n=2)
    assert p.variables == {}
    p.message("order", n=1)
    assert p.variables == {"amount": 1, "total": 2}
