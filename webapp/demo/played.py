"""Cases and tasks in play, as much of them as the player needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from engine import Actor
from engine.cases.values import UserTask
from engine.model import OpenedTask
from webapp.demo.plans import Plan


class PlayFailed(Exception):
    """A case does not go as its plan says."""


@dataclass
class Played:
    """A case in play."""

    plan: Plan
    id: UUID
    number: str
    definition_id: UUID
    used: dict[str, int] = field(default_factory=dict)
    acted: list[str] = field(default_factory=list)
    taken: dict[UUID, Actor] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    ended: bool = False
    variables: Mapping[str, Any] = field(default_factory=dict)
    """The case's, after the last step."""


@dataclass(frozen=True)
class Open:
    """An open task, as much of it as the player needs."""

    id: UUID
    element_id: str
    label: str | None
    form_key: str | None
    assignee: str | None
    offered: tuple[str, ...]

    @classmethod
    def opened(cls, task: OpenedTask) -> Open:
        offered = (*(f"user:{person}" for person in task.candidate_users), *task.candidate_groups)
        return cls(UUID(task.id), task.element_id, task.label, task.form_key, task.assignee, offered)

    @classmethod
    def stored(cls, task: UserTask) -> Open:
        return cls(task.id, task.element_id, task.label, task.form_key, task.assignee, task.candidates)
