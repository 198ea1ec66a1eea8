"""The model of F21: what an office of cases is, in a hundred lines, without a database, an engine or a diagram."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

PATIENCE = timedelta(hours=72)
"""How long the chief has for an approval before it is chased."""
OFFERED = {
    "check": frozenset({"tsai", "lin"}), "fix": frozenset({"wang"}),
    "approve": frozenset({"chief"}), "chase": frozenset({"chief"}),
}  # fmt: skip
"""Whom each task is offered to."""
CHIEF, CONTROL, OUTSIDE = "chief", "control", "wang"


OF_THE_UNIT = frozenset({"tsai", "lin", "chief"})


@dataclass
class Task:
    """One piece of work, by the element it stands for."""

    element: str
    since: datetime
    sent_by: frozenset[str] = frozenset()
    """Whose answer has led to it, and who stood in for them."""
    holder: str | None = None
    is_open: bool = True


@dataclass
class Case:
    """One case: its tasks, what its history says, and who has had to do with it."""

    starter: str
    version: int
    tasks: list[Task] = field(default_factory=list)
    status: str = "active"
    waits: bool = False
    kept: int = 0
    suspended: bool = False
    clock: str = "running"
    verbs: Counter[str] = field(default_factory=Counter)
    people: set[str] = field(default_factory=set)

    @property
    def open(self) -> Task | None:
        """The task it stands at."""
        return next((task for task in self.tasks if task.is_open), None)

    def seen_by(self, person: str) -> bool:
        """Whoever had to do with it or is offered its open task; the chief of those; control."""
        offered = OFFERED[self.open.element] if self.open else frozenset()
        if person == CONTROL or person in self.people | offered:
            return True
        return person == CHIEF and bool((self.people | offered) - {OUTSIDE, CONTROL})

    def close(self) -> None:
        """Its open task is done with."""
        if self.open:
            self.open.is_open = False

    def end(self, status: str) -> None:
        """Nothing is open any more."""
        self.close()
        self.status, self.waits, self.suspended = status, False, False


@dataclass
class Office:
    """All cases, and the moment it is."""

    now: datetime
    version: int = 1
    cases: list[Case] = field(default_factory=list)
    away_until: datetime | None = None

    def begin(self, starter: str) -> Case:
        """A case begins with a check."""
        case = Case(starter, self.version, people={starter})
        case.verbs["case.started"] += 1
        self.cases.append(case)
        self._reach(case, "check")
        return case

    def told(self, case: Case, task: Task, who: str, act: str) -> str:
        """What somebody is told who claims, releases, gives on or completes a task; empty when it is done."""
        there = who in OFFERED[task.element] or case.seen_by(who)
        if not there:
            return "TaskNotFound"
        if not task.is_open:
            return "TaskNotOpen"
        if act == "claim":
            taken = "AlreadyClaimed" if task.holder else "" if who in OFFERED[task.element] else "NotAllowed"
            return "" if task.holder == who else taken
        if act == "assign":
            return "" if who == task.holder or (who == CHIEF and self._is_work_of_the_chief(task)) else "NotAllowed"
        if task.holder != who:
            return "NotAssignee"
        return "CaseSuspended" if act == "complete" and case.suspended else ""

    def _is_work_of_the_chief(self, task: Task) -> bool:
        """Who has it, or was offered it while nobody has, is of the chief's unit."""
        return task.holder in OF_THE_UNIT if task.holder else bool(OFFERED[task.element] & OF_THE_UNIT)

    def bars(self, case: Case, task: Task, deputy: str) -> bool:
        """Whether it is a deputy's own submission: their case, or to approve what they handed in."""
        return task.is_open and (case.starter == deputy or (task.element == "approve" and deputy in task.sent_by))

    def answered(self, case: Case, task: Task, decision: str, who: frozenset[str]) -> None:
        """The case goes on by somebody's answer."""
        case.verbs["task.completed"] += 1
        task.is_open = False
        following = {
            ("check", "return"): "fix", ("check", "go"): "approve", ("fix", "return"): "check", ("fix", "go"): "check",
            ("approve", "return"): "wait", ("approve", "go"): "end",
        }.get((task.element, decision), "end")  # fmt: skip
        self._reach(case, following, who)

    def message(self, case: Case) -> None:
        """A message reaches a case: at once, or kept until it waits for it."""
        if case.waits and not case.suspended:
            case.verbs["message.received"] += 1
            self._reach(case, "check")
        else:
            case.kept += 1

    def catch_up(self, case: Case) -> None:
        """What was due while nothing could move it."""
        if case.waits and case.kept and not case.suspended:
            self._reach(case, "wait")
        task = case.open
        if task and task.element == "approve" and not case.suspended and task.since + PATIENCE <= self.now:
            case.verbs["timer.fired"] += 1
            task.is_open = False
            self._reach(case, "chase")

    def _reach(self, case: Case, element: str, who: frozenset[str] = frozenset()) -> None:
        case.waits = False
        if element == "wait" and not case.kept:
            case.waits = True
        elif element == "wait":
            case.kept -= 1
            case.verbs["message.received"] += 1
            self._reach(case, "check")
        elif element == "end":
            case.verbs["case.ended"] += 1
            case.end("completed")
        else:
            case.tasks.append(Task(element, self.now, who))
