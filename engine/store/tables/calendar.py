"""The office calendar as imported, closures, and the stops of cases' clocks."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from engine.store.tables.base import Moment, metadata

calendar_year = Table(
    "calendar_year",
    metadata,
    Column("year", SmallInteger, primary_key=True),
    Column("version", SmallInteger, primary_key=True, comment="an import never overwrites the one before"),
    Column("off", ARRAY(Date), nullable=False, comment="Mondays to Fridays that are off"),
    Column("work", ARRAY(Date), nullable=False, comment="Saturdays and Sundays that are worked"),
    Column("notes", JSONB, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False, comment="sha256 of the file"),
    Column("imported_at", Moment, nullable=False),
    Column("imported_by", Text, nullable=False),
    Column("is_current", Boolean, nullable=False),
    Index("uq_calendar_year_current", "year", unique=True, postgresql_where=text("is_current")),
    CheckConstraint("year between 1912 and 2999", name="year_believable"),
)

closure = Table(
    "closure",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=text("gen_random_uuid()")),
    Column("day", Date, nullable=False),
    Column("part", Text, nullable=False, server_default="day"),
    Column("region", Text, comment="null: the whole city"),
    Column("reason", Text, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("revoked_at", Moment),
    Index("ix_closure_day", "day", postgresql_where=text("revoked_at is null")),
    Index(
        "uq_closure_day_part_region",
        "day",
        "part",
        text("coalesce(region, '')"),
        unique=True,
        postgresql_where=text("revoked_at is null"),
    ),
    CheckConstraint("part in ('day', 'morning', 'afternoon')", name="part_known"),
    comment="Offices closed by a decision of the day (typhoon).",
)

clock_stop = Table(
    "clock_stop",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
    Column("reason", Text, nullable=False, server_default=""),
    Index("ix_clock_stop_instance_id", "instance_id", "id"),
    Index("uq_clock_stop_open", "instance_id", unique=True, postgresql_where=text("until is null")),
    CheckConstraint("until is null or until >= since", name="in_order"),
    comment="While a correction is awaited a case's clock stands still.",
)
