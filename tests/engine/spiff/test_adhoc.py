"""Ad-hoc subprocesses: what is on offer, what people choose, when it is over. BPMN 2.0 §13.3.5."""

from __future__ import annotations

import pytest

from engine.errors import StepFailed
from tests.engine.spiff.player import Player, StraightPlayer, bpmn, flows, process, source

USERS = '<userTask id="a" name="a" camunda:candidateGroups="clerk@"/><userTask id="b" name="b"/>'


@pytest.fixture(params=[Player, StraightPlayer], ids=["restored", "straight"])
def play(request):
    def start(inside: str, *lines: str, attributes: str = "", **values):
        body = (
            '<startEvent id="start"/><endEvent id="end"/>'
            f'<adHocSubProcess id="s" name="s" {attributes}>{inside}{flows(*lines)}</adHocSubProcess>'
        )
        definition = source(bpmn(process(body, "start -> s", "s -> end")))
        assert [f.code for f in Player(definition).executor.lint(definition.files) if f.level == "error"] == []
        return request.param(definition).start(**values)

    return start


def condition(text: str) -> str:
    return f"<completionCondition>{text}</completionCondition>"


def test_everything_is_offered_and_over_when_all_was_done(play):
    p = play(USERS)
    assert p.waiting == ["a", "b", "s"]
    p.complete("b")
    assert p.waiting == ["a", "s"]
    p.complete("a")
    assert p.ended == "completed"
    assert p.nodes == ["start", "b", "a", "s", "end"]


def test_the_choice_goes_to_who_does_the_work_and_has_its_form(play):
    task = play(USERS).task("s")
    assert task.candidate_groups == ("clerk@",)
    assert task.form_key == "(ad-hoc)s"


def test_one_more_time(play):
    p = play(USERS).complete("a").complete("s", decision="a")
    assert p.waiting == ["a", "b", "s"]
    p.complete("b")
    assert p.ended is None
    p.complete("a")
    assert p.ended == "completed"
    assert p.nodes.count("a") == 2


def test_finished_by_a_person(play):
    p = play(USERS).complete("a").complete("s", decision="(finish)")
    assert p.ended == "completed"
    assert p.cancelled == ["b"]
    assert "decision" not in p.variables


def test_what_runs_may_come_to_its_end(play):
    p = play(USERS, attributes='cancelRemainingInstances="false"').complete("s", decision="(finish)")
    assert p.waiting == ["a", "b"]
    assert p.complete("a").complete("b").ended == "completed"


def test_sequential_is_one_after_the_other(play):
    p = play(USERS, attributes='ordering="Sequential"')
    assert p.waiting == ["s"]
    p.complete("s", decision="b")
    assert p.waiting == ["b"]
    p.complete("b")
    assert p.waiting == ["s"]
    p.complete("s", decision="a").complete("a")
    assert p.ended == "completed"


def test_the_completion_condition_decides(play):
    p = play(USERS + condition("=enough = true")).complete("a", enough=False)
    assert p.waiting == ["b", "s"]
    p.complete("b", enough=False)
    assert p.waiting == ["s"]
    with pytest.raises(StepFailed if type(p) is Player else Exception, match="no such choice"):
        p.complete("s", decision="(finish)")
    p.complete("s", decision="a").complete("a", enough=True)
    assert p.ended == "completed"


def test_flows_inside_are_followed(play):
    p = play(USERS + '<userTask id="c" name="c"/>', "a -> c")
    assert p.waiting == ["a", "b", "s"]
    p.complete("a").complete("b")
    assert p.waiting == ["c", "s"]
    assert p.complete("c").ended == "completed"


def test_machines_do_each_once_in_order(play):
    work = "".join(
        f'<scriptTask id="{name}" name="{name}"><script>={{log: append(log, "{name}")}}</script></scriptTask>'
        for name in ("m", "n")
    )
    for ordering in ("Parallel", "Sequential"):
        p = play(work, attributes=f'ordering="{ordering}"', log=[])
        assert p.variables["log"] == ["m", "n"]
        assert p.ended == "completed"


def test_a_condition_that_never_holds_is_an_incident_that_can_be_mended(play):
    work = '<scriptTask id="m" name="m"><script>={n: n + 1}</script></scriptTask>'
    p = play(work + condition("=n &gt;= 3"), n=0)
    assert p.incident("m").kind == "condition"
    p.retry("m")
    assert p.variables["n"] == 2
    p.retry("m", n=7)
    assert p.ended == "completed"
