"""What the parts of the directory share: the store, today, checks of what people type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.administration import AdminLog
from engine.calendar.working_days import as_day
from engine.clock import TimeSource
from engine.directory.values import Person, Unit
from engine.errors import InvalidFields, RecordNotFound
from engine.store import Store, Transaction
from engine.store import directory_queries as queries
from engine.wording import is_of_a_line

UNIT_ID = re.compile(r"[a-z][a-z0-9_-]{0,30}(\.[a-z0-9_-]{1,30}){0,5}")
PERSON_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
ROLE_ID = re.compile(r"[a-z][a-z0-9_]{1,40}")
EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+")
PHONE = re.compile(r"[0-9+()#*、,轉分機ext. \-]{3,40}")
MAX_NAME = 100


class DirectoryPart:
    """One part of the directory; `DirectoryService` puts them together."""

    def __init__(self, store: Store, clock: TimeSource, log: AdminLog) -> None:
        self._store = store
        self._clock = clock
        self._log = log

    def today(self) -> date:
        """The office date of the clock."""
        return as_day(self._clock.now())

    def forget_names(self) -> None:
        """Names in labels have changed; the part that keeps them reads them anew."""

    def _unit(self, tx: Transaction, unit_id: str) -> Unit:
        found = queries.unit(tx, unit_id, self.today())
        if found is None:
            raise RecordNotFound("No such unit.", id=unit_id)
        return found

    def _person(self, tx: Transaction, person_id: str) -> Person:
        found = queries.person_by_id(tx, person_id, self.today())
        if found is None:
            raise RecordNotFound("No such person.", id=person_id)
        return found


class Checks:
    """Collects what is wrong with the fields of a record, one code a field.

    Codes: `required`, `too-long`, `characters` (control characters), `format`,
    `unknown`, `taken`, `order` (ends before it begins), and those a caller adds.
    """

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}

    def fail(self, field: str, code: str) -> None:
        """Note a fault; a field keeps its first."""
        self.fields.setdefault(field, code)

    def text(self, field: str, value: str | None, *, required: bool = True, limit: int = MAX_NAME) -> str | None:
        """A line of text without blanks around it; None when empty."""
        value = (value or "").strip()
        if not value:
            if required:
                self.fail(field, "required")
            return None
        if len(value) > limit:
            self.fail(field, "too-long")
        if not all(map(is_of_a_line, value)):
            self.fail(field, "characters")
        return value

    def pattern(self, field: str, value: str | None, pattern: re.Pattern[str], *, required: bool = True) -> str | None:
        """A text of a certain shape."""
        value = (value or "").strip()
        if not value:
            if required:
                self.fail(field, "required")
            return None
        if not pattern.fullmatch(value):
            self.fail(field, "format")
        return value

    def one_of(self, field: str, value: str, known: tuple[str, ...]) -> str:
        """A value of a list."""
        if value not in known:
            self.fail(field, "unknown" if value else "required")
        return value

    def validity(self, first: date, last: date | None) -> None:
        """A first day and a last day in order."""
        if last is not None and last < first:
            self.fail("valid_to", "order")

    def done(self) -> None:
        """Raise InvalidFields if anything was wrong."""
        if self.fields:
            raise InvalidFields(dict(self.fields))


def differing(before: object, after: Mapping[str, Any]) -> dict[str, Any]:
    """The old values of those fields of `after` that change."""
    return {name: getattr(before, name) for name, value in after.items() if getattr(before, name) != value}
