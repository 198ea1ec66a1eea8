"""What a step works on and what it writes: the locked case, the act, and the rows made of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.cases.values import UserTask, effective_name, effective_person
from engine.history.chain import GENESIS, Link
from engine.model import Actor, DefinitionSource, ProcessDefinition, Variables
from engine.steps.header import EMPTY, FIELDS

_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""As the database writes it: nothing of the text is lost by keeping sixteen bytes."""

_SEARCHED = (
    "subject", "applicant_agency_label", "applicant_unit_label", "lead_agency_label", "doc_no_in", "doc_no_out",
    "source",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A case locked for this transaction, with what the step needs of it."""

    id: UUID
    definition_id: UUID
    business_key: str
    process_key: str
    status: str
    revision: int
    row: Mapping[str, Any]
    """The whole row, its header fields among them."""
    recorded_at: datetime
    source: DefinitionSource
    state: bytes | None
    task: UserTask | None = None
    answered: Mapping[str, Any] | None = None
    """The record of the token, when it was used before."""
    waiting: bool = False
    """Whether timers, subscriptions or incidents are stored for it."""

    @property
    def is_suspended(self) -> bool:
        """Whether nothing may move it until it is resumed."""
        return self.row.get("suspended_at") is not None

    @property
    def variables(self) -> Mapping[str, Any]:
        """The case's variables before the step, as JSON."""
        stored: Mapping[str, Any] = self.row["variables"]
        return stored


@dataclass(frozen=True)
class Act:
    """Who does what in a step, for the history and for the token."""

    verb: str
    actor: Actor
    element_id: str | None = None
    task_id: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    given: Variables = field(default_factory=dict)
    """What the actor handed in."""
    token: str | None = None
    answered_calls: tuple[str, ...] = ()
    """Service tasks this step answers."""


def new_row(
    definition: ProcessDefinition, instance_id: UUID, business_key: str, actor: Actor, now: datetime
) -> dict[str, Any]:
    """The row of a case that is about to start, as far as it is known before its first step."""
    return {
        **EMPTY,
        "remind_at": None,
        "id": instance_id,
        "definition_id": definition.id,
        "process_key": definition.key,
        "business_key": business_key,
        "started_at": now,
        "started_by": effective_person(actor),
        "started_by_name": effective_name(actor),
        "properties": definition.properties,
        "process_name": definition.name,
        "variables": {},
        "history_length": 0,
        "history_head": GENESIS,
    }


def definition_columns(row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a case that never change."""
    names = ("definition_id", "process_key", "business_key", "started_at", "started_by", "started_by_name")
    return {name: row[name] for name in names}


def case_columns(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a task value says of its case."""
    return {name: row[name] for name in ("definition_id", "process_key", "business_key", "subject", "suspended_at")}


def entry_row(link: Link) -> dict[str, Any]:
    """A link of the chain as the history statement takes it."""
    is_uuid = link.task_id is not None and _UUID.fullmatch(link.task_id) is not None
    return {
        **link.__dict__,
        "instance_id": None,
        "params": None,
        "facts": link.facts(),
        "task": link.task_id if is_uuid else None,
        "task_id": None if is_uuid else link.task_id,
        "value_digest": link.value_digest.hex() if link.value_digest else None,
        "digest": link.digest.hex(),
        "salt": link.salt.hex() if link.salt else None,
    }


def search_text(case: Case, header: Mapping[str, Any], variables: Mapping[str, Any]) -> str | None:
    """What the case is found by, besides the names of people; None when nothing of it changed."""
    same_header = all(header[name] == case.row[name] for name in FIELDS)
    if case.status != "new" and same_header and variables == case.variables:
        return None
    parts = [case.business_key, *(str(header[name] or "") for name in _SEARCHED)]
    return "\n".join([*parts, *_texts(variables)])


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for key, item in value.items() if key not in ("id", "$") for text in _texts(item)]
    return [text for item in value for text in _texts(item)] if isinstance(value, list) else []


def file_ids(value: Any) -> list[UUID]:
    """The files a form answer refers to: values with id, label and size."""
    if isinstance(value, Mapping):
        if value.keys() == {"id", "label", "size"}:
            try:
                return [UUID(str(value["id"]))]
            except ValueError:
                return []
        return [found for item in value.values() for found in file_ids(item)]
    return [found for item in value for found in file_ids(item)] if isinstance(value, list | tuple) else []
