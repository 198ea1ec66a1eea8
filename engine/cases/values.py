"""Cases and tasks as the services give them: frozen values, and the rules that stand on them.

Here too nothing does I/O. `UserTask` knows who may claim and complete it; services ask
the value and the web shows the same answer before anybody presses a button.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from engine.errors import AlreadyClaimed, InstanceEnded, NotAllowed, NotAssignee, TaskNotOpen
from engine.model import Actor, OpenedTask, Variables

ADMINISTRATORS = "administrator@"
"""The pool that gets a task for which nobody was found."""

PLAIN, CONFIDENTIAL = "普通", "密"

Status = Literal["active", "completed", "cancelled", "error"]
SUSPENDED = "suspended"
"""Asked for among cases like a status: those that are open and suspended."""


def effective_person(actor: Actor) -> str:
    """Whose tasks the actor works on: the person stood in for, else their own."""
    return actor.on_behalf_of or actor.person_id


def effective_name(actor: Actor) -> str:
    """The name that belongs to `effective_person`."""
    return (actor.on_behalf_of_name or actor.on_behalf_of) if actor.on_behalf_of else actor.name


def candidate_keys(actor: Actor) -> list[str]:
    """Every candidate text the actor answers to, sorted."""
    return sorted({*actor.groups, f"user:{effective_person(actor)}"})


def offered_to(task: OpenedTask) -> list[str]:
    """The candidate texts of a task that a step has opened; a bare role means whoever has it anywhere."""
    groups = [group if "@" in group or ":" in group else f"{group}@" for group in task.candidate_groups]
    return [*(f"user:{person}" for person in task.candidate_users), *groups]


def is_for(task: OpenedTask, actor: Actor) -> bool:
    """Whether a task that a step has opened is the actor's, or theirs to claim."""
    return _is_for(task.assignee, offered_to(task), actor)


def is_open_for(task: Mapping[str, Any], actor: Actor) -> bool:
    """The same of one of the `open_tasks` of a case."""
    return _is_for(task["assignee"], task["candidates"], actor)


def _is_for(assignee: str | None, candidates: Iterable[str], actor: Actor) -> bool:
    if assignee is not None:
        return assignee == effective_person(actor)
    return not set(candidate_keys(actor)).isdisjoint(candidates)


def has_role(actor: Actor, *roles: str) -> bool:
    """Whether the actor holds one of `roles` anywhere."""
    return any(f"{role}@" in actor.groups for role in roles)


@dataclass(frozen=True)
class ProcessInstance:
    """A case (案件): one run of a definition, with its header."""

    id: UUID
    definition_id: UUID
    process_key: str
    business_key: str
    """案號."""
    status: Status
    revision: int
    started_at: datetime
    started_by: str
    started_by_name: str
    updated_at: datetime
    subject: str
    ended_at: datetime | None = None
    end_reason: str | None = None
    owning_unit: str | None = None
    applicant_agency: str | None = None
    applicant_agency_label: str | None = None
    applicant_unit: str | None = None
    applicant_unit_label: str | None = None
    lead_agency: str | None = None
    """主辦機關."""
    lead_agency_label: str | None = None
    handler: str | None = None
    handler_label: str | None = None
    speed: str | None = None
    security_class: str = PLAIN
    received_at: datetime | None = None
    due_at: datetime | None = None
    doc_no_in: str | None = None
    doc_no_out: str | None = None
    retention_class: str | None = None
    source: str | None = None
    outcome: str | None = None
    clock: Literal["running", "stopped"] = "running"
    suspended_at: datetime | None = None
    """Since when nothing may move it (暫停); None: it runs."""
    active_elements: tuple[str, ...] = ()
    process_name: str = ""
    process_name_en: str | None = None
    version: int = 0
    has_incident: bool = False
    is_synthetic: bool = False
    """It was made up for a demonstration (variable `synthetic`), and is marked so wherever it is shown."""
    open_tasks: tuple[Mapping[str, Any], ...] = ()
    """Where the case is now: `{id, name, name_en, label, assignee_name, candidates, created_at}` of each open task."""

    @property
    def is_open(self) -> bool:
        """Whether the case still runs."""
        return self.status == "active"

    @property
    def is_suspended(self) -> bool:
        """Whether nothing may move it until it is resumed."""
        return self.is_open and self.suspended_at is not None

    @property
    def is_confidential(self) -> bool:
        """Whether only the named people may see it (密)."""
        return self.security_class == CONFIDENTIAL

    def ensure_open(self) -> None:
        """Raises InstanceEnded when the case has ended; says when and how."""
        if not self.is_open:
            raise InstanceEnded(
                business_key=self.business_key, status=self.status, ended_at=self.ended_at, reason=self.end_reason
            )


WATCHERS = ("control_officer", "operator", "administrator")
"""Roles that watch over every case they see."""


def watches_over(instance: ProcessInstance, actor: Actor) -> bool:
    """Whether the actor may end or suspend the case of others: by role, or as the registrar of the owning unit."""
    return (
        actor.is_system
        or has_role(actor, *WATCHERS)
        or bool(instance.owning_unit and f"registrar@{instance.owning_unit}" in actor.groups)
    )


@dataclass(frozen=True)
class UserTask:
    """One piece of work for a person."""

    id: UUID
    instance_id: UUID
    element_id: str
    name: str
    state: Literal["open", "completed", "cancelled"]
    candidates: tuple[str, ...]
    """Who may claim it: `user:<person>`, `role@unit`, `role@`, `head@unit`, `superior:<person>`."""
    created_at: datetime
    name_en: str | None = None
    label: str | None = None
    lane: str | None = None
    form_key: str | None = None
    assignee: str | None = None
    assignee_name: str | None = None
    claimed_at: datetime | None = None
    claimed_by_name: str | None = None
    due_at: datetime | None = None
    follow_up_at: datetime | None = None
    priority: int = 50
    kind: Literal["handle", "countersign", "approval"] = "handle"
    """主辦, 會辦 or 待核."""
    sent_by: str | None = None
    sent_by_name: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    closed_by_name: str | None = None
    definition_id: UUID | None = None
    process_key: str = ""
    business_key: str = ""
    subject: str = ""
    suspended_at: datetime | None = None
    """Since when nothing may move its case; None: it runs."""

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.state == "open"

    @property
    def is_suspended(self) -> bool:
        """Whether its answer is not taken until its case is resumed."""
        return self.is_open and self.suspended_at is not None

    def is_candidate(self, actor: Actor) -> bool:
        """Whether the task was offered to the actor, by name or by role."""
        return not set(candidate_keys(actor)).isdisjoint(self.candidates)

    def may_claim(self, actor: Actor) -> bool:
        """Whether `ensure_claimable_by` would pass."""
        return self.is_open and self.assignee is None and self.is_candidate(actor)

    def may_complete(self, actor: Actor) -> bool:
        """Whether `ensure_completable_by` would pass."""
        return self.is_open and self.assignee == effective_person(actor)

    def ensure_open(self) -> None:
        """Raises TaskNotOpen when the task is closed; says who closed it and when."""
        if not self.is_open:
            raise TaskNotOpen(task=self.name, who=self.closed_by_name, at=self.closed_at, state=self.state)

    def ensure_claimable_by(self, actor: Actor) -> None:
        """Check that the actor may take the task.

        Raises:
            TaskNotOpen: it was completed or cancelled meanwhile; says who and when.
            AlreadyClaimed: somebody has it; says who and since when.
            NotAllowed: it was not offered to the actor.
        """
        self.ensure_open()
        if self.assignee is not None:
            raise AlreadyClaimed(task=self.name, who=self.assignee_name or self.assignee, at=self.claimed_at)
        if not self.is_candidate(actor):
            raise NotAllowed("This task was not offered to you.", task=self.name)

    def ensure_completable_by(self, actor: Actor) -> None:
        """Check that the actor may hand in the answer: the task must be theirs.

        Raises:
            TaskNotOpen: it was completed or cancelled meanwhile; says who and when.
            NotAssignee: the actor has not claimed it; says who has it.
        """
        self.ensure_open()
        if self.assignee != effective_person(actor):
            raise NotAssignee(task=self.name, who=self.assignee_name or self.assignee, at=self.claimed_at)


@dataclass(frozen=True)
class TaskRow:
    """One line of the inbox: a task and what its case's header says."""

    task: UserTask
    doc_no_in: str | None
    subject: str
    source: str | None
    speed: str | None
    due_at: datetime | None
    """The task's deadline, else the case's."""
    case_due_at: datetime | None
    security_class: str
    handler_label: str | None
    applicant_agency_label: str | None
    process_name: str
    process_name_en: str | None
    case_status: str
    waiting_for_others: int
    """會辦未回: other open tasks of the same case."""
    followed: bool = False


Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the key that asks for the next ones."""

    rows: tuple[Row, ...]
    after: str | None = None
    """Pass it on as `after` for the next page; None: this was the last."""


Tab = Literal["pending", "mine", "countersign", "approval", "overdue", "deputy", "following", "done"]
TABS: tuple[Tab, ...] = ("pending", "mine", "countersign", "approval", "overdue", "deputy", "following", "done")
"""待簽收 主辦 會辦 待核 逾期 代理 追蹤 已結."""


@dataclass(frozen=True)
class InboxQuery:
    """Which tasks, in which order, from where on."""

    tab: Tab = "pending"
    text: str = ""
    sort: str = "due"
    """`due`, `created`, `subject`, `business_key`, `speed`, `task`, `sent_by`, `priority`; `closed` in done."""
    descending: bool = False
    filters: Mapping[str, str] = field(default_factory=dict)
    """`process`, `speed`, `security_class`, `source`, `element`, `agency`."""
    after: str | None = None
    limit: int = 25


@dataclass(frozen=True)
class InstanceQuery:
    """Which cases, in which order, from where on."""

    text: str = ""
    scope: Literal["visible", "started", "took_part", "following"] = "visible"
    """`started` and `took_part` are the two halves of "my cases"."""
    process_key: str | None = None
    status: str | None = None
    """A `Status`, or `SUSPENDED`."""
    filters: Mapping[str, str] = field(default_factory=dict)
    """`business_key`, `speed`, `source`, `outcome`, `handler`, `agency`, `unit`, `security_class`, `overdue`."""
    started_from: datetime | None = None
    started_before: datetime | None = None
    sort: str = "started"
    """`started`, `updated`, `due`, `business_key`, `subject`, `ended`."""
    descending: bool = True
    after: str | None = None
    limit: int = 25


@dataclass(frozen=True)
class HistoryEntry:
    """Who did what, when, for whom; values before and after."""

    instance_id: UUID
    seq: int
    occurred_at: datetime
    recorded_at: datetime
    actor: str
    actor_name: str
    verb: str
    """`case.started`, `task.completed`, `task.claimed`, `incident.opened` … (`engine.history.chain.VERBS`)."""
    on_behalf_of: str | None = None
    on_behalf_of_name: str | None = None
    element_id: str | None = None
    task_id: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    values: Variables = field(default_factory=dict)
    """`given`, `before`, `after`, `decisions`; empty once erased."""
    erased_at: datetime | None = None

    @property
    def id(self) -> str:
        """`<instance>.<seq>`, what `erase` takes."""
        return f"{self.instance_id}.{self.seq}"


@dataclass(frozen=True)
class Notification:
    """Something a person should know: work came, is due, is late, came back; what became of what they submitted."""

    id: UUID
    person_id: str
    kind: str
    instance_id: UUID | None
    """None where it is about a deployment that was submitted."""
    task_id: UUID | None
    params: Mapping[str, Any]
    created_at: datetime
    read_at: datetime | None = None
    request_id: UUID | None = None
    business_key: str = ""
    subject: str = ""


@dataclass(frozen=True)
class WorkRow:
    """How much open work a person (or a pool) of a unit has, for its supervisor."""

    person_id: str | None
    """None: the tasks nobody has claimed."""
    person_name: str | None
    tasks: tuple[TaskRow, ...]
