"""Complex gateways, events of a multi-instance, what begins a case, global tasks, data that is moved."""

from __future__ import annotations

import pytest

from engine.model import DeliverMessage
from tests.engine.spiff.player import Player, StraightPlayer, bpmn, flows, process, source

START, END = '<startEvent id="start"/>', '<endEvent id="end"/>'


@pytest.fixture(params=[Player, StraightPlayer], ids=["restored", "straight"])
def player(request):
    def make(body: str, *lines: str, top: str = "", more: str = ""):
        definition = source(bpmn(process(body, *lines, top=top), more))
        assert [f.code for f in Player(definition).executor.lint(definition.files) if f.level == "error"] == []
        return request.param(definition)

    return make


def users(*names: str) -> str:
    return "".join(f'<userTask id="{name}" name="{name}"/>' for name in names)


# -- complex gateway (§13.4.5) ----------------------------------------------------------------

THREE = ("start -> g", "g -> a", "g -> b", "g -> c", "a -> j", "b -> j", "c -> j")


def joined(condition: str, after: str = '<userTask id="z" name="z"/>') -> str:
    given = f"<activationCondition>{condition}</activationCondition>" if condition else ""
    return (
        START + '<parallelGateway id="g"/>' + users("a", "b", "c")
        + f'<complexGateway id="j">{given}</complexGateway>' + after + END
    )  # fmt: skip


def test_two_of_three_and_the_late_one_is_swallowed(player):
    p = player(joined("=activationCount &gt;= 2"), *THREE, "j -> z", "z -> end").start()
    p.complete("b")
    assert p.waiting == ["a", "c"]
    p.complete("c")
    assert p.waiting == ["a", "z"]
    assert "j" not in p.last.active_elements
    p.complete("a")
    assert p.waiting == ["z"]
    assert p.complete("z").ended == "completed"


def test_the_late_one_has_a_way_of_its_own_at_the_reset(player):
    after = '<userTask id="z" name="z"/><userTask id="late" name="late"/><endEvent id="end2"/>'
    body = joined("=activationCount &gt;= 1", after)
    p = player(
        body, *THREE, "j -> z: =waitingForStart", "j -> late: =not(waitingForStart)", "z -> end", "late -> end2"
    ).start()
    p.complete("a")
    assert p.waiting == ["b", "c", "z"]
    p.complete("b")
    assert p.waiting == ["c", "z"]
    p.complete("c")
    assert p.waiting == ["late", "z"]


def test_a_condition_over_single_flows(player):
    p = player(joined("=a_j &gt; 0 and (b_j &gt; 0 or c_j &gt; 0)"), *THREE, "j -> z", "z -> end").start()
    p.complete("b").complete("c")
    assert p.waiting == ["a"]
    p.complete("a")
    assert p.waiting == ["z"]
    assert p.complete("z").ended == "completed"


def test_the_reset_does_not_wait_for_what_cannot_come(player):
    body = (START + '<exclusiveGateway id="x" default="x_b"/><parallelGateway id="g"/>' + users("a", "b")
            + '<complexGateway id="j"><activationCondition>=activationCount &gt;= 1</activationCondition>'
            + "</complexGateway>" + END)  # fmt: skip
    p = player(
        body, "start -> g", "g -> a", "g -> x", "x -> b", "skip: x -> j: =false", "a -> j", "b -> j", "j -> end"
    ).start()
    p.complete("a")
    assert p.ended is None
    assert p.complete("b").ended == "completed"


def test_a_condition_that_nothing_can_fulfil_is_named(player):
    p = player(joined("=activationCount &gt; 5"), *THREE, "j -> z", "z -> end").start()
    p.complete("a").complete("b").complete("c")
    assert p.incident("j").kind == "definition"


# -- events between the turns of a multi-instance (§13.3.7) -------------------------------------

SIGNAL = '<signal id="s" name="news"/><signalEventDefinition id="sd" signalRef="s"/>'


def many(behaviour: str, kind: str, interrupting: str = "true") -> str:
    return (
        START + f'<userTask id="m" name="m"><multiInstanceLoopCharacteristics isSequential="{kind}" {behaviour}>'
        "<loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics></userTask>"
        f'<boundaryEvent id="on" attachedToRef="m" cancelActivity="{interrupting}">'
        '<signalEventDefinition id="bd" signalRef="s"/></boundaryEvent>' + users("told") + END + '<endEvent id="end2"/>'
    )  # fmt: skip


LINES = ("start -> m", "m -> end", "on -> told", "told -> end2")


def test_each_finished_instance_tells_with_none(player):
    p = player(many('behavior="None" noneBehaviorEventRef="sd"', "false"), *LINES, top=SIGNAL).start()
    p.complete("m")
    assert p.waiting == ["m", "m", "told"]
    p.complete("m").complete("m")
    assert p.waiting == ["told", "told", "told"]
    assert "end" in p.nodes


def test_only_the_first_tells_with_one(player):
    p = player(many('behavior="One" oneBehaviorEventRef="sd"', "false", "false"), *LINES, top=SIGNAL).start()
    p.complete("m").complete("m").complete("m")
    assert p.waiting == ["told"]
    assert [event.name for event in p.last.thrown] == []


def test_a_signal_from_outside_still_interrupts_the_whole(player):
    p = player(many('behavior="None" noneBehaviorEventRef="sd"', "false"), *LINES, top=SIGNAL).start()
    p.signal("news")
    assert p.waiting == ["told"]
    assert "end" not in p.nodes


# -- what begins a case -------------------------------------------------------------------------

MESSAGES = '<message id="m1" name="one"/><message id="m2" name="two"/>'


def catching(name: str, ref: str) -> str:
    return (
        f'<intermediateCatchEvent id="{name}" name="{name}"><messageEventDefinition id="d_{name}" messageRef="{ref}"/>'
        "</intermediateCatchEvent>"
    )


def gateway(kind: str) -> str:
    return (
        f'<eventBasedGateway id="g" instantiate="true" eventGatewayType="{kind}"/>'
        + catching("e1", "m1") + catching("e2", "m2") + users("a", "b") + END + '<endEvent id="end2"/>'
    )  # fmt: skip


BEHIND = ("g -> e1", "g -> e2", "e1 -> a", "e2 -> b", "a -> end", "b -> end2")


def test_an_exclusive_gateway_begins_with_the_event_that_happens(player):
    p = player(gateway("Exclusive"), *BEHIND, top=MESSAGES).start(event=DeliverMessage("two", {"x": 1}))
    assert p.waiting == ["b"]
    assert p.variables == {"x": 1}
    assert p.nodes == ["g", "e2"]
    assert p.last.subscriptions == ()


def test_a_parallel_gateway_waits_for_the_others_in_the_same_case(player):
    p = player(gateway("Parallel"), *BEHIND, top=MESSAGES).start(event=DeliverMessage("two"))
    assert p.waiting == ["b"]
    assert [wait.name for wait in p.last.subscriptions] == ["one"]
    assert p.complete("b").ended is None
    assert p.message("one").waiting == ["a"]


def test_a_receive_task_begins_a_case(player):
    body = '<receiveTask id="r" name="r" messageRef="m1" instantiate="true"/>' + users("a") + END
    p = player(body, "r -> a", "a -> end", top=MESSAGES).start(event=DeliverMessage("one"))
    assert p.waiting == ["a"]
    assert p.nodes == ["r"]


def test_every_such_way_to_begin_is_in_the_outline(player):
    p = player(gateway("Exclusive"), *BEHIND, top=MESSAGES)
    starts = p.executor.outline(p.source).starts
    assert [(start.id, start.kind, start.name) for start in starts] == [
        ("e1", "message", "one"),
        ("e2", "message", "two"),
    ]


# -- global tasks (§10.3.6) -----------------------------------------------------------------------


def test_a_global_task_is_called_like_a_process(player):
    top = (
        '<globalScriptTask id="twice" name="twice"><script>={n: n * 2}</script></globalScriptTask>'
        '<globalUserTask id="ask" name="ask"/>'
    )
    body = START + '<callActivity id="c1" calledElement="twice"/><callActivity id="c2" calledElement="ask"/>' + END
    p = player(body, "start -> c1", "c1 -> c2", "c2 -> end", top=top).start(n=4)
    assert p.waiting == ["ask"]
    p.complete("ask", told="yes")
    assert (p.variables["n"], p.variables["told"]) == (8, "yes")
    assert p.ended == "completed"


# -- data (§10.4.2) ---------------------------------------------------------------------------------


def activity(inside: str, kind: str = "scriptTask", script: str = "={out: given + 1}") -> str:
    written = f"<script>{script}</script>" if kind == "scriptTask" else ""
    return f'<{kind} id="t" name="t">{inside}{written}</{kind}>'


SPEC = (
    '<ioSpecification id="io"><dataInput id="in1" name="given"/><dataOutput id="out1" name="out"/>'
    '<inputSet id="is"><dataInputRefs>in1</dataInputRefs></inputSet>'
    '<outputSet id="os"><dataOutputRefs>out1</dataOutputRefs></outputSet></ioSpecification>'
)
OBJECTS = '<dataObject id="o1" name="amount"/><dataObject id="o2" name="total"/>'
MOVES = (
    '<dataInputAssociation id="ia"><sourceRef>o1</sourceRef><targetRef>in1</targetRef>%s</dataInputAssociation>'
    '<dataOutputAssociation id="oa"><sourceRef>out1</sourceRef><targetRef>o2</targetRef></dataOutputAssociation>'
)


def test_associations_move_data_in_and_out(player):
    p = player(OBJECTS + START + activity(SPEC + MOVES % "") + END, "start -> t", "t -> end").start(amount=4)
    assert p.variables == {"amount": 4, "total": 5}


def test_a_transformation_makes_the_value(player):
    made = "<transformation>=amount * 10</transformation>"
    p = player(OBJECTS + START + activity(SPEC + MOVES % made) + END, "start -> t", "t -> end").start(amount=4)
    assert p.variables["total"] == 41


def test_an_activity_waits_until_its_data_is_there(player):
    body = (OBJECTS + START + '<parallelGateway id="g"/>' + activity(SPEC + MOVES % "") + users("a") + END
            + '<endEvent id="end2"/>')  # fmt: skip
    p = player(body, "start -> g", "g -> t", "g -> a", "t -> end", "a -> end2").start()
    assert "t" not in p.nodes
    p.complete("a", amount=1)
    assert p.variables["total"] == 2
    assert p.ended == "completed"


def test_data_that_never_comes_is_named(player):
    p = player(OBJECTS + START + activity(SPEC + MOVES % "") + END, "start -> t", "t -> end").start()
    assert "data" in p.incident("t").message
    p.retry("t", amount=1)
    assert p.variables["total"] == 2


def test_an_output_that_was_not_made_is_named(player):
    p = player(OBJECTS + START + activity(SPEC + MOVES % "", script="={}") + END, "start -> t", "t -> end")
    p.start(amount=1)
    assert "out" in p.incident("t").message


def test_a_data_object_of_a_subprocess_stays_in_it(player):
    inside = (
        '<dataObject id="o1" name="mine"/><startEvent id="s1"/>'
        '<scriptTask id="set" name="set"><script>={mine: 1}</script></scriptTask>'
        '<scriptTask id="use" name="use"><script>={seen: mine}</script></scriptTask><endEvent id="e1"/>'
    )
    body = START + f'<subProcess id="s" name="s">{inside}{flows("s1 -> set", "set -> use", "use -> e1")}</subProcess>'
    p = player(body + END, "start -> s", "s -> end").start()
    assert p.variables == {"seen": 1}
