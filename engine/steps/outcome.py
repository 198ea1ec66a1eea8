"""What an `Advance` means for the database: rows, history entries, jobs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from engine import codec
from engine.cases.values import offered_to
from engine.history.chain import Entry
from engine.ids import new_id
from engine.model import (
    Actor,
    Advance,
    ClosedTask,
    IncidentFact,
    OpenedTask,
    ThrownEvent,
    Variables,
)
from engine.queue import JobSpec
from engine.steps.task_kinds import guess_kind
from engine.store.step_queries import Waits
from engine.unattended import SOON

_FLOW = "sequenceFlow"
RETURN = "return"
"""The value of a decision menu that sends work back (退回, 退件)."""


@dataclass(frozen=True)
class Outcome:
    """Rows for one advance."""

    advance: Advance
    tasks: tuple[Mapping[str, Any], ...]
    incidents: tuple[IncidentFact, ...]
    people: frozenset[str]
    """Who has a task of their own from now on."""

    @classmethod
    def of(cls, advance: Advance, found: Set[str], *, pool: str) -> Outcome:
        """Work out who gets the opened tasks.

        A task that nobody answers to goes to the `pool`, with an incident that says so.

        Args:
            found: those candidate texts of the opened tasks that somebody answers to.
        """
        incidents = {fact.task_id: fact for fact in advance.incidents}
        tasks = []
        for task in advance.opened:
            row, missing = _task_row(task, found, pool)
            tasks.append(row)
            if missing and task.id not in incidents:
                incidents[task.id] = IncidentFact(task.id, task.element_id, task.name, "assignment", missing)
        assigned = frozenset(row["assignee"] for row in tasks if row["assignee"])
        return cls(advance, tuple(tasks), tuple(incidents.values()), assigned)

    @property
    def closed(self) -> list[dict[str, str]]:
        """Tasks that are not open any more, with their state."""
        return [{"id": task.id, "state": task.reason} for task in self.advance.closed]

    @property
    def has_waits(self) -> bool:
        """Whether there is anything for `waits` to store."""
        a = self.advance
        calls = a.service_calls or a.withdrawn_calls
        return bool(a.timers or a.subscriptions or calls or self.incidents or a.resolved_incidents)

    def waits(self, answered: Sequence[str]) -> Waits:
        """What the case waits for; nothing once it has ended."""
        a = self.advance
        failed = {fact.task_id for fact in self.incidents}
        return Waits(
            timers=() if a.ended else [asdict(timer) for timer in a.timers],
            subscriptions=() if a.ended else [asdict(subscription) for subscription in a.subscriptions],
            calls=[{**asdict(call), "arguments": codec.encode(dict(call.arguments))} for call in a.service_calls],
            answered=[*answered, *a.withdrawn_calls],
            incidents=[{"id": new_id(), **asdict(fact)} for fact in self.incidents],
            mended=[task_id for task_id in a.resolved_incidents if task_id not in failed],
            all_mended=a.ended is not None and not self.incidents,
        )

    def entries(self, actor: Actor, now: datetime) -> list[Entry]:
        """History entries besides the step's own: incidents, and the end."""
        found = [
            Entry(
                "incident.opened", actor, now, element_id=fact.element_id, task_id=fact.task_id,
                params={"kind": fact.kind, "name": fact.element_name, "message": fact.message},
            )
            for fact in self.incidents
        ]  # fmt: skip
        if self.advance.ended:
            found.append(Entry("case.ended", actor, now, params={"status": self.advance.ended}))
        return found

    def jobs(
        self, instance_id: UUID, due: Sequence[datetime], *, now: datetime, returned: bool = False
    ) -> list[JobSpec]:
        """What machines must do after the commit.

        Args:
            due: when timers are to fire.
            returned: the opened tasks are work sent back, see `came_back`.
        """
        case = str(instance_id)
        jobs = [
            JobSpec("timer", {"instance_id": case, "due_at": at.isoformat()}, run_at=at, soon=at - now < SOON)
            for at in due
        ]
        jobs += [
            JobSpec("service_call", {"instance_id": case, "task_id": call.task_id})
            for call in self.advance.service_calls
        ]
        jobs += [job for event in self.advance.thrown for job in _deliveries(case, event)]
        if self.tasks:
            task_ids = [task["id"] for task in self.tasks]
            kind = "returned" if returned else "arrived"
            jobs.append(JobSpec("notify", {"kind": kind, "instance_id": case, "task_ids": task_ids}))
        if self.incidents:
            failed = [fact.task_id for fact in self.incidents]
            jobs.append(JobSpec("notify", {"kind": "incident", "instance_id": case, "task_ids": failed}))
        return jobs

    def result(self, instance_id: UUID) -> dict[str, Any]:
        """What a used token's answer is made of again, see `replayed`."""
        a = self.advance
        return {
            "instance_id": str(instance_id),
            "opened": [asdict(task) for task in a.opened],
            "closed": [asdict(task) for task in a.closed],
            "incidents": [asdict(fact) for fact in a.incidents],
            "ended": a.ended,
            "active_elements": list(a.active_elements),
        }


def replayed(result: Mapping[str, Any]) -> Advance:
    """The answer that the first use of a token got: what it opened and closed, without state and variables."""
    return Advance(
        state=b"",
        variables={},
        opened=tuple(_opened(task) for task in result["opened"]),
        closed=tuple(ClosedTask(**task) for task in result["closed"]),
        incidents=tuple(IncidentFact(**fact) for fact in result["incidents"]),
        ended=result["ended"],
        active_elements=tuple(result["active_elements"]),
    )


def joined(first: Advance, later: Advance) -> Advance:
    """What two steps of one transaction changed together."""
    closed = {task.id for task in later.closed}
    return replace(
        later,
        opened=tuple(task for task in first.opened if task.id not in closed) + later.opened,
        closed=first.closed + later.closed,
        thrown=first.thrown + later.thrown,
        service_calls=first.service_calls + later.service_calls,
        withdrawn_calls=first.withdrawn_calls + later.withdrawn_calls,
        incidents=first.incidents + later.incidents,
        resolved_incidents=first.resolved_incidents + later.resolved_incidents,
        facts=first.facts + later.facts,
    )


def came_back(given: Variables, advance: Advance) -> bool:
    """Whether the tasks that a step opened are work sent back (退回).

    A flow that was taken says so by its property `returns`, yes or no; without one the answer
    does, by the `decision` "return".
    """
    said = [fact.detail["returns"] for fact in advance.facts if "returns" in fact.detail]
    return any(said) if said else given.get("decision") == RETURN


def passed_elements(advance: Advance) -> dict[str, Any]:
    """The drawn elements a step passed, for the history: ids only."""
    passed = [fact.element_id for fact in advance.facts if fact.element_type != _FLOW and fact.event == "completed"]
    flows = [fact.element_id for fact in advance.facts if fact.element_type == _FLOW]
    entered = [fact.element_id for fact in advance.facts if fact.element_type != _FLOW and fact.event == "entered"]
    found = {"passed": passed, "flows": flows, "entered": entered}
    return {name: ids for name, ids in found.items() if ids}


def step_values(given: Variables, before: Mapping[str, Any], after: Mapping[str, Any], advance: Advance) -> Variables:
    """What an entry keeps of the values: what was given, what changed, how tables decided.

    Args:
        before, after: the case's variables as JSON.
    """
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    decisions = [
        {"element": fact.element_id, **dict(fact.detail)}
        for fact in advance.facts
        if fact.detail and fact.event == "completed"
    ]
    values: dict[str, Any] = {}
    if given:
        values["given"] = dict(given)
    if before and any(name in before for name in changed):
        values["before"] = {name: codec.decode(before[name]) for name in changed if name in before}
    if changed:
        values["after"] = {name: codec.decode(after[name]) for name in changed if name in after and name not in given}
    if decisions:
        values["decisions"] = decisions
    return {name: value for name, value in values.items() if value}


def wanted(advance: Advance) -> list[str]:
    """Every candidate text of the opened tasks, assignees among them."""
    texts = {f"user:{task.assignee}" for task in advance.opened if task.assignee}
    return sorted(texts.union(*(offered_to(task) for task in advance.opened)))


def _task_row(task: OpenedTask, found: Set[str], pool: str) -> tuple[dict[str, Any], str | None]:
    offered = offered_to(task)
    assignee = task.assignee if task.assignee and f"user:{task.assignee}" in found else None
    candidates, missing = offered, None
    if assignee is None and found.isdisjoint(offered):
        asked = [*([f"user:{task.assignee}"] if task.assignee else []), *offered]
        missing = f"找不到承辦人 / nobody found: {', '.join(asked)}" if asked else None
        candidates = [*offered, pool]
    row = {
        "id": task.id, "element_id": task.element_id, "name": task.name, "name_en": task.name_en, "label": task.label,
        "lane": task.lane, "form_key": task.form_key, "assignee": assignee, "candidates": sorted(set(candidates)),
        "due_at": task.due_at, "follow_up_at": task.follow_up_at, "priority": task.priority,
        "kind": task.kind or guess_kind(task.element_id, task.name),
    }  # fmt: skip
    return row, missing


def _deliveries(case: str, event: ThrownEvent) -> list[JobSpec]:
    args = {
        "id": str(new_id()),
        "name": event.name,
        "variables": codec.encode(dict(event.variables)),
        "instance_id": case,
    }
    if event.kind == "signal":
        return [JobSpec("deliver_signal", args)]
    keys: Sequence[str | None] = event.business_keys or [None]
    return [
        JobSpec("deliver_message", {**args, "id": f"{args['id']}.{n}", "business_key": key})
        for n, key in enumerate(keys)
    ]


def _opened(task: Mapping[str, Any]) -> OpenedTask:
    times = {name: datetime.fromisoformat(task[name]) if task[name] else None for name in ("due_at", "follow_up_at")}
    listed = {name: tuple(task[name]) for name in ("candidate_users", "candidate_groups")}
    return OpenedTask(**{**task, **times, **listed})
