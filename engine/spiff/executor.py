"""The executor: a definition, a saved state and a command in; one `Advance` out. No I/O.

A step runs until every token waits for a person, a time, an event or a connector.
An element that fails keeps its token with an incident, and the other branches go
on. A step that spends its budget, or meets a fault of our own, is taken back to
the saved state; only what the command itself says is done, and what would have
run next is kept with an incident: a person's answer is never lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from engine import codec
from engine.errors import EngineError, InstanceEnded, MigrationRefused, StepFailed, TaskNotOpen, ValueRefused
from engine.model import (
    Advance,
    Begun,
    Command,
    DefinitionSource,
    Execution,
    Finding,
    FireTimers,
    FormUse,
    Migration,
    MigrationProblem,
    SourceFile,
    StepContext,
    Variables,
)
from engine.spiff import assignment, commands, functions, guards, lint, outline, serializer, starts
from engine.spiff.case import Case
from engine.spiff.environment import ModelScriptEngine
from engine.spiff.facts import StepLog
from engine.spiff.functions import OpenCases
from engine.spiff.migration import Rewriting, listen_anew
from engine.spiff.parser import Definition, definition_of
from engine.spiff.problems import BudgetSpent, StepProblem
from engine.spiff.result import advance_of
from engine.spiff.running import Budget, due_timers, run
from engine.spiff.specs.events import CatchEvent
from engine.spiff.step_time import StepTime
from engine.spiff.variables import visible

if TYPE_CHECKING:
    from engine.sandbox import ScriptSandbox

guards.install()

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Executor:
    """Runs definitions. Keeps no instance: everything an instance is stands in its state."""

    def __init__(self, sandbox: ScriptSandbox) -> None:
        self._sandbox = sandbox

    def lint(self, files: Sequence[SourceFile], form_uses: Mapping[str, FormUse] | None = None) -> tuple[Finding, ...]:
        """Everything that is wrong, or risky, in diagrams and tables that someone wants to deploy together.

        Args:
            form_uses: what each form file reads and writes, by its name; only with it is
                looked after where variables come from.
        """
        return lint.check(files, self._sandbox, form_uses)

    def outline(self, source: DefinitionSource) -> outline.ProcessOutline:
        """What is in the files of a source. Its `process_id` may be empty: then the first executable one is `main`.

        Raises:
            IntegrityError: a file cannot be read; `lint` says why.
        """
        return outline.read(source)

    def next_start(
        self,
        source: DefinitionSource,
        start_id: str,
        context: StepContext,
        *,
        number: int = 0,
        last: datetime | None = None,
        fired: int = 0,
    ) -> datetime | None:
        """When the clock starts the next case at a timer start event.

        Args:
            context: `now` is the time of the deployment, or of the last start.
            number: which of the event's timers, counted from 0.
            last: when its last start was due; None before the first.
            fired: how many starts of it there have been.

        Returns:
            The due time; None when there is none any more.

        Raises:
            StepFailed: there is no such timer, or its text gives no time.
        """
        case = self._before_a_case(source, context)
        try:
            return starts.next_start(case, start_id, number, last, fired)
        except StepProblem as problem:
            raise StepFailed(problem.message) from problem

    def start_holds(
        self,
        source: DefinitionSource,
        start_id: str,
        context: StepContext,
        open_cases: OpenCases,
        *,
        number: int = 0,
    ) -> bool:
        """Whether a condition of a start event holds now.

        There is no case yet, so it sees no variables: only the functions of every expression, and `open_cases`.

        Args:
            open_cases: counts the running cases of a process, or those of them that stand at an element.
            number: which of the event's conditions, counted from 0.

        Raises:
            StepFailed: there is no such condition, or it is neither true nor false.
        """
        case = self._before_a_case(source, context, functions.before_a_case(open_cases))
        try:
            return starts.holds(case, start_id, number)
        except StepProblem as problem:
            raise StepFailed(problem.message) from problem

    def start_needs(self, source: DefinitionSource, start_id: str) -> tuple[tuple[str, str], ...]:
        """All that must happen before a parallel multiple start event begins a case; empty for any other start.

        A message or signal is told by kind and name, a timer or condition by kind and number.
        """
        return starts.needed(definition_of(source), start_id)

    def start(
        self,
        source: DefinitionSource,
        context: StepContext,
        variables: Variables,
        *,
        event: Begun = None,
        start_id: str | None = None,
    ) -> Advance:
        """Start an instance and run it to its first wait states.

        Args:
            variables: the start form's values.
            event: the message or signal that starts it, or several that a parallel multiple start event
                has gathered (`start_needs`); what they bring is laid over `variables`.
            start_id: the start event to begin at, where the event is not enough: a timer's, a condition's.

        Raises:
            StepFailed: there is no such way to start.
            ValueRefused: a variable cannot be stored.
            IntegrityError: the definition's files cannot be read.
        """
        codec.encode(dict(variables))
        definition = definition_of(source)

        def enter(case: Case) -> None:
            case.started_at = context.now
            starts.start(case, dict(variables), event, start_id)

        def make(engine: ModelScriptEngine, log: StepLog) -> Case:
            return Case(definition, engine, log)

        return self._attempt(definition, context, make, enter)

    def step(self, execution: Execution, command: Command, context: StepContext) -> Advance:
        """Carry out one command and run the instance to its next wait states.

        A signal that the step throws has reached every catcher of this instance already;
        it stands in `thrown` for all the others. A signal that nobody waits for, and
        timers of which none is due, change nothing.
        A retried user task whose people are worked out anew comes back in `opened`.

        Raises:
            TaskNotOpen: the task is not open, or has no incident to retry.
            InstanceEnded: the instance has ended.
            MessageNotCorrelated: it does not wait for this message.
            ValueRefused: a variable cannot be stored.
            StepFailed: the step could not be taken at all.
            IntegrityError: the state is not what was written.
        """
        given = getattr(command, "variables", None) or getattr(command, "result", None)
        codec.encode(dict(given) if isinstance(given, dict) else given)
        definition = definition_of(execution.source)

        def make(engine: ModelScriptEngine, log: StepLog) -> Case:
            case = serializer.load(execution.state, definition, engine, log)
            if case.ended:
                raise InstanceEnded(instance=context.instance_id)
            return case

        def enter(case: Case) -> None:
            commands.HANDLERS[type(command)](case, command)

        return self._attempt(definition, context, make, enter, timers=isinstance(command, FireTimers))

    def migration_problems(
        self, execution: Execution, target: DefinitionSource, mapping: Mapping[str, str]
    ) -> tuple[MigrationProblem, ...]:
        """Why an instance cannot be moved to another version as it stands; nothing when it can.

        Args:
            mapping: drawn ids and what stands for each in the other version; the others keep their id.

        Raises:
            IntegrityError: a definition cannot be read.
        """
        rewriting = Rewriting(definition_of(execution.source), definition_of(target), mapping)
        rewriting.rewrite(execution.state)
        return tuple(rewriting.problems)

    def migrate(
        self, execution: Execution, target: DefinitionSource, mapping: Mapping[str, str], context: StepContext
    ) -> Migration:
        """Move an instance to another version. Nothing is done anew: open work stays open, under its ids and times.

        Raises:
            MigrationRefused: it does not fit; with every problem.
            StepFailed: an event that is new gives no time.
            InstanceEnded: the instance has ended.
            IntegrityError: as `migration_problems`, or the state is not what was written.
        """
        definition = definition_of(target)
        rewriting = Rewriting(definition_of(execution.source), definition, mapping)
        moved = rewriting.rewrite(execution.state)
        if rewriting.problems:
            raise MigrationRefused(tuple(rewriting.problems))
        log, engine = StepLog(), ModelScriptEngine(self._sandbox, definition, context)
        engine.time = StepTime(context.max_seconds)
        case = serializer.load(moved, definition, engine, log)
        if case.ended:
            raise InstanceEnded(instance=context.instance_id)
        try:
            listen_anew(case, rewriting)
        except StepProblem as problem:
            raise StepFailed(problem.message) from problem
        run(case, Budget(context.max_tasks, engine.time))
        tokens = case.all_tokens()
        tasks = [assignment.evaluate(t.task_spec, t)[0] for t in tokens if t.notes.get("open")]
        return Migration(
            advance_of(case, serializer.save(case)), tuple(tasks), {t.id: t.task_spec.bpmn_id for t in tokens}
        )

    def variables(self, execution: Execution, task_id: str | None = None) -> dict[str, Any]:
        """The variables of the instance, or all that one task of it sees.

        Raises:
            TaskNotOpen: there is no such task any more.
        """
        definition = definition_of(execution.source)
        case = serializer.load(execution.state, definition, self._silent(definition), StepLog())
        if task_id is None:
            return dict(case.data)
        token = case.find(task_id)
        if token is None:
            raise TaskNotOpen(task=task_id)
        return visible(token)

    def holds(self, state: bytes) -> frozenset[str]:
        """The tasks, timers and calls a saved state may wait for: the ids of its tokens. Raises IntegrityError."""
        return serializer.token_ids(state)

    def awaits_condition(self, execution: Execution) -> bool:
        """Whether the instance waits for a condition to become true, of which no row tells."""
        definition = definition_of(execution.source)
        case = serializer.load(execution.state, definition, self._silent(definition), StepLog())
        waiting = (token.task_spec for token in case.all_tokens() if "arms" in token.notes)
        return any(isinstance(spec, CatchEvent) and spec.is_conditional for spec in waiting)

    # -- one attempt, and the second one that only keeps the answer -----------------------------

    def _attempt(
        self,
        definition: Definition,
        context: StepContext,
        make: Callable[[ModelScriptEngine, StepLog], Case],
        enter: Callable[[Case], None],
        *,
        timers: bool = False,
    ) -> Advance:
        stopped = StepProblem("limit", context.held) if context.held else None
        try:
            return self._run(definition, context, make, enter, timers, stopped)
        except BudgetSpent as spent:
            held = StepProblem("limit", str(spent))
        except StepProblem as problem:
            raise StepFailed(problem.message) from problem
        except RecursionError as error:
            held = StepProblem("limit", f"巢狀過深 (nested too deeply): {error}")
        except ValueRefused as refused:  # the command's own values were checked: the automatic part made this one
            held = StepProblem("limit", str(refused))
        except EngineError:
            raise
        except Exception as error:
            held = StepProblem("error", f"{type(error).__name__}: {error}")
        try:
            return self._run(definition, context, make, enter, timers, held)
        except EngineError:
            raise
        except Exception as error:
            raise StepFailed(held.message) from error

    def _run(
        self,
        definition: Definition,
        context: StepContext,
        make: Callable[[ModelScriptEngine, StepLog], Case],
        enter: Callable[[Case], None],
        timers: bool,
        held: StepProblem | None,
    ) -> Advance:
        log = StepLog()
        engine = ModelScriptEngine(self._sandbox, definition, context)
        case = make(engine, log)
        engine.started_at = case.started_at or context.now
        engine.time = StepTime(context.max_seconds)
        budget = Budget(context.max_tasks, engine.time)
        enter(case)
        run(case, budget, held)
        while timers and not case.ended:
            due = due_timers(case, context.now)
            if not due:
                break
            token, index = due[0]
            budget.spend()
            token.task_spec.fire(token, index)
            run(case, budget, held)
            if held is not None:
                break  # the others are due still, and fire in steps of their own
        return advance_of(case, serializer.save(case))

    def _before_a_case(
        self, source: DefinitionSource, context: StepContext, known: Mapping[str, Callable[..., Any]] | None = None
    ) -> Case:
        """A case without tokens or variables, for what is reckoned before there is one."""
        definition = definition_of(source)
        return Case(definition, ModelScriptEngine(self._sandbox, definition, context, known), StepLog())

    def _silent(self, definition: Definition) -> ModelScriptEngine:
        return ModelScriptEngine(self._sandbox, definition, StepContext(now=_EPOCH, calendar=None))
