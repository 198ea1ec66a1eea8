"""History: append-only entries in a chain, their erasable values, and anchors."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, Identity, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from engine.store.tables.base import Moment, metadata

history = Table(
    "history",
    metadata,
    Column("instance_id", Uuid, primary_key=True),
    Column("seq", Integer, primary_key=True, comment="1, 2, 3 … without a gap"),
    Column("occurred_at", Moment, nullable=False, comment="by the engine's one clock"),
    Column("recorded_at", Moment, nullable=False, comment="always real time"),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("on_behalf_of_name", Text),
    Column("verb", Text, nullable=False),
    Column("element_id", Text),
    Column("task_id", Text),
    Column("params", JSONB, nullable=False),
    Column("value_digest", LargeBinary, comment="salted digest of what lies in history_value"),
    Column("digest", LargeBinary, nullable=False, comment="HMAC over the previous digest and this entry"),
    ForeignKeyConstraint(["instance_id"], ["process_instance.id"]),
    comment="Who did what, when, for whom. The application may only add to it.",
    info={"append_only": True},
)

history_value = Table(
    "history_value",
    metadata,
    Column("instance_id", Uuid, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("salt", LargeBinary, comment="gone with the body, so that a digest cannot be guessed back"),
    Column("body", Text, comment="canonical JSON: values before and after, decisions; null once erased"),
    Column("erased_at", Moment),
    ForeignKeyConstraint(["instance_id", "seq"], ["history.instance_id", "history.seq"]),
    comment="The personal part of an entry. Erased only by history_erase(), never edited.",
    info={"append_only": True},
)

history_anchor = Table(
    "history_anchor",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("cases", Integer, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    comment="One digest over all chain heads that changed since the last; its file is kept outside.",
    info={"append_only": True},
)
