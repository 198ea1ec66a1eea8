"""Records around cases as the services give them: comments, files, incidents, searches, checks, deployments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from engine.cases.values import HistoryEntry
from engine.model import SourceFile


@dataclass(frozen=True)
class DiagramState:
    """What to draw on the diagram of a case."""

    active: tuple[str, ...]
    passed: tuple[str, ...]
    passed_flows: tuple[str, ...]
    incidents: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """Who suspended or resumed a case, when and why."""

    who: str
    at: datetime
    reason: str
    """Empty where none was asked for."""


@dataclass(frozen=True)
class Comment:
    """A remark on a case. It changes nothing but the history."""

    id: UUID
    at: datetime
    author: str
    author_name: str
    on_behalf_of: str | None
    on_behalf_of_name: str | None
    body: str


@dataclass(frozen=True)
class File:
    """A stored file, without its bytes."""

    id: UUID
    name: str
    content_type: str
    size: int
    digest: str
    """sha256 of the bytes, hexadecimal."""
    uploaded_at: datetime
    uploaded_by: str
    uploaded_by_name: str

    @property
    def value(self) -> dict[str, Any]:
        """The value a form holds for it."""
        return {"id": str(self.id), "label": self.name, "size": self.size}


@dataclass(frozen=True)
class Attachment:
    """A file that belongs to a case."""

    file: File
    kind: Literal["form", "case"]
    attached_at: datetime
    attached_by: str
    attached_by_name: str


@dataclass(frozen=True)
class Incident:
    """A failed automatic step that waits for an operator."""

    id: UUID
    instance_id: UUID
    task_id: str
    element_id: str
    element_name: str
    kind: str
    message: str
    opened_at: datetime
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    business_key: str = ""
    process_key: str = ""
    subject: str = ""
    definition_id: UUID | None = None
    """Where the element is drawn, with its name in other languages."""


@dataclass(frozen=True)
class Verification:
    """What checking the history chains found."""

    cases: int
    entries: int
    faults: tuple[ChainFault, ...] = ()

    @property
    def intact(self) -> bool:
        """Whether every chain is as it was written."""
        return not self.faults


@dataclass(frozen=True)
class ChainFault:
    """The first row of a case's history that is not what was written."""

    instance_id: UUID
    """All zero where it is not known."""
    business_key: str
    seq: int
    kind: Literal[
        "edited", "deleted", "reordered", "tail-cut", "value-edited", "head-edited", "case-missing", "anchor-broken"
    ]


@dataclass(frozen=True)
class PendingDeployment:
    """A deployment that changes code and waits for a second account."""

    id: UUID
    keys: tuple[str, ...]
    submitted_at: datetime
    submitted_by: str
    note: str
    changes: tuple[Mapping[str, str], ...]
    """`{kind: script|connector|expression, file, element_id, change: added|changed}`."""
    state: Literal["pending", "approved", "rejected"] = "pending"
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Draft:
    """An author's unfinished files of one process."""

    key: str
    saved_at: datetime
    saved_by: str
    revision: int
    files: tuple[SourceFile, ...]
    based_on: UUID | None = None


@dataclass(frozen=True)
class SavedSearch:
    """A search that a person keeps under a name."""

    id: UUID
    name: str
    query: Mapping[str, str]
    """The page's own parameters."""
    created_at: datetime


@dataclass(frozen=True)
class CaseReading:
    """Somebody looked at a confidential case."""

    id: int
    instance_id: UUID
    business_key: str
    process_key: str
    at: datetime
    person_id: str
    name: str
    on_behalf_of: str | None
    on_behalf_of_name: str | None
    what: str
    """`case`, or `file:<id>` of a file of the case."""


@dataclass(frozen=True)
class PastDecision:
    """A decision that was taken in a case."""

    entry: HistoryEntry
    number: int
    """Which of the entry's `decisions` it is, from 0."""
    business_key: str
    definition_id: UUID
    version: int
    record: Mapping[str, Any]
    """As `engine.dmn.recorded` gives it, with the `element` that asked."""

    @property
    def id(self) -> str:
        """`<instance>.<seq>.<number>`."""
        return f"{self.entry.id}.{self.number}"
