"""What a step needs of other services."""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from engine.store import Transaction


class People(Protocol):
    """What a step needs of the directory."""

    def found(self, tx: Transaction, candidates: Sequence[str], at: datetime) -> Set[str]:
        """Those candidate texts that somebody answers to."""
        ...


class Deadlines(Protocol):
    """What a step needs of the deadline service."""

    def change(
        self, tx: Transaction, instance_id: UUID, state: Any, *, due_at: datetime | None = None
    ) -> datetime | None:
        """Stop or start the clock of a case; the due date from then on."""
        ...
