"""Plays processes on the executor alone, as the engine does: each step loads the saved state of the last.

`StraightPlayer` keeps the same instance in memory from step to step, so that a
scenario can be run both ways and compared.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.calendar.working_days import WorkCalendar
from engine.model import (
    Advance,
    Cancel,
    Command,
    CompleteTask,
    DefinitionSource,
    DeliverMessage,
    DeliverSignal,
    Execution,
    FailService,
    FinishService,
    FireTimers,
    IncidentFact,
    OpenedTask,
    RetryIncident,
    ServiceCall,
    SourceFile,
    StepContext,
)
from engine.sandbox import MontySandbox
from engine.spiff import Executor, commands, parser, serializer, starts
from engine.spiff.case import Case
from engine.spiff.environment import ModelScriptEngine
from engine.spiff.facts import StepLog
from engine.spiff.result import advance_of
from engine.spiff.running import Budget, due_timers, run
from engine.spiff.step_time import StepTime

START = datetime(2018, 1, 15, 1, 0, tzinfo=UTC)
_sandbox = MontySandbox()

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'id="d" targetNamespace="t">'
)


def escape(text: str) -> str:
    """XML text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def flows(*lines: str) -> str:
    """`"a -> b"`, `"a -> b: =x > 1"`, `"id: a -> b"` … as sequence flows named `a_b` unless they name themselves."""
    return "".join(_flow(line) for line in lines)


def _flow(line: str) -> str:
    found = re.fullmatch(r"(?:(\w+): )?(\w+) -> (\w+)(?:: (.*))?", line.strip(), re.DOTALL)
    assert found, line
    name, source, target, condition = found.groups()
    inner = f"<conditionExpression>{escape(condition)}</conditionExpression>" if condition else ""
    flow_id = name or f"{source}_{target}"
    return f'<sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def properties(**values: str) -> str:
    """`extensionElements` with camunda properties."""
    inner = "".join(f'<camunda:property name="{k}" value="{escape(v)}"/>' for k, v in values.items())
    return f"<extensionElements><camunda:properties>{inner}</camunda:properties></extensionElements>"


def process(body: str, *lines: str, id: str = "p", top: str = "", attributes: str = "") -> str:
    """One process; `top` stands before it (messages, signals, errors)."""
    return f'{top}<process id="{id}" name="{id}" isExecutable="true" {attributes}>{body}{flows(*lines)}</process>'


def bpmn(*parts: str) -> bytes:
    """A BPMN file of these parts."""
    return (HEAD + "".join(parts) + "</definitions>").encode()


def source(*files: bytes | SourceFile, id: str = "p") -> DefinitionSource:
    """A definition of BPMN files, named by what is in them."""
    named = tuple(
        file if isinstance(file, SourceFile) else SourceFile(f"{index}.bpmn", file) for index, file in enumerate(files)
    )
    digest = str(hash(tuple((file.name, file.content) for file in named)))
    return DefinitionSource(digest, id, named)


class Player:
    """One instance and what is known of it from outside."""

    def __init__(self, definition: DefinitionSource, *, now: datetime = START, **context: Any) -> None:
        self.source = definition
        self.executor = Executor(_sandbox)
        self.now = now
        self.extra = context
        self.extra.setdefault("calendar", WorkCalendar())
        self.last: Advance = None  # type: ignore[assignment]
        self.open: dict[str, OpenedTask] = {}
        self.calls: dict[str, ServiceCall] = {}
        self.incidents: dict[str, IncidentFact] = {}
        self.passed: list[str] = []
        self.cancelled: list[str] = []

    @property
    def context(self) -> StepContext:
        return StepContext(now=self.now, **self.extra)

    @property
    def variables(self) -> dict[str, Any]:
        return dict(self.last.variables)

    @property
    def ended(self) -> str | None:
        return self.last.ended

    @property
    def waiting(self) -> list[str]:
        """Element ids of open user tasks, sorted."""
        return sorted(task.element_id for task in self.open.values())

    @property
    def nodes(self) -> list[str]:
        """Drawn nodes that were passed, in order."""
        return [element for element in self.passed if not element.startswith("~")]

    # -- verbs ------------------------------------------------------------------------------

    def start(self, *, event: Any = None, start_id: str | None = None, **values: Any) -> Player:
        return self._take(self.executor.start(self.source, self.context, values, event=event, start_id=start_id))

    def step(self, command: Command) -> Player:
        return self._take(self.executor.step(Execution(self.source, self.last.state), command, self.context))

    def task(self, element: str, nth: int = 0) -> OpenedTask:
        return [task for task in self.open.values() if task.element_id == element][nth]

    def complete(self, element: str, nth: int = 0, **values: Any) -> Player:
        return self.step(CompleteTask(self.task(element, nth).id, values))

    def at(self, moment: datetime) -> Player:
        self.now = moment
        return self.step(FireTimers())

    def after(self, **span: float) -> Player:
        return self.at(self.now + timedelta(**span))

    def message(self, name: str, **values: Any) -> Player:
        return self.step(DeliverMessage(name, values))

    def signal(self, name: str, **values: Any) -> Player:
        return self.step(DeliverSignal(name, values))

    def call(self, element: str) -> ServiceCall:
        return next(call for call in self.calls.values() if call.element_id == element)

    def finish(self, element: str, result: Any = None) -> Player:
        return self.step(FinishService(self.call(element).task_id, result))

    def fail(self, element: str, message: str = "no", error_code: str | None = None) -> Player:
        return self.step(FailService(self.call(element).task_id, message, error_code))

    def incident(self, element: str) -> IncidentFact:
        return next(fact for fact in self.incidents.values() if fact.element_id == element)

    def retry(self, element: str, **values: Any) -> Player:
        return self.step(RetryIncident(self.incident(element).task_id, values))

    def cancel(self) -> Player:
        return self.step(Cancel("no longer needed"))

    # -- book-keeping, and what must hold after every step -------------------------------------

    def _take(self, advance: Advance) -> Player:
        self.last = advance
        for closed in advance.closed:
            del self.open[closed.id]
        self.open |= {task.id: task for task in advance.opened}
        self.calls |= {call.task_id: call for call in advance.service_calls}
        for task_id in advance.resolved_incidents:
            del self.incidents[task_id]
        self.incidents |= {fact.task_id: fact for fact in advance.incidents}
        for fact in advance.facts:
            if fact.event == "completed" and fact.detail.get("instances") != 0:
                self.passed.append(f"~{fact.element_id}" if fact.element_type == "sequenceFlow" else fact.element_id)
            elif fact.event == "cancelled":
                self.cancelled.append(fact.element_id)
                self.calls.pop(fact.task_id or "", None)
        self._only_drawn()
        self._check()
        return self

    def _only_drawn(self) -> None:
        """No id that the engine has made is shown: they all hold a bracket, which no id of XML can."""
        last = self.last
        shown = {each.element_id for each in (*last.facts, *last.opened, *last.timers, *last.subscriptions)}
        shown |= {each.element_id for each in (*last.incidents, *last.service_calls)} | set(last.active_elements)
        shown |= {event.element_id for event in last.thrown if event.element_id}
        assert not [name for name in shown if "[" in name or "(" in name], "a generated id is shown"

    def _check(self) -> None:
        if self.ended:
            assert not self.open, "an ended instance has open tasks"
            assert not self.last.timers
            assert not self.last.subscriptions
        elif not any(b"conditionalEventDefinition" in file.content for file in self.source.files):
            alive = self.open or self.calls or self.incidents or self.last.timers or self.last.subscriptions
            assert alive, "nobody and nothing can move the instance"


def play(body: str, *lines: str, top: str = "", **values: Any) -> Player:
    """Start one process of this body and these flows."""
    return Player(source(bpmn(process(body, *lines, top=top)))).start(**values)


class StraightPlayer(Player):
    """The same verbs on one instance that stays in memory, saved and loaded never."""

    def __init__(self, definition: DefinitionSource, **more: Any) -> None:
        super().__init__(definition, **more)
        self._case: Any = None

    def start(self, *, event: Any = None, start_id: str | None = None, **values: Any) -> Player:
        definition = parser.definition_of(self.source)
        engine = ModelScriptEngine(_sandbox, definition, self.context)
        self._case = Case(definition, engine, StepLog())
        self._case.started_at = self.now
        starts.start(self._case, dict(values), event, start_id)
        return self._run()

    def step(self, command: Command) -> Player:
        self._case.log = StepLog()
        engine = ModelScriptEngine(_sandbox, self._case.definition, self.context)
        engine.started_at = self._case.started_at
        self._case.engine = engine
        commands.HANDLERS[type(command)](self._case, command)
        return self._run(timers=isinstance(command, FireTimers))

    def _run(self, timers: bool = False) -> Player:
        budget = Budget(10_000, StepTime(60))
        run(self._case, budget)
        while timers and not self._case.ended and (due := due_timers(self._case, self.now)):
            token, index = due[0]
            token.task_spec.fire(token, index)
            run(self._case, budget)
        return self._take(advance_of(self._case, serializer.save(self._case)))
