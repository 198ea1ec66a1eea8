"""Tokens that a step does not touch stay as they were saved: what one of a thousand costs, and that none is lost."""

from __future__ import annotations

import random
from datetime import datetime

import orjson
import pytest

from engine.model import CompleteTask, DefinitionSource, Execution
from tests.engine.spiff.player import Player, StraightPlayer, bpmn, process, source

MANY = 120
ONE_OF_MANY = (
    '<userTask id="each"><multiInstanceLoopCharacteristics isSequential="false" camunda:collection="people" '
    'camunda:elementVariable="person">{0}</multiInstanceLoopCharacteristics></userTask>'
)
GATHERED = (
    '<extensionElements><zeebe:loopCharacteristics outputCollection="answers" outputElement="=answer"/>'
    "</extensionElements>"
)


def people(count: int = MANY) -> list[dict[str, str]]:
    return [{"id": f"p{number}", "label": f"第 {number} 位"} for number in range(count)]


def countersign(inside: str = "", around: str = "", *lines: str) -> DefinitionSource:
    body = f'<startEvent id="s"/>{ONE_OF_MANY.format(inside)}<userTask id="after"/><endEvent id="e"/>{around}'
    return source(bpmn(process(body, "s -> each", "each -> after", "after -> e", *lines)))


def test_answering_one_of_many_builds_no_token_of_the_others(built):
    player = Player(countersign()).start(people=people())
    assert len(player.open) == MANY
    before = built[0]
    player.complete("each")
    assert built[0] - before <= 3, "its root, its loop and itself"
    assert len(player.open) == MANY - 1


def test_what_was_answered_is_not_in_the_state_any_more():
    player = Player(countersign()).start(people=people())
    whole = len(player.last.state)
    for _ in range(MANY // 2):
        player.complete("each", answer=1)
    assert len(player.last.state) < whole * 0.6 + 2_000


def test_all_of_many_are_answered_and_counted_once_each():
    player = Player(countersign(GATHERED)).start(people=people(30))
    for number, task in enumerate(random.Random(7).sample(list(player.open.values()), 30)):
        player.step(CompleteTask(task.id, {"answer": number}))
    assert sorted(player.variables["answers"]) == list(range(30))
    assert player.nodes.count("each") == 30
    assert player.waiting == ["after"]


def test_those_that_rest_are_cancelled_with_the_rest():
    """A condition ends the loop, a timer its activity, an end its scope: whoever is still asked is asked no more."""
    condition = "<completionCondition>=nrOfCompletedInstances &gt;= 2</completionCondition>"
    player = Player(countersign(condition)).start(people=people(20))
    order = [task.id for task in player.open.values()]
    player.step(CompleteTask(order[4], {})).step(CompleteTask(order[9], {}))
    assert player.waiting == ["after"]
    assert [task.id for task in player.last.closed if task.reason == "cancelled"] == [
        each for number, each in enumerate(order) if number not in (4, 9)
    ], "the oldest first"

    timer = (
        '<boundaryEvent id="late" attachedToRef="each"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
        '</timerEventDefinition></boundaryEvent><endEvent id="over"/>'
    )
    player = Player(countersign("", timer, "late -> over")).start(people=people(20))
    player.complete("each").after(hours=2)
    assert player.ended == "completed"
    assert len(player.last.closed) == 19


@pytest.mark.parametrize("seed", range(6))
def test_saved_between_steps_or_not_the_same_happens(seed):
    rnd = random.Random(seed)
    beside = '<parallelGateway id="fork"/><userTask id="other"/><endEvent id="o"/>'
    body = f'<startEvent id="s"/>{ONE_OF_MANY.format(GATHERED)}<userTask id="after"/><endEvent id="e"/>{beside}'
    lines = ("s -> fork", "fork -> each", "fork -> other", "other -> o", "each -> after", "after -> e")
    definition = source(bpmn(process(body, *lines)))
    saved, straight = Player(definition), StraightPlayer(definition)
    for player in (saved, straight):
        player.start(people=people(12))
    while not saved.ended:
        element = rnd.choice(saved.waiting)
        nth = rnd.randrange(saved.waiting.count(element))
        for player in (saved, straight):
            player.complete(element, nth, answer=nth)
        assert saved.nodes == straight.nodes
        assert saved.last.active_elements == straight.last.active_elements
        assert saved.variables == straight.variables
    assert straight.ended == "completed"


def test_a_state_saved_when_a_loop_kept_its_items_goes_on():
    """Until November 2026 instances that ran at once left their items with the loop, and no total."""
    player = Player(countersign(GATHERED)).start(people=people(3))
    state = orjson.loads(player.last.state)
    loop = next(record[6] for record in state["t"] if "total" in record[6])
    loop["items"] = people(loop.pop("total"))
    for number, task in enumerate(list(player.open.values())):
        execution = Execution(player.source, orjson.dumps(state) if number == 0 else player.last.state)
        command = CompleteTask(task.id, {"answer": number})
        player._take(player.executor.step(execution, command, player.context))
    assert player.variables["answers"] == [0, 1, 2]
    assert player.waiting == ["after"]


INSIDE = {
    "subprocess": '<subProcess id="each">{many}<startEvent id="i"/><userTask id="ask"/><userTask id="again"/>'
    '<endEvent id="j"/><sequenceFlow id="x1" sourceRef="i" targetRef="ask"/>'
    '<sequenceFlow id="x2" sourceRef="ask" targetRef="again"/><sequenceFlow id="x3" sourceRef="again" targetRef="j"/>'
    "</subProcess>",
    "nested": '<subProcess id="each">{many}<startEvent id="i"/><subProcess id="deep"><startEvent id="k"/>'
    '<userTask id="ask"/><endEvent id="l"/><sequenceFlow id="y1" sourceRef="k" targetRef="ask"/>'
    '<sequenceFlow id="y2" sourceRef="ask" targetRef="l"/></subProcess><userTask id="again"/><endEvent id="j"/>'
    '<sequenceFlow id="x1" sourceRef="i" targetRef="deep"/><sequenceFlow id="x2" sourceRef="deep" targetRef="again"/>'
    '<sequenceFlow id="x3" sourceRef="again" targetRef="j"/></subProcess>',
    "called": '<callActivity id="each" calledElement="part">{many}</callActivity>',
    "reminded": '<subProcess id="each">{many}<startEvent id="i"/><userTask id="ask"/><userTask id="again"/>'
    '<endEvent id="j"/><boundaryEvent id="remind" attachedToRef="ask" cancelActivity="false"><timerEventDefinition>'
    '<timeCycle>R3/PT20M</timeCycle></timerEventDefinition></boundaryEvent><intermediateCatchEvent id="rest">'
    "<timerEventDefinition><timeDuration>PT10M</timeDuration></timerEventDefinition></intermediateCatchEvent>"
    '<endEvent id="k"/><sequenceFlow id="x1" sourceRef="i" targetRef="ask"/>'
    '<sequenceFlow id="x2" sourceRef="ask" targetRef="again"/><sequenceFlow id="x3" sourceRef="again" targetRef="j"/>'
    '<sequenceFlow id="x4" sourceRef="remind" targetRef="rest"/><sequenceFlow id="x5" sourceRef="rest" targetRef="k"/>'
    "</subProcess>",
}
MANY_OF = (
    '<multiInstanceLoopCharacteristics isSequential="false" camunda:collection="people" '
    'camunda:elementVariable="person"/>'
)
PART = process(
    '<startEvent id="i"/><userTask id="ask"/><userTask id="again"/><endEvent id="j"/>',
    "i -> ask",
    "ask -> again",
    "again -> j",
    id="part",
)


def divided(kind: str) -> DefinitionSource:
    """A subprocess or called process for each of `people`, with a boundary timer and a task beside them."""
    beside = (
        '<startEvent id="s"/><parallelGateway id="fork"/><userTask id="other"/><userTask id="after"/><endEvent id="e"/>'
        '<endEvent id="o"/><boundaryEvent id="late" attachedToRef="each"><timerEventDefinition>'
        '<timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent><endEvent id="over"/>'
    )
    lines = ("s -> fork", "fork -> each", "fork -> other", "other -> o", "each -> after", "after -> e", "late -> over")
    return source(bpmn(process(INSIDE[kind].format(many=MANY_OF) + beside, *lines), PART))


@pytest.mark.parametrize("kind", INSIDE)
def test_subprocesses_in_which_nobody_works_are_not_opened(built, kind):
    player = Player(divided(kind)).start(people=people())
    before = built[0]
    player.complete("ask", nth=MANY // 2)
    assert built[0] - before <= 12, "its own, and the few beside it"
    assert player.waiting.count("ask") == MANY - 1
    assert player.waiting.count("again") == 1
    assert set(player.last.active_elements) >= {"ask", "again", "other"}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", INSIDE)
def test_saved_between_steps_or_not_subprocesses_do_the_same(kind, seed):
    rnd = random.Random(seed)
    definition = divided(kind)
    saved, straight = Player(definition), StraightPlayer(definition)
    for player in (saved, straight):
        player.start(people=people(5))
    steps = 0
    while not saved.ended and steps < (99 if seed else 6):
        steps += 1
        element = rnd.choice(saved.waiting)
        nth = rnd.randrange(saved.waiting.count(element))
        for player in (saved, straight):
            player.complete(element, nth, answer=nth)
        assert saved.nodes == straight.nodes
        assert saved.last.active_elements == straight.last.active_elements
        assert saved.variables == straight.variables
        if steps % 3 == 0 and not saved.ended:
            for player in (saved, straight):
                player.after(minutes=7)
        assert _times(saved) == _times(straight)
    if not saved.ended:
        for player in (saved, straight):
            player.after(hours=2)
        assert saved.cancelled == straight.cancelled
        assert saved.waiting == straight.waiting


def _times(player: Player) -> list[tuple[str, datetime]]:
    return sorted((timer.element_id, timer.due_at) for timer in player.last.timers)


def test_timers_of_subprocesses_that_nobody_opens_are_known_and_fire(built):
    player = Player(divided("reminded")).start(people=people())
    assert len(player.last.timers) == MANY + 1, "one each, and the one around them"
    before = built[0]
    player.complete("ask", nth=5)
    assert built[0] - before <= 14, "its own, and the few beside it"
    assert len(player.last.timers) == MANY
    player.after(minutes=25)
    assert [timer.element_id for timer in player.last.timers].count("rest") == MANY - 1
    player.after(minutes=11)
    assert player.nodes.count("k") == MANY - 1
