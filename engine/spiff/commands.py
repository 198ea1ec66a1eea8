"""What each command does to a case before its tokens run on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.errors import MessageNotCorrelated, TaskNotOpen
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
from engine.spiff import events, variables
from engine.spiff.case import Case
from engine.spiff.problems import StepProblem
from engine.spiff.specs.activities import ServiceTask, UserTask
from engine.spiff.token import Token


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
