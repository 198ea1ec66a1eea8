"""The engine in scripts: the documented example runs the public cases, and processes talk in memory."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import DeploymentRefused, TaskNotOpen
from engine.local import LocalEngine
from engine.model import SourceFile
from tests.engine.spiff import features
from tests.engine.spiff.player import bpmn, process

CONTRADICTORY = {"AdHocSubProcess_Parallel", "AdHocSubProcess_Sequential"}
"""Cases that expect the mark of a task which their own diagram does not have."""


@pytest.mark.skipif(not features.FOLDER.is_dir(), reason="the public feature cases are not here: 102 did not run")
def test_the_example_runs_every_case(capsys):
    assert len(features.EXAMPLE.read_text().splitlines()) < 200
    failed = features.example.main(features.FOLDER)
    told = capsys.readouterr().out
    assert failed == len(CONTRADICTORY)
    assert {line.split("/")[1].split("-")[0] for line in told.splitlines() if "/" in line} == CONTRADICTORY
    assert "of 102 cases passed" in told


def deployed(*processes: str) -> LocalEngine:
    engine = LocalEngine()
    engine.deploy(*(SourceFile(f"{number}.bpmn", bpmn(each)) for number, each in enumerate(processes)))
    return engine


TALK = '<message id="m" name="hello"/>'
SENDER = process(
    '<startEvent id="start"/><userTask id="u" name="u"/>'
    '<endEvent id="end"><messageEventDefinition id="md" messageRef="m"/></endEvent>',
    "start -> u",
    "u -> end",
    id="sender",
    top=TALK,
)
CATCHER = process(
    '<startEvent id="start"/><userTask id="first" name="first"/>'
    '<intermediateCatchEvent id="c"><messageEventDefinition id="md2" messageRef="m"/></intermediateCatchEvent>'
    '<endEvent id="end"/>',
    "start -> first",
    "first -> c",
    "c -> end",
    id="catcher",
    top=TALK,
)


def test_a_message_goes_to_one_catcher_and_early_ones_wait():
    engine = deployed(SENDER, CATCHER)
    one, two = engine.start("catcher"), engine.start("catcher")
    engine.start("sender").complete("u")
    assert (one.state, two.state) == ("running", "running")
    one.complete("first")
    assert (one.state, two.state) == ("completed", "running")
    two.complete("first")
    assert two.state == "running"
    engine.message("hello", {"x": 1})
    assert two.state == "completed"
    assert two.variables == {"x": 1}
    assert two.elements == ["start", "first", "c", "end"]


def test_timers_fire_in_the_order_of_their_time():
    body = (
        '<startEvent id="start"/><intermediateCatchEvent id="t"><timerEventDefinition id="td"><timeDuration>=span'
        '</timeDuration></timerEventDefinition></intermediateCatchEvent><endEvent id="end"/>'
    )
    engine = deployed(process(body, "start -> t", "t -> end"))
    late, soon = engine.start("p", {"span": "P2D"}), engine.start("p", {"span": "P1D"})
    engine.wait(timedelta(days=1))
    assert (late.state, soon.state) == ("running", "completed")
    engine.wait(timedelta(days=1))
    assert late.state == "completed"


def test_what_is_not_there_is_said():
    engine = deployed(SENDER)
    case = engine.start("sender")
    with pytest.raises(TaskNotOpen):
        case.complete("nothing")
    with pytest.raises(DeploymentRefused) as refused:
        engine.deploy(SourceFile("q.bpmn", bpmn(process('<startEvent id="start"/>', id="q"))))
    assert refused.value.findings
