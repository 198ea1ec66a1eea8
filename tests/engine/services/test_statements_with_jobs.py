"""A completion as it is served: with the real queue, counted at the driver, where jobs cannot hide."""

from __future__ import annotations

import pytest

from engine import ProcessEngine
from engine.jobs import ProcrastinateQueue
from tests.counting import counting
from tests.engine.conftest import HISTORY_KEY
from tests.engine.services.diagrams import APPROVAL, PARALLEL, THREE, TIMED

MOST_STATEMENTS = 8


@pytest.fixture
def engine(store, executor, clock, people):
    return ProcessEngine(store, executor, history_key=HISTORY_KEY, clock=clock, queue=ProcrastinateQueue())


@pytest.mark.parametrize("bpmn", [APPROVAL, THREE, TIMED, PARALLEL], ids=["approval", "three", "timed", "parallel"])
def test_completing_takes_at_most_eight_statements_and_one_commit(engine, people, deploy, bpmn):
    key = deploy(bpmn).key
    for _ in range(2):  # the second time nothing has to be read that a process reads once
        case = engine.runtime.start(key, actor=people["kuo"], variables={"headcount": 1})
        task_id = case.open_tasks[0]["id"]
        if case.open_tasks[0]["assignee_name"] is None:
            engine.tasks.claim(task_id, people["tsai"])
        with counting() as counted:
            engine.tasks.complete(task_id, actor=people["tsai"], variables={"a": 1}, token=f"{key} {case.id}")
    assert 0 < len(counted.statements) <= MOST_STATEMENTS, counted.statements
    assert counted.commits == 1


def test_the_count_sees_jobs(engine, people, deploy):
    deploy(APPROVAL)
    with counting() as counted:
        engine.runtime.start("approval", actor=people["kuo"], variables={"headcount": 1})
    assert any("procrastinate_defer" in statement for statement in counted.statements)
