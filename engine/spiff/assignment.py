"""Who may do a user task, by when: `camunda:` attributes evaluated when the task opens.

A value is a literal, a comma list, or FEEL that begins with `=`. What gives null
because of an error, or nobody, becomes an incident of kind `assignment`; the task
opens without candidates and so falls to the administrator's pool (design section 5).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from engine.model import OpenedTask
from engine.spiff import timers
from engine.spiff.problems import StepProblem

if TYPE_CHECKING:
    from engine.spiff.diagram import Node
    from engine.spiff.specs.activities import UserTask
    from engine.spiff.token import Token

END_OF_OFFICE = time(17, 30)
DEFAULT_PRIORITY = 50
_KINDS: Mapping[str, Literal["handle", "countersign", "approval"]] = {
    "handle": "handle",
    "countersign": "countersign",
    "approval": "approval",
}


class _Reader:
    """Evaluates the attributes of one task and remembers the first problem."""

    def __init__(self, spec: UserTask, token: Token) -> None:
        self.spec = spec
        self.token = token
        self.problem: StepProblem | None = None

    def value(self, text: str | None) -> Any:
        """A literal's text, or what FEEL gives; None where there is a problem."""
        if text is None or not text.startswith("="):
            return text
        try:
            return self.token.case.engine.value(self.token, text, "assignment")
        except StepProblem as problem:
            self.problem = self.problem or problem
            return None

    def texts(self, text: str | None) -> tuple[str, ...]:
        """Candidates: a comma list, or FEEL that gives one or a list of texts, persons or units."""
        value = self.value(text)
        if isinstance(value, str) and text is not None and not text.startswith("="):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        found = [_key(item) for item in (value if isinstance(value, list) else [value])]
        names = tuple(dict.fromkeys(name for name in found if name))
        if text is not None and not names:
            self.note(f"沒有人選 (nobody found): {text}")
        return names

    def moment(self, text: str | None) -> datetime | None:
        """A date means the end of that office day, a duration counts from now."""
        value = self.value(text)
        if value is None:
            return None
        now = self.token.case.engine.context.now
        try:
            if isinstance(value, date) and not isinstance(value, datetime):
                return datetime.combine(value, END_OF_OFFICE, timers.TAIPEI)
            if isinstance(value, str) and len(value) == 10:
                return datetime.combine(date.fromisoformat(value), END_OF_OFFICE, timers.TAIPEI)
            return timers.moment_of(value, now)
        except (ValueError, OverflowError) as error:
            self.note(f"{error}: {text}")
            return None

    def note(self, message: str) -> None:
        """Remember a problem; the first one is shown."""
        self.problem = self.problem or StepProblem("assignment", message)


def evaluate(spec: UserTask, token: Token) -> tuple[OpenedTask, StepProblem | None]:
    """The open task as its people see it, and what could not be worked out."""
    read = _Reader(spec, token)
    node = next((each for each in spec.people if _names_people(each)), spec.node)
    assignees = read.texts(node.camunda("assignee"))
    users = read.texts(node.camunda("candidateUsers"))
    groups_text = node.camunda("candidateGroups")
    if groups_text is None and not assignees and not users and node.lane is not None:
        groups_text = node.lane.candidate_groups
    groups = read.texts(groups_text)
    people = tuple(name.removeprefix("user:") for name in groups if name.startswith("user:"))
    label = read.value(spec.node.properties.get("label")) or _item(token)
    task = OpenedTask(
        id=token.id,
        element_id=spec.bpmn_id,
        name=spec.node.name or spec.bpmn_id,
        lane=spec.lane,
        assignee=_person(assignees[0]) if assignees else None,
        candidate_users=tuple(dict.fromkeys((*map(_person, users), *people))),
        candidate_groups=tuple(name for name in groups if not name.startswith("user:")),
        form_key=_form_key(read),
        due_at=read.moment(spec.node.camunda("dueDate")),
        follow_up_at=read.moment(spec.node.camunda("followUpDate")),
        priority=_priority(read, spec.node.camunda("priority")),
        label=_label(label),
        name_en=spec.node.properties.get("nameEn"),
        kind=_KINDS.get(spec.node.properties.get("kind") or ""),
    )
    return task, read.problem


def _names_people(node: Node) -> bool:
    named = any(node.camunda(name) for name in ("assignee", "candidateUsers", "candidateGroups"))
    return named or (node.lane is not None and node.lane.candidate_groups is not None)


def _form_key(read: _Reader) -> str | None:
    if read.spec.form:
        return read.spec.form
    value = read.value(read.spec.node.camunda("formKey") or read.spec.node.camunda("formRef"))
    return value if isinstance(value, str) and value else None


def _key(item: Any) -> str | None:
    """A candidate text, or the id of a person or unit value."""
    if isinstance(item, dict):
        item = item.get("id")
    return item.strip() or None if isinstance(item, str) else None


def _person(name: str) -> str:
    return name.removeprefix("user:")


def _item(token: Token) -> Any:
    """What this one of many is about, where the author does not say: its element variable."""
    loop = token.task_spec.node.loop
    name = loop.element_variable if loop is not None else None
    return token.notes.get("local", {}).get(name) if name else None


def _label(value: Any) -> str | None:
    if isinstance(value, dict):
        value = value.get("label") or value.get("id")
    return None if value is None else str(value)


def _priority(read: _Reader, text: str | None) -> int:
    value = read.value(text)
    if value is None:
        return DEFAULT_PRIORITY
    try:
        return int(Decimal(str(value)))
    except (ArithmeticError, ValueError):
        read.note(f"優先順序不是數字 (the priority is not a number): {text}")
        return DEFAULT_PRIORITY
