"""What operators and people set, and what background work keeps: hosts to call, mail or none, where a round stands."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Table, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from engine.store.tables.base import Moment, metadata

connector_host = Table(
    "connector_host",
    metadata,
    Column("name", Text, primary_key=True, comment="what diagrams call it by"),
    Column("base_url", Text, nullable=False),
    Column("header_names", ARRAY(Text), nullable=False, server_default=text("'{}'"), comment="may be shown"),
    Column("sealed_headers", Text, comment="names and values, encrypted with a key of the settings"),
    Column("allow_private", Boolean, nullable=False, server_default=text("false")),
    Column("changed_at", Moment, nullable=False),
    Column("changed_by", Text, nullable=False),
    CheckConstraint("base_url ~ '^https?://'", name="base_url_http"),
    comment="A neighbour system that the http connector may call.",
)

notice_preference = Table(
    "notice_preference",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("mail", Boolean, nullable=False),
    Column("lang", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
    CheckConstraint("lang in ('zh', 'en')", name="lang_known"),
    comment="Whether a person gets notices by mail, and in which language; without a row: yes, Chinese.",
)

upkeep = Table(
    "upkeep",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", JSONB, nullable=False),
    Column("at", Moment, nullable=False, comment="when somebody took it up last"),
    comment="What background work keeps for its next round.",
)
