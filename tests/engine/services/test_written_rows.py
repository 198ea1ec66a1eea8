"""What a step writes of a case with much in it: only what it touches, and no more bytes than its answer has."""

from __future__ import annotations

from itertools import pairwise

import pytest
from sqlalchemy import text

from engine import SYSTEM
from tests.engine.services.diagrams import FOR_LABOR, chain, process, user_task

MANY = 12
ONE_OF_MANY = (
    '<bpmn:multiInstanceLoopCharacteristics isSequential="false" camunda:collection="people" '
    'camunda:elementVariable="person"/>'
)
REMINDED = process(
    "reminded",
    chain(
        '<bpmn:subProcess id="each" name="各別">'
        + ONE_OF_MANY
        + '<bpmn:startEvent id="is"/>'
        + user_task("ask", "詢問", FOR_LABOR)
        + '<bpmn:endEvent id="ie"/><bpmn:boundaryEvent id="late" attachedToRef="ask" cancelActivity="false">'
        '<bpmn:timerEventDefinition><bpmn:timeDuration>=duration("P3D")</bpmn:timeDuration>'
        '</bpmn:timerEventDefinition></bpmn:boundaryEvent><bpmn:endEvent id="le"/>'
        '<bpmn:sequenceFlow id="x1" sourceRef="is" targetRef="ask"/>'
        '<bpmn:sequenceFlow id="x2" sourceRef="ask" targetRef="ie"/>'
        '<bpmn:sequenceFlow id="x3" sourceRef="late" targetRef="le"/></bpmn:subProcess>',
        ids=("each",),
    ),
)
GATHERED = process(
    "gathered",
    chain(
        user_task("ask", "詢問", FOR_LABOR).replace(
            "/>",
            '><bpmn:extensionElements><camunda:properties><camunda:property name="outputCollection" value="answers"/>'
            '<camunda:property name="outputElement" value="=answer"/></camunda:properties></bpmn:extensionElements>'
            f"{ONE_OF_MANY}</bpmn:userTask>",
        ),
        ids=("ask",),
    ),
)


@pytest.fixture
def begin(engine, people, deploy):
    def run(diagram):
        key = deploy(diagram).key
        case = engine.runtime.start(key, actor=people["kuo"], variables={"people": [f"p{n}" for n in range(MANY)]})
        tasks = engine.tasks.of_case(case.id, SYSTEM)
        engine.tasks.claim_many([task.id for task in tasks], people["tsai"])
        return case.id, [task.id for task in tasks]

    return run


def test_timers_that_a_step_does_not_touch_are_neither_written_nor_locked(engine, people, store, begin):
    case, tasks = begin(REMINDED)

    def rows():
        with store.reading() as tx:
            found = tx.execute(
                text("select task_id, ctid::text, xmin::text, xmax::text from awaited_timer where instance_id = :id"),
                {"id": case},
            )
            return {row.task_id: tuple(row)[1:] for row in found}

    before = rows()
    assert len(before) == MANY
    for number, task in enumerate(tasks[:3], start=1):
        engine.tasks.complete(task, actor=people["tsai"], variables={})
        after = rows()
        assert len(after) == MANY - number
        assert after == {task_id: before[task_id] for task_id in after}


def test_a_gathered_answer_adds_its_own_bytes_to_the_state(engine, people, store, begin):
    """All that is gathered is read and written with the state, of at most 1 MB: once each step, and not more often."""
    case, tasks = begin(GATHERED)
    sizes = []
    for number, task in enumerate(tasks[:-1]):
        engine.tasks.complete(task, actor=people["tsai"], variables={"answer": f"{number:>100}"})
        with store.reading() as tx:
            query = text("select length(body) as size from instance_state where instance_id = :id")
            sizes.append(tx.execute(query, {"id": case}).one().size)
    grown = [after - before for before, after in pairwise(sizes)]
    assert all(added < 150 for added in grown), grown
    engine.tasks.complete(tasks[-1], actor=people["tsai"], variables={"answer": "last"})
    assert len(engine.runtime.variables(case, SYSTEM)["answers"]) == MANY
