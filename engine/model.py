"""The engine's frozen values: what its services take and give.

Nothing here does I/O and nothing here knows how a value is stored, run or shown.
Times are aware datetimes. Variables hold plain Python values: None, bool, int,
Decimal, str, date, time, aware datetime, FEEL durations, lists and string-keyed
dicts of these; `engine.codec` is the one place that turns them into JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

Variables = Mapping[str, Any]


@dataclass(frozen=True)
class Actor:
    """Who acts. `on_behalf_of` names the person a deputy stands in for (甲代乙)."""

    person_id: str
    name: str
    on_behalf_of: str | None = None
    on_behalf_of_name: str | None = None
    groups: frozenset[str] = frozenset()
    """Candidate keys this person answers to: `role@unit`, `head@unit`, `role@`."""
    is_system: bool = False


SYSTEM = Actor(person_id="system", name="系統", is_system=True)


# -- definitions ------------------------------------------------------------------


@dataclass(frozen=True)
class SourceFile:
    """One file of a deployment: `petition.bpmn`, `sla.dmn`, `intake.form`, `letters/reply.yaml`."""

    name: str
    content: bytes

    @property
    def kind(self) -> str:
        """`bpmn`, `dmn`, `form` or `yaml`, by the file's ending."""
        return self.name.rpartition(".")[2].lower()


@dataclass(frozen=True)
class DefinitionSource:
    """Everything a process needs to run, named by the hash of its content."""

    digest: str
    process_id: str
    files: tuple[SourceFile, ...]


@dataclass(frozen=True)
class ProcessDefinition:
    """One version of one process."""

    id: UUID
    key: str
    version: int
    name: str
    digest: str
    deployment_id: UUID
    deployed_at: datetime
    deployed_by: str
    is_current: bool = True
    name_en: str | None = None
    documentation: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)
    """Process-level `camunda:property` values: `casePrefix`, `caseSubject`, …"""

    @property
    def is_part(self) -> bool:
        """Whether only other processes start it: it never has cases of its own."""
        return self.properties.get("instantiable") == "false"


@dataclass(frozen=True)
class Deployment:
    """Files taken in together, never changed after."""

    id: UUID
    definitions: tuple[ProcessDefinition, ...]
    deployed_at: datetime
    deployed_by: str
    note: str = ""
    approved_by: str | None = None


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or risky, in a file that someone wants to deploy."""

    code: str
    """Stable, kebab-case: `gateway-without-condition`."""
    level: Literal["error", "warning", "todo"]
    file: str
    element_id: str | None
    element_name: str | None
    message_zh: str
    message_en: str
    line: int | None = None
    remedy_zh: str = ""
    remedy_en: str = ""
    """What to do about it."""
    rules: tuple[str, ...] = ()
    """The numbered rules of the standard that it breaks: `EXT025`."""

    @property
    def blocks(self) -> bool:
        """Whether it keeps the files from being deployed: an error does, and a gap still to be filled."""
        return self.level != "warning"

    def text(self, lang: str) -> str:
        """The message in `lang` (anything that starts with `zh` is Chinese)."""
        return self.message_zh if lang.startswith("zh") else self.message_en

    def remedy(self, lang: str) -> str:
        """What to do about it, in `lang`."""
        return self.remedy_zh if lang.startswith("zh") else self.remedy_en


@dataclass(frozen=True)
class FormUse:
    """The variables that a form shows or reckons with, and those that its answer writes."""

    reads: frozenset[str]
    writes: frozenset[str]


# -- the seam: into and out of engine.spiff ----------------------------------------


@dataclass(frozen=True)
class StepContext:
    """What a step may know of the world around its instance."""

    now: datetime
    calendar: Any  # engine.calendar.WorkCalendar
    instance_id: str = ""
    business_key: str | None = None
    initiator: Mapping[str, str] | None = None
    """`{"id": …, "label": …}` of who started the case; FEEL name `initiator`."""
    max_seconds: float = 3.0
    """Of work, wherever it is done; short of five, in which a step must have ended on a machine of its own: one
    expression or script more may take a second."""
    max_tasks: int = 10_000
    held: str = ""
    """Why nothing may go on by itself; what would run next is kept with this as its incident."""


@dataclass(frozen=True)
class Execution:
    """A saved instance, ready to be stepped: its definition and its opaque state."""

    source: DefinitionSource
    state: bytes


@dataclass(frozen=True)
class CompleteTask:
    """A person hands in their answer."""

    task_id: str
    variables: Variables


@dataclass(frozen=True)
class FireTimers:
    """Let every timer that is due at the context's `now` fire."""


@dataclass(frozen=True)
class DeliverMessage:
    """Give a message to the one catcher of this instance that waits for it."""

    name: str
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True)
class DeliverSignal:
    """Let a signal reach every catcher of this instance that waits for it."""

    name: str
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True)
class FinishService:
    """A connector has answered for the service task `task_id`."""

    task_id: str
    result: Any = None


@dataclass(frozen=True)
class FailService:
    """A connector gave up. `error_code` is set when it raised a BPMN error."""

    task_id: str
    message: str
    error_code: str | None = None


@dataclass(frozen=True)
class RetryIncident:
    """Run the failed element again, after laying `variables` over its data."""

    task_id: str
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True)
class Resume:
    """Ask anew for all that the instance waits for, after laying `variables` over its own; nothing is done twice."""

    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True)
class Cancel:
    """End the instance where it stands."""

    reason: str


Command = (
    CompleteTask
    | FireTimers
    | DeliverMessage
    | DeliverSignal
    | FinishService
    | FailService
    | RetryIncident
    | Resume
    | Cancel
)


@dataclass(frozen=True)
class MigrationProblem:
    """Why an instance cannot be moved to another version as it stands."""

    code: str
    """`gone`, `kind`, `place`, `flow` or `undo`."""
    element_id: str
    """In the version that the instance runs with."""
    element_name: str
    message_zh: str
    message_en: str


Begun = DeliverMessage | DeliverSignal | tuple[DeliverMessage | DeliverSignal, ...] | None
"""What begins a case: a message or signal, all that a parallel multiple start event has gathered, or neither: a
person, the clock, a condition."""


@dataclass(frozen=True)
class OpenedTask:
    """A user or manual task that now waits for a person."""

    id: str
    element_id: str
    name: str
    lane: str | None = None
    assignee: str | None = None
    """A person's id, already evaluated; None when the task goes to candidates."""
    candidate_users: tuple[str, ...] = ()
    candidate_groups: tuple[str, ...] = ()
    """`role@unit`, `role@` (anywhere), `head@unit`, `superior:person`."""
    form_key: str | None = None
    due_at: datetime | None = None
    follow_up_at: datetime | None = None
    priority: int = 50
    label: str | None = None
    """For one of many (multi-instance): what it is about, e.g. a unit's or person's name."""
    name_en: str | None = None
    kind: Literal["handle", "countersign", "approval"] | None = None
    """Which tab of the inbox it belongs to, where the diagram says so (property `kind`)."""


@dataclass(frozen=True)
class ClosedTask:
    """A user task that is not open any more, and why."""

    id: str
    reason: Literal["completed", "cancelled"]


@dataclass(frozen=True)
class TimerWait:
    """A timer the instance waits for. `task_id` is stable across saves."""

    task_id: str
    element_id: str
    due_at: datetime


@dataclass(frozen=True)
class Subscription:
    """A message or signal the instance waits for."""

    task_id: str
    element_id: str
    kind: Literal["message", "signal"]
    name: str


@dataclass(frozen=True)
class ThrownEvent:
    """A message or signal sent by this step, to be delivered after commit.

    A signal has reached the catchers of its own instance within the step: it is for
    every other instance. A message has reached nobody yet.
    """

    kind: Literal["message", "signal"]
    name: str
    variables: Variables = field(default_factory=dict)
    business_keys: tuple[str, ...] = ()
    """Targets of a message; empty: start events and catchers without correlation."""
    element_id: str | None = None


@dataclass(frozen=True)
class ServiceCall:
    """A connector the worker must call after commit."""

    task_id: str
    element_id: str
    connector: str
    arguments: Variables = field(default_factory=dict)


@dataclass(frozen=True)
class IncidentFact:
    """An automatic step failed and waits for an operator."""

    task_id: str
    element_id: str
    element_name: str
    kind: Literal["script", "condition", "decision", "service", "assignment", "timer", "limit", "definition", "error"]
    message: str


@dataclass(frozen=True)
class ElementFact:
    """A drawn node was passed: what history and highlighting are made of."""

    element_id: str
    element_name: str
    element_type: str
    """`userTask`, `exclusiveGateway`, `endEvent`, `sequenceFlow` …"""
    event: Literal["entered", "completed", "cancelled"]
    task_id: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    """For a decision: table, rules hit, inputs, outputs."""


@dataclass(frozen=True)
class Advance:
    """What one step changed. `state` replaces the saved state as a whole."""

    state: bytes
    variables: Variables
    """The case's variables after the step, root scope, latest values."""
    opened: tuple[OpenedTask, ...] = ()
    closed: tuple[ClosedTask, ...] = ()
    timers: tuple[TimerWait, ...] = ()
    """Every timer awaited now, not only the new ones."""
    subscriptions: tuple[Subscription, ...] = ()
    """Every message and signal awaited now."""
    thrown: tuple[ThrownEvent, ...] = ()
    service_calls: tuple[ServiceCall, ...] = ()
    """Only the calls that this step asks for."""
    withdrawn_calls: tuple[str, ...] = ()
    """Task ids of calls asked for earlier whose answer nobody waits for any more."""
    incidents: tuple[IncidentFact, ...] = ()
    """Only the incidents that this step raised."""
    resolved_incidents: tuple[str, ...] = ()
    """Task ids whose incident this step mended."""
    ended: Literal["completed", "cancelled", "error"] | None = None
    facts: tuple[ElementFact, ...] = ()
    active_elements: tuple[str, ...] = ()
    """Drawn ids that hold a token now."""


@dataclass(frozen=True)
class Migration:
    """An instance as it stands in another version of its definition."""

    advance: Advance
    tasks: tuple[OpenedTask, ...]
    """Its open tasks under the other version's names and forms; who is asked and by when stays as it was."""
    elements: Mapping[str, str]
    """The drawn element of each token by its id: what tasks, timers, calls and incidents stand on now."""
