"""The `deputies` connector: travellers are away from one day to another, and their deputies stand in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from engine.calendar.working_days import TAIPEI
from engine.errors import ConnectorError, EngineError, InvalidFields
from engine.model import SYSTEM, Actor

_SETTLED = {"starts_at": "overlaps", "ends_at": "past"}
"""What the leave book answers when there is nothing to enter any more."""


class LeaveBook(Protocol):
    """Where leave is kept: the directory."""

    def enter_leave(
        self,
        person_id: str,
        *,
        actor: Actor,
        starts_at: datetime,
        ends_at: datetime,
        deputy_ids: Sequence[str] = ...,
        reason: str = ...,
    ) -> Any:
        """Enter leave; raises InvalidFields when it overlaps other leave or is over."""
        ...


class DeputiesConnector:
    """Arguments: `people` (list of `{person, deputy}`), `from` and `until` (dates, both included), `reason`."""

    name = "deputies"

    def __init__(self, leave_book: LeaveBook) -> None:
        self._leave_book = leave_book

    def call(self, arguments: Mapping[str, Any], *, key: str) -> Mapping[str, Any]:
        """Enter the leave of every traveller.

        Called again it finds the leave it has entered and keeps it, so its effect happens once.

        Returns:
            `{"entered": [person ids], "kept": [person ids]}`; kept are those who already have leave in
            these days, or whose days are over.

        Raises:
            ConnectorError: an argument is malformed, or a person or deputy is not known (final).
        """
        starts_at = datetime.combine(_day(arguments, "from"), time(), TAIPEI)
        ends_at = datetime.combine(_day(arguments, "until") + timedelta(days=1), time(), TAIPEI)
        entered: list[str] = []
        kept: list[str] = []
        for row in arguments.get("people") or ():
            person, deputy = _identity(row, "person"), _identity(row, "deputy")
            try:
                self._leave_book.enter_leave(
                    person,
                    actor=SYSTEM,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    deputy_ids=[deputy],
                    reason=str(arguments.get("reason") or ""),
                )
            except InvalidFields as error:
                if not set(error.fields.items()) <= set(_SETTLED.items()):
                    raise ConnectorError(str(error), person=person, retryable=False) from error
                kept.append(person)
            except EngineError as error:
                raise ConnectorError(str(error), person=person, retryable=error.status >= 500) from error
            else:
                entered.append(person)
        return {"entered": entered, "kept": kept}


def _day(arguments: Mapping[str, Any], name: str) -> date:
    value = arguments.get(name)
    if isinstance(value, datetime):
        value = value.astimezone(TAIPEI).date()
    if not isinstance(value, date):
        raise ConnectorError("This is not a date.", argument=name, retryable=False)
    return value


def _identity(row: Any, name: str) -> str:
    value = row.get(name) if isinstance(row, Mapping) else None
    found = value.get("id") if isinstance(value, Mapping) else value
    if not isinstance(found, str) or not found:
        raise ConnectorError("A traveller or a deputy is missing.", argument=name, retryable=False)
    return found
