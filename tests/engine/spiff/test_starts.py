"""What begins cases by itself, as time passes: timers, conditions, and start events that need several things."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import DeploymentRefused, StepFailed
from engine.local import LocalEngine
from engine.model import SourceFile
from engine.sandbox import MontySandbox
from engine.spiff import Executor
from tests.engine.spiff.player import START, bpmn, escape, play, process

TOP = (
    '<message id="m1" name="letter"/><message id="m2" name="opinion"/><signal id="s1" name="alarm"/>'
    '<signal id="s2" name="all_clear"/>'
)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
executor = Executor(MontySandbox())


def timer(text: str, kind: str = "timeCycle") -> str:
    return f'<timerEventDefinition><{kind} xsi:type="tFormalExpression">{escape(text)}</{kind}></timerEventDefinition>'


def condition(text: str) -> str:
    return (
        f'<conditionalEventDefinition><condition xsi:type="tFormalExpression">{escape(text)}</condition>'
        "</conditionalEventDefinition>"
    )


def message(ref: str) -> str:
    return f'<messageEventDefinition messageRef="{ref}"/>'


def signal(ref: str) -> str:
    return f'<signalEventDefinition signalRef="{ref}"/>'


def begun_by(*definitions: str, attributes: str = "") -> str:
    """A process whose one start event waits for these, before a task."""
    start = f'<startEvent id="s" {attributes}>{"".join(definitions)}</startEvent>'
    return process(start + '<manualTask id="a"/><endEvent id="e"/>', "s -> a", "a -> e", top=TOP)


@pytest.fixture
def deployed():
    """Deploy processes in memory and give the engine."""

    def run(*parts: str) -> LocalEngine:
        engine = LocalEngine(executor, START)
        engine.deploy(SourceFile("p.bpmn", bpmn(*parts)))
        return engine

    return run


def ages(engine: LocalEngine) -> list[timedelta]:
    """When each case began, since the deployment."""
    return [case.begun_at - START for case in engine.cases]


# -- timers ----------------------------------------------------------------------------------------


def test_each_of_several_timers_starts_its_own_cases(deployed):
    engine = deployed(begun_by(timer("R2/P1D"), timer("R/P3D"), timer('=now() + duration("PT5H")', "timeDate")))
    engine.wait(9 * DAY)
    assert ages(engine) == [5 * HOUR, DAY, 2 * DAY, 3 * DAY, 6 * DAY, 9 * DAY]
    assert {tuple(case.elements) for case in engine.cases} == {("s",)}


def test_several_start_events_keep_their_timers_apart(deployed):
    starts = f'<startEvent id="s">{timer("R/P2D")}</startEvent><startEvent id="t">{timer("R/P3D")}</startEvent>'
    engine = deployed(process(starts + '<manualTask id="a"/><endEvent id="e"/>', "s -> a", "t -> a", "a -> e"))
    engine.wait(6 * DAY)
    assert sorted(case.elements[0] for case in engine.cases) == ["s", "s", "s", "t", "t"]


def test_a_start_event_may_wait_for_anything_of_several_kinds(deployed):
    engine = deployed(
        begun_by(timer("R1/P1D"), message("m1"), signal("s1"), condition('=now() >= @"2018-01-18T00:00:00+08:00"'))
    )
    engine.message("letter", {"subject": "來文"})
    engine.signal("alarm")
    engine.wait(5 * DAY)
    assert len(engine.cases) == 4
    assert engine.cases[0].variables == {"subject": "來文"}
    assert ages(engine)[2:] == [DAY, 2 * DAY + 15 * HOUR]


def test_a_new_version_starts_by_its_own_timers_only(deployed):
    engine = deployed(begun_by(timer("R/P1D")))
    engine.wait(DAY)
    engine.deploy(SourceFile("p.bpmn", bpmn(begun_by(timer("R/P7D")))))
    engine.wait(8 * DAY)
    assert ages(engine) == [DAY, 8 * DAY]


# -- conditions --------------------------------------------------------------------------------------


def test_a_condition_starts_a_case_when_it_becomes_true_and_not_again_before_it_was_false(deployed):
    engine = deployed(begun_by(condition('=day of week(today()) = "Wednesday"')))
    engine.wait(15 * DAY)
    assert [case.begun_at.date().isoformat() for case in engine.cases] == ["2018-01-16", "2018-01-23"]
    assert ages(engine)[0] == DAY + 15 * HOUR, "the first moment of Wednesday in Taipei"


def test_a_condition_asks_how_many_cases_run_and_where_they_stand(deployed):
    engine = deployed(begun_by(condition('=open_cases("proposal", "a") >= 2')))
    engine.deploy(SourceFile("q.bpmn", bpmn(begun_by().replace('id="p" name="p"', 'id="proposal" name="proposal"'))))
    first = engine.start("proposal")
    engine.wait(HOUR)
    assert len(engine.cases) == 1
    second = engine.start("proposal")
    engine.wait(DAY)
    assert [case.source.process_id for case in engine.cases] == ["proposal", "proposal", "p"]
    first.complete("a")
    engine.wait(HOUR)
    engine.start("proposal")
    engine.wait(HOUR)
    assert len(engine.cases) == 5, "it was false in between"
    assert second.state == "running"


def test_a_condition_that_holds_keeps_quiet_over_a_new_version(deployed):
    engine = deployed(begun_by(condition("=true")))
    engine.wait(HOUR)
    engine.deploy(SourceFile("p.bpmn", bpmn(begun_by(condition("=true")).replace("manualTask", "userTask"))))
    engine.wait(DAY)
    assert len(engine.cases) == 1


def test_a_condition_that_cannot_be_worked_out_is_told(deployed):
    engine = deployed(begun_by(condition('=date("soon") < today()')))
    with pytest.raises(StepFailed, match="soon"):
        engine.wait(HOUR)


def test_a_start_sees_no_variables():
    for definition in (
        condition("=amount > 3"),
        condition("=business_key = null"),
        timer("=period"),
        condition("amount > 3"),
    ):
        with pytest.raises(DeploymentRefused) as refused:
            LocalEngine(executor).deploy(SourceFile("p.bpmn", bpmn(begun_by(definition))))
        assert [f.code for f in refused.value.findings if f.blocks] == ["start-reads-variable"]


def test_a_timer_of_a_start_that_gives_no_time_is_refused():
    with pytest.raises(DeploymentRefused) as refused:
        LocalEngine(executor).deploy(SourceFile("p.bpmn", bpmn(begun_by(timer("=1 + 1")))))
    assert [f.code for f in refused.value.findings if f.blocks] == ["timer-invalid"]


def test_cases_are_counted_before_there_is_one_only():
    body = '<startEvent id="s"/><exclusiveGateway id="g" default="g_e"/><task id="a"/><endEvent id="e"/>'
    lines = ("s -> g", 'g -> a: =open_cases("p") > 1', "g -> e", "a -> e")
    with pytest.raises(DeploymentRefused) as refused:
        LocalEngine(executor).deploy(SourceFile("p.bpmn", bpmn(process(body, *lines))))
    assert [f.code for f in refused.value.findings if f.blocks] == ["unknown-function"]


# -- parallel multiple -------------------------------------------------------------------------------


def all_of(*definitions: str) -> str:
    return begun_by(*definitions, attributes='parallelMultiple="true"')


def test_a_start_that_needs_both_begins_with_the_second(deployed):
    engine = deployed(all_of(message("m1"), message("m2")))
    engine.message("letter", {"subject": "來文", "pages": 1})
    engine.message("letter", {"subject": "另文"})
    assert engine.cases == []
    engine.message("opinion", {"pages": 3})
    (case,) = engine.cases
    assert case.variables == {"subject": "來文", "pages": 3}
    assert case.elements == ["s"]
    assert [task.element_id for task in case.tasks.values()] == ["a"]
    engine.message("opinion")
    assert [case.variables.get("subject") for case in engine.cases] == ["來文", "另文"]


def test_a_start_that_needs_signal_timer_and_condition_begins_once_they_all_happened(deployed):
    after = condition('=now() >= @"2018-01-16T18:00:00+08:00"')
    engine = deployed(all_of(signal("s1"), timer("R/P1D"), after))
    engine.wait(3 * DAY)
    assert engine.cases == []
    engine.signal("alarm", {"level": 1})
    assert [case.variables for case in engine.cases] == [{"level": 1}]
    engine.signal("alarm", {"level": 2})
    engine.wait(3 * DAY)
    assert len(engine.cases) == 1, "the condition has not become true again"


# -- an event-based gateway in the place of a start event ---------------------------------------------


def test_the_clock_and_a_condition_may_begin_behind_an_event_based_gateway(deployed):
    body = (
        '<eventBasedGateway id="g" instantiate="true"/><endEvent id="e"/>'
        f'<intermediateCatchEvent id="t">{timer("P1D", "timeDuration")}</intermediateCatchEvent>'
        f'<intermediateCatchEvent id="c">{condition("=now() >= @" + chr(34) + "2018-01-18T09:00:00+08:00" + chr(34))}'
        "</intermediateCatchEvent>"
    )
    engine = deployed(process(body, "g -> t", "g -> c", "t -> e", "c -> e"))
    engine.wait(9 * DAY)
    assert [case.elements for case in engine.cases] == [["g", "t", "e"], ["g", "c", "e"]]
    assert ages(engine) == [DAY, 3 * DAY]


# -- the same in event subprocesses --------------------------------------------------------------------


def in_event_subprocess(*definitions: str, attributes: str = "") -> str:
    return (
        '<startEvent id="s"/><endEvent id="e"/><userTask id="a"/><subProcess id="x" triggeredByEvent="true">'
        f'<startEvent id="xs" isInterrupting="false" {attributes}>{"".join(definitions)}</startEvent>'
        '<userTask id="b"/><sequenceFlow id="xf" sourceRef="xs" targetRef="b"/></subProcess>'
    )


def test_each_of_several_timers_starts_the_event_subprocess():
    body = in_event_subprocess(timer("R2/P1D"), timer("P3D", "timeDuration"))
    case = play(body, "s -> a", "a -> e")
    assert [len(case.after(days=1).waiting) for _ in range(4)] == [2, 3, 4, 4]


def test_several_conditions_start_the_event_subprocess_each_when_it_becomes_true():
    body = in_event_subprocess(condition("=x > 1"), condition("=x > 5"))
    body = body.replace('<userTask id="a"/>', '<userTask id="a"/><exclusiveGateway id="g" default="g_a"/>')
    case = play(body, "s -> g", "g -> a", "a -> g", "g -> e: =x = null", x=0)
    assert case.waiting == ["a"]
    assert case.complete("a", x=2).waiting == ["a", "b"]
    assert case.complete("a", x=3).waiting == ["a", "b"]
    assert case.complete("a", x=7).waiting == ["a", "b", "b"]
    assert case.complete("a", x=0).complete("a", x=9).waiting == ["a", "b", "b", "b", "b"]


def test_a_start_of_an_event_subprocess_that_needs_both_waits_for_the_second():
    body = in_event_subprocess(message("m1"), timer("P1D", "timeDuration"), attributes='parallelMultiple="true"')
    case = play(body, "s -> a", "a -> e", top=TOP)
    assert case.after(days=2).waiting == ["a"]
    assert case.message("letter", pages=3).waiting == ["a", "b"]


def test_a_timer_that_is_over_leaves_the_other_events_of_its_start_and_of_a_border():
    body = in_event_subprocess(timer("P1D", "timeDuration"), message("m1"))
    case = play(body, "s -> a", "a -> e", top=TOP).after(days=2)
    assert case.message("letter").message("letter").waiting == ["a", "b", "b", "b"]
    border = f'<boundaryEvent id="t" attachedToRef="a" cancelActivity="false">{timer("P1D", "timeDuration")}'
    body = '<startEvent id="s"/><endEvent id="e"/><userTask id="a"/><userTask id="b"/>' + border
    case = play(body + message("m1") + "</boundaryEvent>", "s -> a", "a -> e", "t -> b", top=TOP).after(days=2)
    assert case.message("letter").waiting == ["a", "b", "b"]


def test_a_timer_that_is_over_is_no_second_time_part_of_all_that_is_needed():
    body = in_event_subprocess(timer("P1D", "timeDuration"), message("m1"), attributes='parallelMultiple="true"')
    case = play(body, "s -> a", "a -> e", top=TOP).after(days=2).message("letter")
    assert case.waiting == ["a", "b"]
    assert case.last.subscriptions == ()
