"""Cases of very many rounds, or very many elements, and who works on them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any
from uuid import UUID

from engine.errors import EngineError
from engine.spiff.case import Case
from engine.spiff.token import Token
from engine.store import step_queries
from tests.engine.services.diagrams import process, user_task
from tests.faults.actors import CLERK, Notes, engine_of

NODES = 3_000
ROUNDS_ALONE = 1_200
"""Of a loop that passes nobody, in one step."""
FEW = 20
"""What a broken build can still keep in mind."""


def _flows(*pairs: tuple[str, str] | tuple[str, str, str]) -> str:
    drawn = ""
    for source, target, *condition in pairs:
        inner = "".join(f"<bpmn:conditionExpression>{text}</bpmn:conditionExpression>" for text in condition)
        ends = f'sourceRef="{source}" targetRef="{target}"'
        drawn += f'<bpmn:sequenceFlow id="{source}_{target}" {ends}>{inner}</bpmn:sequenceFlow>'
    return drawn


def _rounds(key: str, inside: str, condition: str) -> str:
    """What is `inside`, an element `a`, again and again while the condition holds; then a task `last`."""
    gates = '<bpmn:exclusiveGateway id="merge"/><bpmn:exclusiveGateway id="more" default="more_last"/>'
    nodes = f'<bpmn:startEvent id="s"/>{gates}{inside}{user_task("last", "結束", _MINE)}<bpmn:endEvent id="e"/>'
    ways = (("s", "merge"), ("merge", "a"), ("a", "more"), ("more", "merge", condition), ("more", "last"))
    return process(key, nodes + _flows(*ways, ("last", "e")))


def _row(key: str) -> str:
    """`NODES` elements one after the other, one of them in the middle and one before the end for somebody."""
    ids = ["s", *(f"n{number}" for number in range(NODES - 2)), "e"]
    people = {ids[NODES // 2], ids[-2]}
    drawn = "".join(user_task(id, id, _MINE) if id in people else f'<bpmn:task id="{id}"/>' for id in ids[1:-1])
    return process(key, f'<bpmn:startEvent id="s"/>{drawn}<bpmn:endEvent id="e"/>' + _flows(*pairwise(ids)))


_MINE = f'camunda:assignee="{CLERK.person_id}"'
_COUNT = '<bpmn:scriptTask id="a"><bpmn:script>={n: n + 1}</bpmn:script></bpmn:scriptTask>'
TURNS, ALONE, ROW = "turns", "alone", "row"
DIAGRAMS = {
    TURNS: _rounds(TURNS, user_task("a", "辦", _MINE), "=again = true"),
    ALONE: _rounds(ALONE, _COUNT, f"=n &lt; {ROUNDS_ALONE}"),
    ROW: _row(ROW),
}
PASSED = {ALONE: ROUNDS_ALONE, ROW: NODES - 2}
"""Elements named `a` or `n…` that a case passes, by what the history says."""


def person(spec: Mapping[str, Any], barrier: Any) -> None:
    """Go through one case to its end: `rounds` times the loop where it asks for more; note how far it came."""
    engine, notes = engine_of(spec["url"]), Notes(spec["notes"])
    case = engine.runtime.start(spec["process"], actor=CLERK, variables={"n": 0})
    tasks, done, ended = [UUID(str(task["id"])) for task in case.open_tasks], 0, None
    try:
        while len(tasks) == 1:
            again = done < spec["rounds"] - 1
            advance = engine.tasks.complete(tasks[0], actor=CLERK, variables={"again": again})
            notes.add(acked=str(tasks[0]))
            tasks, ended, done = [UUID(task.id) for task in advance.opened], advance.ended, done + 1
    except EngineError as error:
        notes.add(refused=type(error).__name__)
    notes.add(process=spec["process"], done=done, ended=ended)


# -- broken --------------------------------------------------------------------------------


def short_sighted() -> None:
    """Who walks over the tokens does not see those that came late: what the library does at a depth of 1,000."""
    awake = Case.awake_tokens

    def near(self: Case) -> list[Token]:
        return [token for token in awake(self) if token.seq <= FEW]

    Case.awake_tokens = near  # type: ignore[method-assign]


def forgetful() -> None:
    """One task that a step opens is not written down."""
    open_tasks, steps = step_queries.open_tasks, [0]

    def written(tx: Any, instance_id: UUID, **more: Any) -> None:
        steps[0] += 1
        open_tasks(tx, instance_id, **(more if steps[0] != FEW else {**more, "tasks": []}))

    step_queries.open_tasks = written
