"""Moving tokens until every one of them waits."""

from __future__ import annotations

from datetime import datetime

from SpiffWorkflow.util.task import TaskState

from engine.spiff import data
from engine.spiff.case import Case
from engine.spiff.problems import BudgetSpent, StepProblem
from engine.spiff.specs.complex_gateway import ComplexGateway, ResetMemory
from engine.spiff.specs.events import CatchEvent, caught_condition
from engine.spiff.specs.gateways import InclusiveGateway, ParallelGateway
from engine.spiff.step_time import StepTime
from engine.spiff.token import Token


class Budget:
    """How many tokens a step may move, and for how long."""

    def __init__(self, tasks: int, time: StepTime) -> None:
        self._tasks = tasks
        self._left = tasks
        self._time = time

    def spend(self) -> None:
        """Count one move.

        Raises:
            BudgetSpent: there was none left, or the time is over.
        """
        self._left -= 1
        if self._left < 0:
            raise BudgetSpent(f"這一步執行超過 {self._tasks} 個節點 (the step ran more than {self._tasks} elements).")
        if self._time.left() < 0:
            raise BudgetSpent("這一步執行時間過長 (the step took too long).")


def run(case: Case, budget: Budget, held: StepProblem | None = None) -> None:
    """Move every token that can move. `held`: move none, and keep each with this incident.

    Raises:
        BudgetSpent: see `Budget.spend`.
    """
    while True:
        while (token := case.next_token()) is not None:
            if token.state != TaskState.READY or token.incident or token.id not in token.workflow.tasks:
                continue
            if held is not None:
                case.fail(token, held)
                continue
            budget.spend()
            try:
                token.run()
            except StepProblem as problem:
                case.fail(token, problem)
            if case.definition.has_conditions:
                _let_conditions_fire(case, budget)
        if case.ended or held is not None or not _recheck(case, budget):
            break
    if not case.ended and held is None:
        _watch(case)


def _recheck(case: Case, budget: Budget) -> bool:
    """At rest: let conditions that hold fire, and inclusive joins go on that nothing can reach any more."""
    if case.definition.has_conditions and _let_conditions_fire(case, budget):
        return True
    for token in case.awake_tokens():
        spec = token.task_spec
        if not token.is_open or token.incident:
            continue
        joins = isinstance(spec, InclusiveGateway | ComplexGateway | ResetMemory)
        if token.state == TaskState.WAITING and joins and spec.release(token):
            return True
        if "lacks" in token.notes and _is_complete(token):
            return True
    return False


def _is_complete(token: Token) -> bool:
    """Let an activity begin whose data inputs are all there by now."""
    spec = token.task_spec
    try:
        if spec.data is None or not data.take_in(token, spec.data):
            return False
    except StepProblem as problem:
        token.case.fail(token, problem)
        return False
    del token.notes["lacks"]
    token._set_state(TaskState.READY)
    token.case.enqueue(token)
    return True


def _let_conditions_fire(case: Case, budget: Budget) -> bool:
    fired = False
    for token in case.awake_tokens():
        waits = token.is_open and token.state == TaskState.WAITING and "arms" in token.notes
        if waits and isinstance(token.task_spec, CatchEvent) and token.task_spec.is_conditional:
            budget.spend()
            fired = caught_condition(token) or fired
    return fired


def due_timers(case: Case, now: datetime) -> list[tuple[Token, int]]:
    """Timers that are due, the earliest first."""
    found = []
    for token in case.awake_tokens():
        for index, arm in enumerate(token.notes.get("arms", ())):
            seen = index in token.notes.get("seen", ())
            if "due" in arm and arm["due"] <= now and not seen and not token.notes.get("done"):
                found.append((arm["due"], token.seq, token, index))
    return [(token, index) for _, _, token, index in sorted(found, key=lambda item: item[:2])]


def _watch(case: Case) -> None:
    """An instance that nobody and nothing can move gets an incident (threats-and-faults.md I3)."""
    if any(scope.tasks.resting for scope in case.scopes()):
        return
    tokens = case.awake_tokens()
    if any(_can_move(token) for token in tokens):
        return
    for token in tokens:
        if "lacks" in token.notes:
            case.fail(token, StepProblem("definition", "在等還沒有的資料 (waits for data that is not there)."))
            return
        if (
            isinstance(token.task_spec, ParallelGateway | InclusiveGateway | ComplexGateway)
            and token.state == TaskState.WAITING
        ):
            case.fail(token, StepProblem("definition", "在等永遠不會到的分支 (waits for a branch that cannot come)."))
            return
    for token in tokens:
        if not token.task_spec.listens:
            case.fail(token, StepProblem("definition", "沒有人也沒有事能讓它前進 (nobody and nothing can move it)."))
            return


def _can_move(token: Token) -> bool:
    notes = token.notes
    if "lacks" in notes and not token.incident:
        return False
    if notes.get("open") or notes.get("called") or token.incident or "arms" in notes:
        return True
    return bool(token.state == TaskState.READY)
