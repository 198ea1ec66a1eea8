"""The pairs of verbs that meet in F22: each function makes a new case and says who does what to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from engine import SYSTEM, ProcessEngine, SourceFile
from tests.engine.services.diagrams import FOR_LABOR, WAITING, chain, process, user_task
from tests.faults.actors import CLERK
from tests.faults.models import MIXED

_OF_A_CASE = {"load": "loaded", "step": "stepped", "commit": "saving"}
_OF_A_TASK = {"load": "loaded", "note": "stepped", "commit": "saving"}
_OF_A_MIGRATION = {"load": "loaded", "migrate": "stepped", "commit": "saving"}
_OF_A_START = {"definition": "loaded", "start": "stepped", "commit": "saving"}
_OF_A_DEPLOYMENT = {"lock deployments": "loaded", "add deployment": "stepped", "commit": "saving"}
_OF_A_MESSAGE = {**_OF_A_CASE, "buffer": "stepped"}

MOVED = [
    process("moved", chain(*(user_task(id, id, FOR_LABOR) for id in ids), ids=ids))
    for ids in (("do",), ("do", "check"))
]
"""Two versions of one process; the second has a task more."""
OTHER = "lin"
"""Whom work is given to."""
TIMED = process(
    "due_at_once",
    '<bpmn:startEvent id="start"/><bpmn:boundaryEvent id="bell" attachedToRef="reply" cancelActivity="true">'
    '<bpmn:timerEventDefinition><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT0.001S</bpmn:timeDuration>'
    '</bpmn:timerEventDefinition></bpmn:boundaryEvent><bpmn:endEvent id="end"/><bpmn:endEvent id="end2"/>'
    + user_task("reply", "回覆", FOR_LABOR)
    + user_task("chase", "稽催", FOR_LABOR)
    + '<bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="reply"/>'
    '<bpmn:sequenceFlow id="f2" sourceRef="reply" targetRef="end"/>'
    '<bpmn:sequenceFlow id="f3" sourceRef="bell" targetRef="chase"/>'
    '<bpmn:sequenceFlow id="f4" sourceRef="chase" targetRef="end2"/>',
)
"""A task whose timer is due when it opens; nothing but a verb lets it fire here."""

DIAGRAMS = {"straight": MIXED["straight"], "served": MIXED["served"], "waiting": WAITING, "due_at_once": TIMED}

_LEFT = text("""
select i.status, i.variables ->> 'by' as by,
  array(select t.element_id || coalesce(' of ' || t.assignee, '') from user_task t
    where t.instance_id = i.id and t.state = 'open') as open,
  (select count(*) from history h where h.instance_id = i.id and h.verb = 'task.completed') as completed,
  (select count(*) from buffered_message m where m.business_key = i.business_key) as kept,
  (select count(*) from incident n where n.instance_id = i.id and n.resolved_at is null) as incidents,
  i.suspended_at is not null as suspended
from process_instance i where i.id = :id
""")


@dataclass(frozen=True)
class Verb:
    """What one of the two does, and which points of its way are which gates."""

    name: str
    act: Callable[[], str]
    points: Mapping[str, str]


@dataclass
class Scene:
    """A new case, and two who come to it."""

    engine: ProcessEngine
    case: UUID | None = None
    verbs: list[Verb] = field(default_factory=list)

    def does(self, act: Callable[[], Any], points: Mapping[str, str], *, nothing: str = "nothing") -> None:
        """Add the next of the two; what gives None is told as `nothing`."""

        def run() -> str:
            result = act()
            return result if isinstance(result, str) else "done" if result is not None else nothing

        self.verbs.append(Verb("AB"[len(self.verbs)], run, points))

    def left(self) -> str:
        """The case as it is left: how far it came, what is open, whose answer stands in it."""
        if self.case is None:
            return ""
        with self.engine.store.reading() as tx:
            row = tx.execute(_LEFT, {"id": self.case}).one()
        more = {"by": row.by, "completed": row.completed, "kept": row.kept, "incidents": row.incidents}
        told = [f"{name} {value}" for name, value in more.items() if value]
        return ", ".join([row.status, *row.open, *told, *(["suspended"] if row.suspended else [])])


def _scene(engine: ProcessEngine, key: str, *, claimed: bool = True) -> tuple[Scene, UUID]:
    """A new case of a process, and its first task, claimed by the clerk."""
    case = engine.runtime.start(key, actor=CLERK, variables={})
    (task,) = case.open_tasks
    if claimed:
        engine.tasks.claim(task["id"], CLERK)
    return Scene(engine, case.id), task["id"]


def _complete(scene: Scene, task: UUID, by: str) -> None:
    scene.does(
        lambda: scene.engine.tasks.complete(task, actor=CLERK, variables={"by": by}, token=str(uuid4())), _OF_A_CASE
    )


def _cancel(scene: Scene) -> None:
    assert scene.case is not None
    case = scene.case
    scene.does(lambda: scene.engine.runtime.cancel(case, reason="撤回", actor=CLERK, token=str(uuid4())), _OF_A_CASE)


def complete_complete(engine: ProcessEngine) -> Scene:
    """The same task in two windows of one person."""
    scene, task = _scene(engine, "straight")
    _complete(scene, task, "A")
    _complete(scene, task, "B")
    return scene


def complete_cancel(engine: ProcessEngine) -> Scene:
    """A completes while B takes the case back."""
    scene, task = _scene(engine, "straight")
    _complete(scene, task, "A")
    _cancel(scene)
    return scene


def complete_timer(engine: ProcessEngine) -> Scene:
    """A completes the task whose time is up, B is the worker with its timer."""
    scene, task = _scene(engine, "due_at_once")
    _complete(scene, task, "A")
    assert scene.case is not None
    case = scene.case
    scene.does(lambda: engine.machine.fire_timers(case), _OF_A_CASE)
    return scene


def claim_reassign(engine: ProcessEngine) -> Scene:
    """A takes the task, B gives it to somebody else."""
    scene, task = _scene(engine, "straight", claimed=False)
    scene.does(lambda: engine.tasks.claim(task, CLERK, token=str(uuid4())), _OF_A_TASK)
    scene.does(lambda: engine.tasks.assign(task, OTHER, SYSTEM, "調整分工", token=str(uuid4())), _OF_A_TASK)
    return scene


def deploy_start(engine: ProcessEngine) -> Scene:
    """A deploys the next version, B starts a case."""
    scene = Scene(engine)
    before = engine.repository.definition("renewed")
    diagram = renewed(before.version + 1)

    def start() -> str:
        case = engine.runtime.start("renewed", actor=CLERK, variables={}, token=str(uuid4()))
        return "new" if case.version > before.version else "old"

    files = [SourceFile("process.bpmn", diagram.encode())]
    scene.does(lambda: engine.repository.deploy(files, actor=SYSTEM, force_now=True), _OF_A_DEPLOYMENT)
    scene.does(start, _OF_A_START)
    return scene


def renewed(version: int) -> str:
    """A process that is deployed again and again."""
    return process("renewed", chain(user_task("do", f"第 {version} 版", FOR_LABOR), ids=("do",)))


def message_message(engine: ProcessEngine) -> Scene:
    """Two messages for a case that waits for one."""
    scene, task = _scene(engine, "waiting")
    number = engine.tasks.get(task, CLERK).business_key
    engine.tasks.complete(task, actor=CLERK, variables={})
    for by in "AB":
        scene.does(
            lambda by=by: engine.runtime.correlate(  # type: ignore[misc]
                "resolved", business_key=number, variables={"by": by}, token=str(uuid4())
            ),
            _OF_A_MESSAGE,
            nothing="kept",
        )
    return scene


def migrate_complete(engine: ProcessEngine) -> Scene:
    """A moves the case to the version with a task more, B completes the last task of the old one."""
    case = engine.runtime.start("moved", actor=CLERK, variables={}, version=1)
    (task,) = case.open_tasks
    engine.tasks.claim(task["id"], CLERK)
    scene = Scene(engine, case.id)
    scene.does(
        lambda: engine.migration.migrate(case.id, 2, actor=SYSTEM, reason="增列複核", token=str(uuid4())) or "done",
        _OF_A_MIGRATION,
    )
    _complete(scene, task["id"], "B")
    return scene


def suspend_complete(engine: ProcessEngine) -> Scene:
    """A suspends the case, B completes its task."""
    scene, task = _scene(engine, "straight")
    assert scene.case is not None
    case = scene.case
    scene.does(
        lambda: engine.suspension.suspend(case, reason="查核", actor=SYSTEM, token=str(uuid4())) or "done", _OF_A_TASK
    )
    _complete(scene, task, "B")
    return scene


def _called(engine: ProcessEngine) -> tuple[Scene, str]:
    """A case that waits for a connector, and the call."""
    scene, task = _scene(engine, "served")
    advance = engine.tasks.complete(task, actor=CLERK, variables={})
    (call,) = advance.service_calls
    return scene, call.task_id


def answer_cancel(engine: ProcessEngine) -> Scene:
    """A is the worker with a connector's answer, B takes the case back."""
    scene, call = _called(engine)
    assert scene.case is not None
    case = scene.case
    scene.does(lambda: engine.machine.finish_service(case, call, {"by": "A"}), _OF_A_CASE)
    _cancel(scene)
    return scene


def retry_retry(engine: ProcessEngine) -> Scene:
    """Two operators let the same incident run again."""
    scene, call = _called(engine)
    assert scene.case is not None
    failed = engine.machine.fail_service(scene.case, call, "no such account")
    assert failed is not None
    (incident,) = (found for found in engine.incidents.incidents(SYSTEM).rows if found.instance_id == scene.case)
    for by in "AB":
        scene.does(
            lambda by=by: engine.incidents.retry(incident.id, variables={"by": by}, actor=SYSTEM),  # type: ignore[misc]
            _OF_A_CASE,
        )
    return scene


PAIRS: Mapping[str, Callable[[ProcessEngine], Scene]] = {
    "complete/complete": complete_complete,
    "complete/cancel": complete_cancel,
    "complete/timer": complete_timer,
    "claim/reassign": claim_reassign,
    "deploy/start": deploy_start,
    "message/message": message_message,
    "answer/cancel": answer_cancel,
    "suspend/complete": suspend_complete,
    "migrate/complete": migrate_complete,
    "retry/retry": retry_retry,
}
