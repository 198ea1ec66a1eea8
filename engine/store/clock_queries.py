"""The database's time, the office calendar's rows, and the stops of cases' clocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from engine.store.store import Transaction
from engine.store.tables.calendar import calendar_year, clock_stop, closure
from engine.store.tables.instances import process_instance


def database_time(tx: Transaction) -> datetime:
    """The database server's time at this very moment."""
    moment: datetime = tx.execute(select(func.clock_timestamp())).scalar_one()
    return moment


# -- office calendar -----------------------------------------------------------------


@dataclass(frozen=True)
class YearRow:
    """One imported version of one year."""

    year: int
    version: int
    off: tuple[date, ...]
    work: tuple[date, ...]
    notes: Mapping[str, str]
    file_name: str
    digest: bytes
    imported_at: datetime
    imported_by: str
    is_current: bool


@dataclass(frozen=True)
class ClosureRow:
    """Offices closed on one day, by decision."""

    id: UUID
    day: date
    part: str
    region: str | None
    reason: str
    entered_at: datetime
    entered_by: str
    revoked_at: datetime | None


def current_years(tx: Transaction) -> tuple[YearRow, ...]:
    """The version that counts, of each year loaded."""
    rows = tx.execute(select(calendar_year).where(calendar_year.c.is_current).order_by(calendar_year.c.year))
    return tuple(_year(row) for row in rows)


def year_versions(tx: Transaction, year: int) -> tuple[YearRow, ...]:
    """Every import of `year`, the newest first."""
    statement = select(calendar_year).where(calendar_year.c.year == year).order_by(calendar_year.c.version.desc())
    return tuple(_year(row) for row in tx.execute(statement))


def add_year(tx: Transaction, *, year: int, values: Mapping[str, Any]) -> int:
    """Store a new version of a year and make it the one that counts; its number."""
    tx.execute(select(func.pg_advisory_xact_lock(func.hashtext("calendar_year"), year)))
    last = tx.execute(select(func.max(calendar_year.c.version)).where(calendar_year.c.year == year)).scalar()
    tx.execute(update(calendar_year).where(calendar_year.c.year == year).values(is_current=False))
    version = (last or 0) + 1
    tx.execute(insert(calendar_year).values(year=year, version=version, is_current=True, **values))
    return version


def closures(tx: Transaction, *, revoked: bool = False) -> tuple[ClosureRow, ...]:
    """Closures in force, the latest day first; with `revoked` also those taken back."""
    statement = select(closure).order_by(closure.c.day.desc(), closure.c.part)
    if not revoked:
        statement = statement.where(closure.c.revoked_at.is_(None))
    return tuple(ClosureRow(**row._mapping) for row in tx.execute(statement))


def add_closure(tx: Transaction, values: Mapping[str, Any]) -> UUID | None:
    """Enter a closure; None when the same is in force already."""
    statement = upsert(closure).values(**values).on_conflict_do_nothing().returning(closure.c.id)
    made: UUID | None = tx.execute(statement).scalar()
    return made


def revoke_closure(tx: Transaction, closure_id: UUID, at: datetime) -> ClosureRow | None:
    """Take a closure back; None when there is none in force with this id."""
    statement = (
        update(closure)
        .where(closure.c.id == closure_id, closure.c.revoked_at.is_(None))
        .values(revoked_at=at)
        .returning(closure)
    )
    row = tx.execute(statement).first()
    return ClosureRow(**row._mapping) if row else None


def _year(row: Any) -> YearRow:
    return YearRow(**{**row._mapping, "off": tuple(row.off), "work": tuple(row.work)})


# -- clocks of cases -----------------------------------------------------------------


def stop_clock(tx: Transaction, instance_id: UUID, since: datetime, reason: str) -> bool:
    """Stop a case's clock; False when it stands still already."""
    statement = (
        upsert(clock_stop)
        .values(instance_id=instance_id, since=since, reason=reason)
        .on_conflict_do_nothing()
        .returning(clock_stop.c.id)
    )
    return tx.execute(statement).scalar() is not None


def start_clock(tx: Transaction, instance_id: UUID, until: datetime) -> tuple[datetime, str] | None:
    """Let a case's clock run again; since when and why it stood still, None when it was running."""
    statement = (
        update(clock_stop)
        .where(clock_stop.c.instance_id == instance_id, clock_stop.c.until.is_(None))
        .values(until=func.greatest(clock_stop.c.since, until))
        .returning(clock_stop.c.since, clock_stop.c.reason)
    )
    row = tx.execute(statement).first()
    return (row.since, row.reason) if row else None


def clock_stops(
    tx: Transaction, instance_ids: Sequence[UUID]
) -> tuple[tuple[UUID, datetime, datetime | None, str], ...]:
    """Stops of these cases in their order: case, since, until, reason."""
    statement = (
        select(clock_stop.c.instance_id, clock_stop.c.since, clock_stop.c.until, clock_stop.c.reason)
        .where(clock_stop.c.instance_id.in_(instance_ids))
        .order_by(clock_stop.c.id)
    )
    return tuple((row.instance_id, row.since, row.until, row.reason) for row in tx.execute(statement))


@dataclass(frozen=True)
class CaseDates:
    """The dates of a case that its clock goes by."""

    started_at: datetime
    received_at: datetime | None
    due_at: datetime | None
    ended_at: datetime | None


def case_dates(tx: Transaction, instance_id: UUID) -> CaseDates | None:
    """When the case came, is due and ended; None: no such case."""
    columns = process_instance.c
    statement = select(columns.started_at, columns.received_at, columns.due_at, columns.ended_at)
    row = tx.execute(statement.where(columns.id == instance_id)).first()
    return CaseDates(**row._mapping) if row else None
