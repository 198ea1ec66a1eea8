"""The office calendar of this installation: yearly imports, closures, and the value the engine counts with."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from uuid import UUID

from engine.administration import AdminLog, ensure_administers, ensure_any_role
from engine.calendar.working_days import CalendarYear, Closure, DayPart, WorkCalendar
from engine.calendar.yearly_list import parse_year, shipped_files
from engine.clock import TimeSource
from engine.errors import InvalidFields, RecordNotFound
from engine.model import SYSTEM, Actor
from engine.store import Store, Transaction
from engine.store import clock_queries as queries
from engine.store.clock_queries import ClosureRow, YearRow
from engine.store.directory_queries import root_units
from engine.wording import written

FRESH_SECONDS = 10.0
"""How long a process may count with the calendar it read; its own changes count at once."""

CALENDAR_KEEPER = "calendar_keeper"
MAX_REASON, MAX_REGION = 200, 40
_PARTS: tuple[DayPart, ...] = ("day", "morning", "afternoon")


@dataclass(frozen=True)
class YearImport:
    """What an import changes, for the preview and for the answer."""

    year: CalendarYear
    version: int
    """The number it has, or would get."""
    newly_off: tuple[date, ...]
    """Days off that the version in force has as working days; for a first import, all."""
    newly_worked: tuple[date, ...]
    unchanged: bool
    """The same days are in force already."""


class CalendarService:
    """Keeps the yearly calendars and closures; each public method is one transaction."""

    def __init__(
        self, store: Store, clock: TimeSource, log: AdminLog, *, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._clock = clock
        self._log = log
        self._steady = steady
        self._lock = threading.Lock()
        self._known: tuple[WorkCalendar, float] | None = None

    def calendar(self) -> WorkCalendar:
        """The calendar in force, at most ten seconds old. Steps ask for it while they hold their case."""
        with self._lock:
            if self._known is None or self._steady() - self._known[1] > FRESH_SECONDS:
                with self._store.beside() as tx:
                    years = [_year(row) for row in queries.current_years(tx)]
                    closures = [_closure(row) for row in queries.closures(tx)]
                self._known = WorkCalendar.of_years(years, closures), self._steady()
            return self._known[0]

    def years(self) -> tuple[YearRow, ...]:
        """The version in force of each year loaded."""
        with self._store.reading() as tx:
            return queries.current_years(tx)

    def versions(self, year: int) -> tuple[YearRow, ...]:
        """Every import of one year, the newest first."""
        with self._store.reading() as tx:
            return queries.year_versions(tx, year)

    def closures(self, *, revoked: bool = False) -> tuple[ClosureRow, ...]:
        """Closures, the latest day first; `revoked`: also those taken back."""
        with self._store.reading() as tx:
            return queries.closures(tx, revoked=revoked)

    def preview_year(self, content: bytes) -> YearImport:
        """What importing this file would change. Nothing is stored.

        Raises:
            CalendarRefused: the file is not one whole year; every fault with its line.
        """
        year = parse_year(content)
        with self._store.reading() as tx:
            return _compare(year, queries.year_versions(tx, year.year))

    def import_year(self, content: bytes, actor: Actor, *, file_name: str = "") -> YearImport:
        """Take in one year's calendar; the version before it is kept. The same days again change nothing.

        Raises:
            CalendarRefused: the file is not one whole year; every fault with its line.
            NotAllowed: `actor` is neither administrator of the city nor calendar keeper.
        """
        year = parse_year(content)
        with self._store.transaction() as tx:
            self._ensure_keeper(tx, actor)
            change = _compare(year, queries.year_versions(tx, year.year))
            if change.unchanged:
                return change
            values = {
                "off": sorted(year.off),
                "work": sorted(year.work),
                "notes": {day.isoformat(): note for day, note in year.notes.items()},
                "file_name": file_name[:200],
                "digest": hashlib.sha256(content).digest(),
                "imported_at": self._clock.now(),
                "imported_by": actor.person_id,
            }
            version = queries.add_year(tx, year=year.year, values=values)
            after = {"version": version, "off": change.newly_off, "work": change.newly_worked, "file": file_name}
            self._log.record(tx, actor, "calendar.import", ("calendar", str(year.year), str(year.year)), after=after)
        self.forget()
        return change

    def load_shipped(self) -> int:
        """Take in the calendars that come with the product where their year is not loaded yet; how many."""
        known = {row.year for row in self.years()}
        added = 0
        for path in shipped_files():
            content = path.read_bytes()
            if parse_year(content).year not in known:
                self.import_year(content, SYSTEM, file_name=path.name)
                added += 1
        return added

    def add_closure(
        self, day: date, reason: str, actor: Actor, *, part: str = "day", region: str | None = None
    ) -> UUID:
        """Close offices on one day, or half of it, for the whole city or one region.

        Raises:
            InvalidFields: `reason` or `region`, as `engine.wording.written` says; `part` unknown, or the same
                closure stands already (`day`).
            NotAllowed: `actor` is neither administrator of the city nor calendar keeper.
        """
        reason = written(reason, "reason", most=MAX_REASON)
        region = written(region or "", "region", most=MAX_REGION, required=False) or None
        if part not in _PARTS:
            raise InvalidFields({"part": "unknown"})
        values = {"day": day, "reason": reason, "part": part, "region": region}
        with self._store.transaction() as tx:
            self._ensure_keeper(tx, actor)
            made = queries.add_closure(tx, {**values, "entered_at": self._clock.now(), "entered_by": actor.person_id})
            if made is None:
                raise InvalidFields({"day": "taken"})
            self._log.record(tx, actor, "closure.add", ("closure", str(made), day.isoformat()), after=values)
        self.forget()
        return made

    def revoke_closure(self, closure_id: UUID, actor: Actor) -> None:
        """Take a closure back; it stays in the list of those taken back.

        Raises:
            RecordNotFound: none in force has this id.
            NotAllowed: `actor` is neither administrator of the city nor calendar keeper.
        """
        with self._store.transaction() as tx:
            self._ensure_keeper(tx, actor)
            row = queries.revoke_closure(tx, closure_id, self._clock.now())
            if row is None:
                raise RecordNotFound("No such closure.", id=str(closure_id))
            subject = ("closure", str(closure_id), row.day.isoformat())
            self._log.record(tx, actor, "closure.revoke", subject, before=_closure(row))
        self.forget()

    def forget(self) -> None:
        """Read the calendar anew when it is asked for next."""
        with self._lock:
            self._known = None

    @staticmethod
    def _ensure_keeper(tx: Transaction, actor: Actor) -> None:
        if actor.is_system or f"{CALENDAR_KEEPER}@" not in actor.groups or actor.on_behalf_of:
            ensure_administers(actor, *root_units(tx))
        else:
            ensure_any_role(actor, CALENDAR_KEEPER)


def _compare(year: CalendarYear, versions: tuple[YearRow, ...]) -> YearImport:
    current = next((row for row in versions if row.is_current), None)
    old_off, old_work = (frozenset(current.off), frozenset(current.work)) if current else (frozenset(), frozenset())
    return YearImport(
        year=year,
        version=(versions[0].version if versions else 0) + 1,
        newly_off=tuple(sorted((year.off - old_off) | (old_work - year.work))),
        newly_worked=tuple(sorted((year.work - old_work) | (old_off - year.off))),
        unchanged=current is not None and old_off == year.off and old_work == year.work,
    )


def _year(row: YearRow) -> CalendarYear:
    notes = {date.fromisoformat(day): note for day, note in row.notes.items()}
    return CalendarYear(row.year, frozenset(row.off), frozenset(row.work), MappingProxyType(notes))


def _closure(row: ClosureRow) -> Closure:
    part = next(part for part in _PARTS if part == row.part)
    return Closure(row.day, row.reason, part, row.region)
