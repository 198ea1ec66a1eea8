"""A running instance is moved to another version of its diagram: what fits goes on, what does not is said."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import MigrationRefused
from engine.model import Execution
from tests.engine.spiff.player import Player, bpmn, process, source

START, END = '<startEvent id="s"/>', '<endEvent id="e"/>'
A, B = '<userTask id="a" name="A"/>', '<userTask id="b" name="B"/>'
TIMER = "<timerEventDefinition><timeDuration>P{}D</timeDuration></timerEventDefinition>"


def boundary(id, host, days, interrupting="false"):
    return (
        f'<boundaryEvent id="{id}" attachedToRef="{host}" cancelActivity="{interrupting}">'
        f"{TIMER.format(days)}</boundaryEvent>"
    )


def version(body, *lines, top=""):
    return source(bpmn(process(body, *lines, top=top)))


def moved(player, target, **mapping):
    """Move the instance and let it go on under the other version."""
    executor, execution = player.executor, Execution(player.source, player.last.state)
    migration = executor.migrate(execution, target, mapping, player.context)
    player.source = target
    player.open = {task.id: task for task in migration.tasks}
    player._take(migration.advance)
    return migration


def problems(player, target, **mapping):
    execution = Execution(player.source, player.last.state)
    return {(p.code, p.element_id) for p in player.executor.migration_problems(execution, target, mapping)}


STRAIGHT = version(START + A + B + END, "s -> a", "a -> b", "b -> e")


def test_an_open_task_keeps_its_id_and_goes_the_new_way():
    player = Player(STRAIGHT).start()
    (task_id,) = player.open
    longer = version(
        START + '<userTask id="a" name="甲" />' + B + '<userTask id="c"/>' + END,
        "s -> a", "a -> c", "c -> b", "b -> e",
    )  # fmt: skip
    migration = moved(player, longer)
    assert [(task.id, task.name) for task in migration.tasks] == [(task_id, "甲")]
    assert migration.elements == {task_id: "a"}
    assert (migration.advance.opened, migration.advance.facts) == ((), ())
    for element in ("a", "c", "b"):
        assert player.waiting == [element]
        player.complete(element)
    assert player.ended == "completed"


def test_an_element_under_another_id_is_found_by_the_mapping():
    player = Player(STRAIGHT).start()
    renamed = version(START + '<userTask id="apply"/>' + B + END, "s -> apply", "apply -> b", "b -> e")
    assert problems(player, renamed) == {("gone", "a")}
    with pytest.raises(MigrationRefused):
        moved(player, renamed)
    moved(player, renamed, a="apply")
    assert player.waiting == ["apply"]
    assert player.complete("apply").waiting == ["b"]


def test_an_element_of_another_kind_is_refused():
    player = Player(STRAIGHT).start()
    other = version(START + '<receiveTask id="a"/>' + B + END, "s -> a", "a -> b", "b -> e")
    assert problems(player, other) == {("kind", "a")}


def test_what_nothing_stands_on_may_be_gone():
    player = Player(STRAIGHT).start().complete("a")
    assert problems(player, version(START + B + END, "s -> b", "b -> e")) == set()


def test_a_new_event_on_an_open_task_waits_from_now_on_and_an_old_timer_keeps_its_time():
    before = version(START + A + boundary("late", "a", 5) + B + END, "s -> a", "a -> e", "late -> b", "b -> e")
    player = Player(before).start()
    player.after(days=3)
    after = version(
        START + A + boundary("late", "a", 9) + boundary("soon", "a", 1) + B + '<userTask id="c"/>' + END,
        "s -> a", "a -> e", "late -> b", "b -> e", "soon -> c", "c -> e",
    )  # fmt: skip
    migration = moved(player, after)
    due = {wait.element_id: wait.due_at - player.now for wait in migration.advance.timers}
    assert due == {"late": timedelta(days=2), "soon": timedelta(days=1)}
    assert player.after(days=2).waiting == ["a", "b", "c"]


def test_an_event_that_is_gone_waits_no_more():
    before = version(START + A + boundary("late", "a", 5) + END, "s -> a", "a -> e", "late -> e")
    player = Player(before).start()
    migration = moved(player, version(START + A + END, "s -> a", "a -> e"))
    assert migration.advance.timers == ()
    assert player.complete("a").ended == "completed"


SUB = '<subProcess id="{}"><startEvent id="s1"/><userTask id="w"/><endEvent id="e1"/>{}</subProcess>'
INSIDE = '<sequenceFlow id="i1" sourceRef="s1" targetRef="w"/><sequenceFlow id="i2" sourceRef="w" targetRef="e1"/>'


def test_a_subprocess_is_found_by_its_mapped_name_and_missed_without():
    player = Player(version(START + SUB.format("sub", INSIDE) + END, "s -> sub", "sub -> e")).start()
    other = version(START + SUB.format("phase", INSIDE) + END, "s -> phase", "phase -> e")
    assert problems(player, other) == {("gone", "sub"), ("place", "w")}
    moved(player, other, sub="phase")
    assert player.complete("w").ended == "completed"


FORK = START + '<parallelGateway id="f"/><parallelGateway id="j"/>' + A + B + END


def test_a_join_that_waits_needs_the_same_flows_and_knows_them_by_where_they_come_from():
    flows = ("s -> f", "f -> a", "f -> b", "j -> e")
    player = Player(version(FORK, *flows, "a -> j", "b -> j")).start().complete("a")
    more = version(FORK + '<userTask id="c"/>', *flows, "a -> j", "b -> j", "f -> c", "c -> j")
    assert problems(player, more) == {("flow", "j")}
    redrawn = version(FORK, *flows, "one: a -> j", "two: b -> j")
    moved(player, redrawn)
    assert player.complete("b").ended == "completed"


def test_one_of_many_goes_on_where_it_was():
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>=3</loopCardinality></multiInstanceLoopCharacteristics>"
    many = f'<userTask id="a">{loop}</userTask>'
    player = Player(version(START + many + END, "s -> a", "a -> e")).start().complete("a")
    moved(player, version(START + many + B + END, "s -> a", "a -> b", "b -> e"))
    assert player.waiting == ["a", "a"]
    assert player.complete("a").complete("a").waiting == ["b"]


def test_what_was_done_must_still_be_possible_to_compensate():
    def undoable(handler):
        return version(
            START + A + f'<boundaryEvent id="x" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>{handler}'
            + B + '<intermediateThrowEvent id="t"><compensateEventDefinition/></intermediateThrowEvent>' + END,
            "s -> a", "a -> b", "b -> t", "t -> e",
        )  # fmt: skip

    undo = '<userTask id="u" isForCompensation="true"/><association id="l" sourceRef="x" targetRef="u"/>'
    player = Player(undoable(undo)).start().complete("a")
    assert problems(player, undoable("")) == {("undo", "a")}
    moved(player, undoable(undo.replace('"u"', '"v"')))
    assert player.complete("b").waiting == ["v"]


def test_a_listener_that_is_new_listens_and_one_that_is_gone_does_not():
    listening = (
        '<subProcess id="h{0}" triggeredByEvent="true"><startEvent id="on{0}" isInterrupting="false">'
        '<messageEventDefinition messageRef="{0}"/></startEvent><userTask id="do{0}"/>'
        '<sequenceFlow id="on{0}f" sourceRef="on{0}" targetRef="do{0}"/></subProcess>'
    )
    messages = '<message id="m" name="m"/><message id="n" name="n"/>'
    old = version(START + A + END + listening.format("m"), "s -> a", "a -> e", top=messages)
    new = version(START + A + END + listening.format("n"), "s -> a", "a -> e", top=messages)
    player = Player(old).start()
    migration = moved(player, new)
    assert [wait.name for wait in migration.advance.subscriptions] == ["n"]
    assert player.message("n").waiting == ["a", "don"]


def test_a_compensation_that_runs_goes_on_under_other_names_or_says_who_asked_for_it():
    def drawn(first, second):
        body = (
            START + END + '<intermediateThrowEvent id="t"><compensateEventDefinition id="c"/></intermediateThrowEvent>'
        )
        for number, id in enumerate((first, second)):
            body += (
                f'<userTask id="{id}" name="{id}"/><userTask id="undo_{id}" name="u" isForCompensation="true"/>'
                f'<boundaryEvent id="on{number}" attachedToRef="{id}"><compensateEventDefinition id="c{number}"/>'
                f'</boundaryEvent><association id="as{number}" sourceRef="on{number}" targetRef="undo_{id}"/>'
            )
        return version(body, f"s -> {first}", f"{first} -> {second}", f"{second} -> t", "t -> e")

    player = Player(drawn("a", "b")).start()
    player.complete("a").complete("b")
    assert player.waiting == ["undo_b"]
    assert problems(player, STRAIGHT) == {("undo", "t"), ("gone", "undo_b"), ("gone", "t")}
    moved(player, drawn("x", "b"), a="x", undo_a="undo_x")
    player.complete("undo_b")
    assert player.waiting == ["undo_x"]
    assert player.complete("undo_x").ended == "completed"
