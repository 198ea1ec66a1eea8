"""Plays one case: a clock that the case moves, the executor, and the forms that people would see."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from engine import feel, forms
from engine.calendar.working_days import WorkCalendar
from engine.casetest.checking import differences, same, show
from engine.casetest.loading import Case, Step, instant, typed
from engine.errors import EngineError
from engine.model import (
    Advance,
    CompleteTask,
    DefinitionSource,
    DeliverMessage,
    DeliverSignal,
    Execution,
    FailService,
    FinishService,
    FireTimers,
    OpenedTask,
    RetryIncident,
    ServiceCall,
    StepContext,
)
from engine.spiff import Executor, ProcessOutline
from engine.spiff.functions import build as functions_of

MAX_FIRINGS = 500
"""A case whose timers fire more often than this while the clock moves once is not a case but a loop."""
NO_FORM = forms.parse(b'{"type": "default", "schemaVersion": 19, "components": []}', "none.form")


class Mismatch(Exception):
    """The case does not go as its file says."""


@dataclass(frozen=True)
class Outcome:
    """What came of one case. It has passed when there are no problems."""

    case: Case
    restored: bool
    """Whether the instance was loaded and saved once more between every two steps."""
    problems: tuple[str, ...]
    elements: frozenset[str]
    """Drawn nodes that were passed or stand open at the end."""
    flows: frozenset[str]
    steps: int
    variables: Mapping[str, Any] = field(default_factory=dict)
    """The case's variables where it was left."""
    asked: frozenset[str] = frozenset()
    """Who was asked to do a task, as candidate texts."""

    @property
    def passed(self) -> bool:
        """Whether all went as the file says."""
        return not self.problems


@dataclass(frozen=True)
class Player:
    """Everything a case needs besides its own file."""

    executor: Executor
    calendar: WorkCalendar
    source: DefinitionSource
    outline: ProcessOutline
    form_of: Callable[[str], forms.FormDefinition]

    def play(self, case: Case, *, restored: bool = False) -> Outcome:
        """Play a case to its end, or to the first thing that is not as its file says."""
        game = _Game(self, case, restored)
        try:
            game.start()
            for step in case.steps:
                game.take(step)
            game.finish()
        except Mismatch as mismatch:
            game.problem(str(mismatch))
        except EngineError as error:
            game.problem(f"{type(error).__name__}: {error}")
        return Outcome(
            case=case,
            restored=restored,
            problems=tuple(game.problems),
            elements=frozenset(game.elements),
            flows=frozenset(game.flows),
            steps=game.moves,
            variables=game.advance.variables if game.advance else {},
            asked=frozenset(game.asked),
        )


class _Game:
    """One case being played."""

    def __init__(self, player: Player, case: Case, restored: bool) -> None:
        self.player, self.case, self.restored = player, case, restored
        self.now = case.starts_at
        self.problems: list[str] = []
        self.elements: set[str] = set()
        self.flows: set[str] = set()
        self.sent: list[str] = []
        self.asked: set[str] = set()
        self.open: dict[str, OpenedTask] = {}
        self.calls: deque[ServiceCall] = deque()
        self.incidents: dict[str, tuple[str, str]] = {}
        self.unforeseen: dict[str, str] = {}
        """Incidents that no step of the case mends, by element: a case does not pass over them."""
        self.moves = 0
        self.place = "start"
        self.advance: Advance | None = None
        self.end_events: list[str] = []
        name = str(case.start.get("by") or "")
        self.initiator = {"id": name, "label": name} if name else None
        self.instance_id = str(uuid.uuid5(uuid.NAMESPACE_URL, case.id))
        self.business_key = str(case.start.get("business_key") or "TEST-1")

    # -- the steps of a case ------------------------------------------------------------

    def start(self) -> None:
        given = self.case.start
        message = given.get("message")
        event = DeliverMessage(message["name"], message.get("payload") or {}) if message else None
        begins_at = given.get("event")
        values: Mapping[str, Any] = given.get("values") or {} if begins_at else {}
        if event is None and begins_at is None:
            form_key = self.player.outline.start_form()
            values = self._answer(form_key, given.get("values") or {}, {}, given)
            if given.get("refused"):
                return
        context = self._context()
        self._record(self.player.executor.start(self.player.source, context, values, event=event, start_id=begins_at))

    def take(self, step: Step) -> None:
        if self.advance is None:
            raise Mismatch("the start form is refused, so there is nothing to go on with")
        self.place = f"step {step.number} ({step.kind} {step.subject})".replace(" )", ")")
        if step.kind != "service":
            self._answer_calls()
        if "at" in step.given:
            self._move_to(instant(step.given["at"]))
        if "after" in step.given:
            self._move_to(self.now + _duration(step.given["after"]))
        getattr(self, f"_take_{step.kind}")(step.given)

    def finish(self) -> None:
        self.place = "expect"
        if self.advance is None:
            return
        self._answer_calls()
        expect = self.case.expect
        if "ended" in expect:
            wanted = expect["ended"] or None
            if self.advance.ended != wanted:
                self.problem(f"expected ended: {wanted}, is {self.advance.ended}; open: {self._open_names()}")
        elif self.advance.ended is None and "open" not in expect and "incident" not in expect:
            self.problem(f"still open at the end: {self._open_names()}; say `ended`, `open` or go on")
        if "end" in expect and expect["end"] not in self.end_events:
            self.problem(f"expected end event {expect['end']}, reached {self.end_events or 'none'}")
        for element in expect.get("visited") or ():
            if element not in self.elements:
                self.problem(f"expected to pass {element}")
        for element in expect.get("not_visited") or ():
            if element in self.elements:
                self.problem(f"expected not to pass {element}")
        if "sent" in expect and sorted(expect["sent"] or ()) != sorted(self.sent):
            self.problem(f"expected messages {expect['sent']}, sent {self.sent}")
        self._check_incidents(expect.get("incident"))
        self._check(expect)

    def _take_task(self, given: Mapping[str, Any]) -> None:
        task = self._task(given["task"], given.get("label"))
        names = self.player.executor.variables(self._execution(), task.id)
        values = self._answer(task.form_key, given.get("values") or {}, names, given)
        if not given.get("refused"):
            self._step(CompleteTask(task.id, values))

    def _take_wait(self, given: Mapping[str, Any]) -> None:
        self._move_to(self.now + _duration(given["wait"]))

    def _take_until(self, given: Mapping[str, Any]) -> None:
        self._move_to(instant(given["until"]))

    def _take_message(self, given: Mapping[str, Any]) -> None:
        self._step(DeliverMessage(given["message"], given.get("values") or {}))

    def _take_signal(self, given: Mapping[str, Any]) -> None:
        self._step(DeliverSignal(given["signal"], given.get("values") or {}))

    def _take_service(self, given: Mapping[str, Any]) -> None:
        call = next((call for call in self.calls if call.connector == given["service"]), None)
        if call is None:
            raise Mismatch(f"nobody calls {given['service']}")
        self.calls.remove(call)
        if "fail" in given:
            self._step(FailService(call.task_id, str(given["fail"]), given.get("error_code")))
        else:
            self._step(FinishService(call.task_id, given.get("result") or {}))

    def _take_expect(self, given: Mapping[str, Any]) -> None:
        self._check(given["expect"])

    def _take_correct(self, given: Mapping[str, Any]) -> None:
        element = given["correct"]
        task_id = next((key for key, (at, _) in self.incidents.items() if at == element), None)
        if task_id is None:
            raise Mismatch(f"no incident at {element}")
        del self.incidents[task_id]
        self.unforeseen.pop(element, None)
        self._step(RetryIncident(task_id, given.get("values") or {}))

    # -- forms --------------------------------------------------------------------------

    def _answer(
        self, form_key: str | None, values: Mapping[str, Any], names: Mapping[str, Any], given: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """The values as the form takes them; every error of the form is a mismatch unless the case expects it."""
        form = self.player.form_of(form_key) if form_key else NO_FORM
        unknown = sorted(set(values) - {field.key.partition(".")[0] for field in form.fields if field.key})
        if unknown:
            raise Mismatch(f"form {form_key} has no field {', '.join(unknown)}")
        functions = functions_of(self._context())
        known = {**names, "business_key": self.business_key, "initiator": self.initiator}
        result = forms.validate(form, typed(values), known, self.now, functions=functions)
        refused = sorted(given.get("refused") or ())
        if sorted(result.errors) != refused:
            told = {path: [str(m) for m in messages] for path, messages in result.errors.items()}
            raise Mismatch(f"form {form_key}: " + (f"expected errors at {refused}, " if refused else "") + show(told))
        return result.values

    # -- the clock and the executor -------------------------------------------------------

    def _move_to(self, target: datetime) -> None:
        if target < self.now:
            raise Mismatch(f"the clock cannot go back from {show(self.now)} to {show(target)}")
        for _ in range(MAX_FIRINGS):
            due = [wait.due_at for wait in self.advance.timers if wait.due_at <= target] if self.advance else []
            if not due or (self.advance and self.advance.ended):
                break
            self.now = max(self.now, min(due))
            self._step(FireTimers())
            self._answer_calls()
        else:
            raise Mismatch(f"more than {MAX_FIRINGS} timers before {show(target)}")
        self.now = target

    def _answer_calls(self) -> None:
        while self.calls:
            self._step(FinishService(self.calls.popleft().task_id, {}))

    def _context(self) -> StepContext:
        return StepContext(
            now=self.now,
            calendar=self.player.calendar,
            instance_id=self.instance_id,
            business_key=self.business_key,
            initiator=self.initiator,
        )

    def _execution(self) -> Execution:
        assert self.advance is not None
        return Execution(self.player.source, self.advance.state)

    def _step(self, command: Any) -> None:
        self._record(self.player.executor.step(self._execution(), command, self._context()))
        if self.restored and self.advance is not None and self.advance.ended is None:
            self._restore()

    def _restore(self) -> None:
        """Load and save once more: nothing may change by it."""
        before = self.advance
        assert before is not None
        early = StepContext(self.case.starts_at - timedelta(days=1), self.player.calendar, self.instance_id)
        after = self.player.executor.step(self._execution(), FireTimers(), early)
        for what in ("variables", "timers", "subscriptions", "active_elements"):
            if getattr(after, what) != getattr(before, what):
                raise Mismatch(f"{what} are not the same after saving and restoring")
        self._record(after)

    def _record(self, advance: Advance) -> None:
        self.advance = advance
        self.moves += 1
        for closed in advance.closed:
            self.open.pop(closed.id, None)
        for task in advance.opened:
            self.open[task.id] = task
            self.elements.add(task.element_id)
            if not _candidates(task):
                raise Mismatch(f"nobody is asked to do {task.element_id}")
            self.asked.update(_candidates(task))
        for fact in advance.facts:
            if fact.element_type == "sequenceFlow":
                self.flows.add(fact.element_id)
            elif fact.event != "cancelled":
                self.elements.add(fact.element_id)
                if fact.element_type == "endEvent":
                    self.end_events.append(fact.element_id)
        self.calls = deque(call for call in self.calls if self._still_waits(call))
        self.calls.extend(advance.service_calls)
        self.sent.extend(event.name for event in advance.thrown if event.kind == "message")
        for task_id in advance.resolved_incidents:
            self.incidents.pop(task_id, None)
        for incident in advance.incidents:
            self.incidents[incident.task_id] = (incident.element_id, incident.message)
            self.unforeseen[incident.element_id] = incident.message

    def _still_waits(self, call: ServiceCall) -> bool:
        assert self.advance is not None
        return call.element_id in self.advance.active_elements

    # -- looking ------------------------------------------------------------------------

    def _task(self, element: str, label: Any) -> OpenedTask:
        found = [task for task in self.open.values() if task.element_id == element]
        if label is not None:
            found = [task for task in found if same(label, task.label)]
        if not found:
            raise Mismatch(f"{element} is not open; open: {self._open_names()}; incidents: {self._incident_text()}")
        if len(found) > 1 and len({task.label for task in found}) > 1:
            raise Mismatch(f"{element} is open {len(found)} times; say `label`")
        return found[0]

    def _check(self, wanted: Mapping[str, Any]) -> None:
        assert self.advance is not None
        if "open" in wanted:
            found = self._open_names()
            if sorted(wanted["open"] or ()) != found:
                self.problem(f"expected open {sorted(wanted['open'] or ())}, open {found}")
        for element, due in (wanted.get("due") or {}).items():
            task = self._task(element, None)
            if not same(due, task.due_at):
                self.problem(f"{element}: expected due {show(due)}, is due {show(task.due_at)}")
        for element, groups in (wanted.get("who") or {}).items():
            task = self._task(element, None)
            who = _candidates(task)
            if sorted(groups if isinstance(groups, list) else [groups]) != sorted(who):
                self.problem(f"{element}: expected to ask {groups}, asks {who}")
        if "waiting" in wanted:
            names = sorted({wait.element_id for wait in self.advance.timers})
            if not set(wanted["waiting"]) <= set(names):
                self.problem(f"expected timers {wanted['waiting']}, waits for {names}")
        for text in differences(wanted.get("variables") or {}, self.advance.variables):
            self.problem(text)

    def _check_incidents(self, wanted: str | None) -> None:
        found = sorted({element for element, _ in self.incidents.values()})
        if wanted and found != [wanted]:
            self.problem(f"expected incident {wanted}, found {found or 'none'}")
        for element, message in self.unforeseen.items():
            if element != wanted:
                self.problem(f"incident at {element}: {message}")

    def _open_names(self) -> list[str]:
        return sorted(task.element_id for task in self.open.values())

    def _incident_text(self) -> str:
        return "; ".join(f"{element}: {message}" for element, message in self.incidents.values())

    def problem(self, text: str) -> None:
        self.problems.append(f"{self.place}: {text}")


def _candidates(task: OpenedTask) -> list[str]:
    people = [task.assignee] if task.assignee else list(task.candidate_users)
    return [*(f"user:{person}" for person in people), *task.candidate_groups]


def _duration(text: Any) -> timedelta:
    value = feel.parse(f"duration({_quoted(str(text))})").evaluate({}).value
    delta = getattr(value, "timedelta", value)
    if not isinstance(delta, timedelta):
        raise Mismatch(f"not a duration of days and time: {text}")
    return delta


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "") + '"'
