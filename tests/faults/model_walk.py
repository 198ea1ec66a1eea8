"""F21: an office in the engine beside one in the model, and what of the two differs."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from engine import SYSTEM, Executor, InstanceQuery, NoJobs, ProcessEngine, SetClock, SourceFile, Store
from engine.calendar.working_days import TAIPEI
from engine.errors import EngineError
from engine.model import Actor
from engine.sandbox import MontySandbox
from tests.engine.services.diagrams import process, user_task
from tests.faults.model_office import CHIEF, CONTROL, OFFERED, OUTSIDE, Case, Office, Task

PEOPLE = ("tsai", "lin", CHIEF, OUTSIDE, CONTROL)
_MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=TAIPEI)
_HELD = ("mine", "countersign", "approval")
Step = tuple[str, int]
"""An operation and the seed of its choices."""


def _flow(number: int, source: str, target: str, condition: str = "") -> str:
    inner = f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">={condition}</bpmn:conditionExpression>'
    return (
        f'<bpmn:sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}">'
        f"{inner if condition else ''}</bpmn:sequenceFlow>"
    )


def drawn(version: int) -> SourceFile:
    """The office's process; each version calls its first task otherwise."""
    returned = 'decision = "return"'
    flows = (
        ("start", "check"), ("check", "x1"), ("x1", "fix", returned), ("x1", "approve"), ("fix", "check"),
        ("approve", "x2"), ("x2", "wait", returned), ("x2", "end"), ("wait", "check"), ("bell", "chase"),
        ("chase", "end2"),
    )  # fmt: skip
    body = (
        '<bpmn:startEvent id="start"/><bpmn:endEvent id="end"/><bpmn:endEvent id="end2"/>'
        + user_task("check", f"審查{version}", 'camunda:candidateGroups="labor_handler@aia.labor"')
        + user_task("fix", "補正", 'camunda:candidateGroups="agency_handler@works"')
        + user_task("approve", "核定", 'camunda:candidateGroups="labor_chief@aia.labor"')
        + user_task("chase", "稽催", 'camunda:candidateGroups="labor_chief@aia.labor"')
        + '<bpmn:exclusiveGateway id="x1" default="f4"/><bpmn:exclusiveGateway id="x2" default="f8"/>'
        '<bpmn:intermediateCatchEvent id="wait"><bpmn:messageEventDefinition messageRef="m"/>'
        '</bpmn:intermediateCatchEvent><bpmn:boundaryEvent id="bell" attachedToRef="approve" cancelActivity="true">'
        '<bpmn:timerEventDefinition><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT72H</bpmn:timeDuration>'
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
        + "".join(_flow(number, *flow) for number, flow in enumerate(flows, start=1))
    )
    text = process("office", body, properties="casePrefix = OF", extra='<bpmn:message id="m" name="reply"/>')
    return SourceFile("office.bpmn", text.encode())


@dataclass
class Walker:
    """An office in an engine beside one in the model; what both are is compared."""

    engine: ProcessEngine
    clock: SetClock
    office: Office
    ids: list[UUID] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    tasks: list[list[UUID]] = field(default_factory=list)
    used: list[tuple[str, str, int, int, str]] = field(default_factory=list)
    """Tokens of completed forms: token, person, case, task, decision."""
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def all_differs(self) -> list[str]:
        """Everything, once more."""
        cases = [one for number in range(len(self.ids)) for one in self.case_differs(number)]
        return [*cases, *(one for person in PEOPLE for one in self.person_differs(person))]

    # -- comparing ------------------------------------------------------------------------

    def case_differs(self, number: int) -> list[str]:
        """What of a case is not as the model says."""
        case, there = self.office.cases[number], self.engine.runtime.instance(self.ids[number], SYSTEM)
        open_tasks = [task for task in self.engine.tasks.of_case(self.ids[number], SYSTEM) if task.is_open]
        timeline = self.engine.history.timeline(self.ids[number], SYSTEM)
        verbs = Counter(entry.verb for entry in timeline)
        task = case.open
        pairs = {
            "status": (there.status, case.status),
            "version": (there.version, case.version),
            "clock": (there.clock, case.clock),
            "suspended": (there.is_suspended, case.suspended),
            "open": ([(t.element_id, t.assignee) for t in open_tasks], [(task.element, task.holder)] if task else []),
            "history": (verbs, case.verbs),
            "numbers": ([entry.seq for entry in timeline], [*range(1, sum(case.verbs.values()) + 1)]),
        }
        return [
            f"{what} of case {number}: {is_so}, not {wanted}"
            for what, (is_so, wanted) in pairs.items()
            if is_so != wanted
        ]

    def person_differs(self, person: str) -> list[str]:
        """What somebody has, may take and may see, where it is not as the model says."""
        actor = self.actor(person)
        counts = self.engine.tasks.counts(actor)
        seen = {row.id for row in self.engine.runtime.find(InstanceQuery(scope="visible", limit=200), actor).rows}
        open_tasks = [task for case in self.office.cases if (task := case.open)]
        offered = sum(task.holder is None and person in OFFERED[task.element] for task in open_tasks)
        held = sum(task.holder == person for task in open_tasks)
        sees = {self.ids[n] for n, case in enumerate(self.office.cases) if case.seen_by(person)}
        pairs = {
            "may take": (counts["pending"], offered),
            "has": (sum(counts[tab] for tab in _HELD), held),
            "sees": (sorted(self.ids.index(one) for one in seen), sorted(self.ids.index(one) for one in sees)),
        }
        return [f"{person} {what} {is_so}, not {wanted}" for what, (is_so, wanted) in pairs.items() if is_so != wanted]

    # -- acting -----------------------------------------------------------------------------

    def actor(self, person: str, on_behalf_of: str | None = None) -> Actor:
        """A person as the services know them now."""
        return self.engine.directory.actor_for(person, on_behalf_of)

    def tried(self, act: Callable[[], object], expected: str) -> list[str]:
        """Do it in the engine: what it says, if that is not what the model says."""
        try:
            act()
            told = ""
        except EngineError as error:
            told = type(error).__name__
        self.refused[told] += bool(told)
        return [] if told == expected else [f"told {told or 'done'}, not {expected or 'done'}"]

    def note_tasks(self, number: int) -> None:
        """Learn the ids of tasks that have opened."""
        known = self.tasks[number]
        known += [task.id for task in self.engine.tasks.of_case(self.ids[number], SYSTEM) if task.id not in known]

    def pick(self, chance: random.Random, number: int) -> tuple[Case, int, Task]:
        """A task of a case: mostly the open one."""
        case = self.office.cases[number]
        index = len(case.tasks) - 1 if chance.random() < 0.85 else chance.randrange(len(case.tasks))
        return case, index, case.tasks[index]


def found_walker(url: str) -> Walker:
    """An empty office, in an empty database."""
    clock = SetClock(_MORNING)
    engine = ProcessEngine(Store(url), Executor(MontySandbox()), history_key=b"k" * 32, clock=clock, queue=NoJobs())
    directory = engine.directory
    directory.add_standard_roles()
    directory.add_unit("kcg", actor=SYSTEM, parent_id=None, type="city", name="市政府")
    posts = {
        "tsai": ("aia.labor", "labor_handler"), "lin": ("aia.labor", "labor_handler"),
        CHIEF: ("aia.labor", "labor_chief"), OUTSIDE: ("works", "agency_handler"), CONTROL: ("kcg", "control_officer"),
    }  # fmt: skip
    for unit in ("aia.labor", "works"):
        directory.add_unit(unit, actor=SYSTEM, parent_id="kcg", type="section", name=unit)
    for person, (unit, role) in posts.items():
        directory.add_person(person, actor=SYSTEM, name=f"同仁{person}")
        place = directory.add_position(unit, actor=SYSTEM, title=person, is_head=person == CHIEF)
        directory.assign(person, place.id, actor=SYSTEM, valid_from=date(2010, 12, 25))
        directory.grant(person, role, unit, actor=SYSTEM, valid_from=date(2010, 12, 25))
    engine.repository.deploy([drawn(1)], actor=SYSTEM, force_now=True)
    return Walker(engine, clock, Office(_MORNING))
