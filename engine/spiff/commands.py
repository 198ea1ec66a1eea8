"""What each command does to a case before its tokens run on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.errors import MessageNotCorrelated, StepFailed, TaskNotOpen
from engine.model import (
    Cancel,
    CompleteTask,
    DeliverMessage,
    DeliverSignal,
    FailService,
    FinishService,
    FireTimers,
    Resume,
    RetryIncident,
)
from engine.spiff import data, events, timers, variables
from engine.spiff.case import Case
from engine.spiff.parser import Definition
from engine.spiff.problems import StepProblem
from engine.spiff.specs.activities import ServiceTask, UserTask, place_starts
from engine.spiff.specs.base import FlowNode
from engine.spiff.specs.events import ParallelStart, StartEvent
from engine.spiff.token import Token


def start(
    case: Case, values: dict[str, Any], event: DeliverMessage | DeliverSignal | None, start_id: str | None
) -> None:
    """Begin a new instance.

    Raises:
        StepFailed: it has no such start.
    """
    case.begin()
    case.data.update(values)
    entry, gateway, index = _entry(case.definition, event, start_id)
    items = _take(case, entry, event, index) if entry is not None and event is not None else {}
    problem = None
    try:
        events.listen(case)
    except StepProblem as found:
        problem = found
    for token in _place(case, entry, gateway, index, items):
        if problem is not None:
            token.notes["unarmed"] = True
            case.fail(token, problem)


def _take(case: Case, entry: FlowNode, event: DeliverMessage | DeliverSignal, index: int) -> dict[str, Any]:
    """Lay what came with the event over the variables; or give it back as the data item that is drawn for it."""
    into = entry.node.properties.get("resultVariable")
    item = data.item_of(entry.node.data, index, event.variables)
    if item and not into:
        return item
    case.data.update({into: dict(event.variables)} if into else event.variables)
    return {}


def _place(
    case: Case, entry: FlowNode | None, gateway: FlowNode | None, index: int, items: dict[str, Any]
) -> list[Token]:
    """Put the first tokens on a new instance; `items`: the data that the event there has received."""
    if entry is None or isinstance(entry, StartEvent):
        return place_starts(case, entry.bpmn_id if entry else None, items)
    notes: dict[str, Any] = {"own" if entry.data is not None else "items": items} if items else {}
    if gateway is not None:
        return [case.place(gateway, happened=entry.bpmn_id, brings=notes)]
    if isinstance(entry, ParallelStart):
        return [case.place(entry, **entry.awaiting(index), **notes)]
    return [case.place(entry, done=True, **notes)]


Entry = tuple[FlowNode | None, FlowNode | None, int]
"""Where a case begins, the event-based gateway before it, and which of the definitions there has happened."""


def _entry(definition: Definition, event: DeliverMessage | DeliverSignal | None, start_id: str | None) -> Entry:
    entries = definition.root.entries
    if event is not None:
        kind = "message" if isinstance(event, DeliverMessage) else "signal"
        ways = [*((None, entry) for entry in entries), *definition.root.receivers]
        for gateway, entry in ways:
            for index, catch in enumerate(entry.catches):
                if catch.kind == kind and catch.name == event.name:
                    return entry, gateway, index
        raise StepFailed("The process has no start event for this.", process=definition.process_id, name=event.name)
    if start_id is not None:
        for entry in entries:
            if entry.bpmn_id == start_id:
                timers_here = [index for index, catch in enumerate(entry.catches) if catch.kind == "timer"]
                return entry, None, timers_here[0] if timers_here else 0
        raise StepFailed("The process has no such start event.", process=definition.process_id, start=start_id)
    plain = [entry for entry in entries if not entry.catches]
    if len(plain) > 1 or (entries and not plain and len(entries) > 1):
        raise StepFailed("The process has several start events; name one.", process=definition.process_id)
    return None, None, 0


def next_start(case: Case, start_id: str, last: datetime | None, fired: int) -> datetime | None:
    """When a timer start event begins the next instance; see the executor."""
    for entry in case.definition.root.entries:
        timer = next((catch.definition for catch in entry.catches if catch.kind == "timer"), None)
        if entry.bpmn_id == start_id and timer is not None:
            return timers.next_turn(timers.arm(timer, case.begin()), last, fired)
    raise StepFailed("The process has no such timer start.", process=case.definition.process_id, start=start_id)


def complete_task(case: Case, command: CompleteTask) -> None:
    """Take a person's answer."""
    token = case.find(command.task_id)
    if token is None or not isinstance(token.task_spec, UserTask) or not token.notes.get("open"):
        raise TaskNotOpen(task=command.task_id)
    token.task_spec.answer(token, command.variables)


def fire_timers(case: Case, command: FireTimers) -> None:
    """Timers fire one after the other while the case runs on between them; see the executor."""


def deliver_message(case: Case, command: DeliverMessage) -> None:
    """Hand a message to its one catcher."""
    if not events.deliver_message(case, command.name, command.variables):
        raise MessageNotCorrelated(name=command.name)


def deliver_signal(case: Case, command: DeliverSignal) -> None:
    """Hand a signal to every catcher."""
    events.broadcast(case, command.name, command.variables)


def finish_service(case: Case, command: FinishService) -> None:
    """Take a connector's answer."""
    token, spec = _service(case, command.task_id)
    spec.finish(token, command.result)


def fail_service(case: Case, command: FailService) -> None:
    """A BPMN error goes to whoever catches it; anything else waits for an operator."""
    token, _ = _service(case, command.task_id)
    if command.error_code and events.throw_error(token, command.error_code, command.message, at_host=True):
        return
    code = f"[{command.error_code}] " if command.error_code else ""
    case.fail(token, StepProblem("service", code + command.message))


def _service(case: Case, task_id: str) -> tuple[Token, ServiceTask]:
    token = case.find(task_id)
    if token is None or not isinstance(token.task_spec, ServiceTask) or not token.notes.get("called"):
        raise TaskNotOpen(task=task_id)
    return token, token.task_spec


def retry(case: Case, command: RetryIncident) -> None:
    """Lay mended variables over the token's data and run the failed part again."""
    token = case.find(command.task_id)
    if token is None or not token.incident:
        raise TaskNotOpen(task=command.task_id)
    variables.write(token, command.variables)
    token.notes.pop("incident")
    case.log.resolve(token)
    spec = token.task_spec
    try:
        if "unarmed" in token.notes:
            events.listen(token.workflow)
            del token.notes["unarmed"]
        if token.notes.get("open") and isinstance(spec, UserTask):
            spec.show(token)
        elif token.notes.get("called") and isinstance(spec, ServiceTask):
            spec.call(token)
        else:
            case.enqueue(token)
    except StepProblem as problem:
        case.fail(token, problem)


def resume(case: Case, command: Resume) -> None:
    """Ask again for every task and call that is open in the state, and run again what failed.

    For a case whose rows went missing: what the state waits for is told anew under the same ids, so
    whoever keeps it finds what is there already.
    """
    case.data.update(command.variables)
    for token in case.all_tokens():
        spec = token.task_spec
        try:
            if token.incident:
                retry(case, RetryIncident(token.id))
            elif token.notes.get("open") and isinstance(spec, UserTask):
                spec.show(token)
            elif token.notes.get("called") and isinstance(spec, ServiceTask):
                spec.call(token)
            elif token.state == TaskState.READY:
                case.enqueue(token)
        except StepProblem as problem:
            case.fail(token, problem)


def cancel(case: Case, command: Cancel) -> None:
    """End the instance where it stands."""
    case.stop("cancelled")


HANDLERS: dict[type, Callable[[Case, Any], None]] = {
    CompleteTask: complete_task,
    FireTimers: fire_timers,
    DeliverMessage: deliver_message,
    DeliverSignal: deliver_signal,
    FinishService: finish_service,
    FailService: fail_service,
    RetryIncident: retry,
    Resume: resume,
    Cancel: cancel,
}
