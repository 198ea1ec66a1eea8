"""Processes played in memory, under a clock that the caller moves: for scripts and tests, without a database.

    engine = LocalEngine()
    engine.deploy(SourceFile("petition.bpmn", content))
    case = engine.start("petition", {"headcount": 3})
    case.complete("intake", {"decision": "accept"})
    engine.wait(timedelta(days=3))
    print(case.state, case.elements, case.variables)

Messages and signals go from case to case as they do in the running system: a message to
one catcher, kept when it comes too early; a signal to everybody. What a start event waits
for begins cases here, too: they stand in `engine.cases`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from engine.calendar.working_days import WorkCalendar
from engine.errors import DeploymentRefused, EngineError, TaskNotOpen
from engine.local_starts import LocalStarts
from engine.model import (
    Advance,
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
    ThrownEvent,
)
from engine.sandbox import MontySandbox
from engine.spiff import Executor
from engine.spiff.outline import StartOutline

MAX_FIRINGS = 10_000
"""More steps of timers within one wait are a loop."""
LOOK_EVERY = timedelta(hours=1)
"""How far the clock moves between two looks at the conditions that start cases."""
BEGINNING = datetime(2018, 1, 15, 9, 0, tzinfo=UTC)


class LocalEngine:
    """Deployed processes and their cases. `now` is the time of all of them; `wait` moves it."""

    def __init__(self, executor: Executor | None = None, now: datetime = BEGINNING) -> None:
        self.executor = executor or Executor(MontySandbox())
        self.now = now
        self.cases: list[LocalCase] = []
        self._sources: dict[str, DefinitionSource] = {}
        self._starts = LocalStarts(self.executor, lambda: StepContext(self.now, WorkCalendar()), self._open_cases)
        self._early: list[ThrownEvent] = []

    def deploy(self, *files: SourceFile) -> tuple[str, ...]:
        """Take files in together; gives the ids of the processes that `start` can begin.

        A process that begins by events alone (a message, a signal, the clock, a condition) is not among them.
        From now on these start cases, too; of a process that was deployed before, only the new start events do.

        Raises:
            DeploymentRefused: with every finding, if one of them is an error.
            StepFailed: the timer of a start event gives no time.
        """
        findings = self.executor.lint(files)
        if any(finding.level == "error" for finding in findings):
            raise DeploymentRefused(findings)
        digest = sha256(b"".join(file.name.encode() + file.content for file in files)).hexdigest()
        outline = self.executor.outline(DefinitionSource(digest, "", files))
        ids = tuple(process.id for process in outline.processes if process.executable)
        for process_id in ids:
            self._sources[process_id] = DefinitionSource(digest, process_id, files)
        starts = [start for start in outline.starts if start.process_id in ids]
        for process_id in ids:
            self._starts.watch(self._sources[process_id], [start for start in starts if start.process_id == process_id])
        by_events = {start.process_id for start in starts if start.kind != "none"}
        by_hand = {start.process_id for start in starts if start.kind == "none"}
        return tuple(process_id for process_id in ids if process_id in by_hand or process_id not in by_events)

    def start(self, process_id: str, variables: Mapping[str, Any] | None = None) -> LocalCase:
        """Begin a case at the process's start event, and run it until it waits."""
        return self._begin(process_id, variables or {}, None)

    def wait(self, span: timedelta) -> None:
        """Let time pass; timers fire in the order in which they are due, and start events begin cases.

        Conditions that start cases are looked at where the clock stops on the way, at least once an hour.

        Raises:
            StepFailed: the condition of a start event cannot be worked out.
        """
        until = self.now + span
        self._look()
        for _ in range(MAX_FIRINGS):
            due = [(wait.due_at, case) for case in self.cases for wait in case.timers if wait.due_at <= until]
            at, case = min(due, key=lambda item: item[0], default=(until, None))
            begins = self._starts.next_due()
            starts = begins is not None and begins <= until and (case is None or begins < at)
            if self._pass(begins if starts and begins is not None else at):
                continue  # what began on the way may be due earlier
            if starts:
                self._happened(self._starts.fire(), {})
            elif case is not None:
                case.step(FireTimers())
            else:
                break

    def _pass(self, moment: datetime) -> bool:
        """Move the clock, and look at conditions on the way, until one begins a case; whether one did."""
        while self.now < moment:
            self.now = min(moment, self.now + LOOK_EVERY) if self._starts.has_conditions else moment
            if self._look():
                return True
        return False

    def _look(self) -> bool:
        risen = self._starts.risen()
        for start in risen:
            self._happened(start, {})
        return bool(risen)

    def message(self, name: str, variables: Mapping[str, Any] | None = None) -> None:
        """Send a message from outside. One that nobody waits for is kept."""
        self._deliver(ThrownEvent("message", name, variables or {}))

    def signal(self, name: str, variables: Mapping[str, Any] | None = None) -> None:
        """Send a signal from outside to every case and every process that begins with it."""
        self._deliver(ThrownEvent("signal", name, variables or {}))

    def _begin(
        self, process_id: str, variables: Mapping[str, Any], event: Any, start_id: str | None = None
    ) -> LocalCase:
        case = LocalCase(self, self._sources[process_id])
        self.cases.append(case)
        case.take(self.executor.start(case.source, case.context, variables, event=event, start_id=start_id))
        return case

    def _happened(self, start: StartOutline, variables: Mapping[str, Any]) -> None:
        """Begin a case at a start event, unless that needs more than what has happened."""
        begun = self._starts.happened(start, variables)
        if begun is not False:
            self._begin(start.process_id, {}, begun, start.id)

    def _open_cases(self, process_id: str, element: str | None) -> int:
        """How many cases of a process run; with an element, how many of them stand there."""
        running = [case for case in self.cases if case.is_open and case.source.process_id == process_id]
        return sum(element is None or element in case.active_elements for case in running)

    def _deliver(self, event: ThrownEvent, sender: LocalCase | None = None) -> None:
        waiting = [case for case in self.cases if case.waits_for(event)]
        fresh = self._starts.called_by(event.kind, event.name)
        if event.kind == "signal":
            for case in waiting:
                if case is not sender and case.waits_for(event):
                    case.step(DeliverSignal(event.name, event.variables))
            for start in fresh:
                self._happened(start, event.variables)
        elif waiting:
            waiting[0].step(DeliverMessage(event.name, event.variables))
        elif fresh:
            self._happened(fresh[0], event.variables)
        else:
            self._early.append(event)

    def _deliver_early(self, case: LocalCase) -> None:
        for event in list(self._early):
            if event in self._early and case.waits_for(event):
                self._early.remove(event)
                case.step(DeliverMessage(event.name, event.variables))


class LocalCase:
    """One case: what it did, what it waits for. Saved and restored between every two calls."""

    def __init__(self, engine: LocalEngine, source: DefinitionSource) -> None:
        self.engine = engine
        self.source = source
        self.begun_at = engine.now
        self.elements: list[str] = []
        """Drawn elements that were executed, in order."""
        self.tasks: dict[str, OpenedTask] = {}
        self.calls: dict[str, ServiceCall] = {}
        self.incidents: dict[str, IncidentFact] = {}
        self._last: Advance | None = None

    @property
    def state(self) -> str:
        """`running`, `failed` (an incident is open), or how it ended: `completed`, `cancelled`, `error`."""
        ended = self._last.ended if self._last is not None else None
        return ended or ("failed" if self.incidents else "running")

    @property
    def variables(self) -> Mapping[str, Any]:
        """The case's variables."""
        return self._last.variables if self._last is not None else {}

    @property
    def timers(self) -> tuple[Any, ...]:
        """Timers that it waits for."""
        return () if self._last is None or self._last.ended else self._last.timers

    @property
    def is_open(self) -> bool:
        """Whether it has begun and not ended."""
        return self._last is not None and self._last.ended is None

    @property
    def active_elements(self) -> tuple[str, ...]:
        """Drawn elements that hold a token now."""
        return self._last.active_elements if self._last is not None and self.is_open else ()

    @property
    def context(self) -> StepContext:
        """What a step may know of the world."""
        return StepContext(self.engine.now, WorkCalendar())

    def waits_for(self, event: ThrownEvent) -> bool:
        """Whether it waits for this message or signal."""
        last = self._last
        return (
            last is not None
            and not last.ended
            and any((wait.kind, wait.name) == (event.kind, event.name) for wait in last.subscriptions)
        )

    def complete(self, element: str, variables: Mapping[str, Any] | None = None) -> None:
        """Answer the oldest open task at an element. Raises TaskNotOpen."""
        self.step(CompleteTask(self._at(self.tasks, element), variables or {}))

    def finish(self, element: str, result: Any = None) -> None:
        """Give a connector's answer. Raises TaskNotOpen."""
        self.step(FinishService(self._at(self.calls, element), result))

    def fail(self, element: str, message: str, error_code: str | None = None) -> None:
        """Let a connector fail, as a BPMN error if it has a code. Raises TaskNotOpen."""
        self.step(FailService(self._at(self.calls, element), message, error_code))

    def retry(self, element: str, variables: Mapping[str, Any] | None = None) -> None:
        """Mend variables and run a failed element again. Raises TaskNotOpen."""
        self.step(RetryIncident(self._at(self.incidents, element), variables or {}))

    def step(self, command: Command) -> None:
        """Carry out any command."""
        if self._last is None:
            raise EngineError("The case has not begun.")
        self.take(self.engine.executor.step(Execution(self.source, self._last.state), command, self.context))

    def take(self, advance: Advance) -> None:
        """Note what a step changed, and send what it threw."""
        self._last = advance
        for kept, gone in ((self.tasks, [task.id for task in advance.closed]),
                           (self.incidents, advance.resolved_incidents)):  # fmt: skip
            for key in gone:
                kept.pop(key, None)
        self.tasks |= {task.id: task for task in advance.opened}
        self.calls |= {call.task_id: call for call in advance.service_calls}
        self.incidents |= {fact.task_id: fact for fact in advance.incidents}
        for fact in advance.facts:
            if fact.event != "entered":
                self.calls.pop(fact.task_id or "", None)
            if fact.event == "completed" and fact.element_type != "sequenceFlow" and fact.detail.get("instances") != 0:
                self.elements.append(fact.element_id)
        for event in advance.thrown:
            self.engine._deliver(event, self)
        self.engine._deliver_early(self)

    def _at(self, kept: Mapping[str, Any], element: str) -> str:
        for key, what in kept.items():
            if what.element_id == element:
                return key
        raise TaskNotOpen(task=element)
