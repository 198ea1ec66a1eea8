"""History: append-only entries in a chain, their erasable values, and anchors."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Identity,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    column,
    table,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB

from engine.store.tables.base import Moment, metadata

history_entry = Table(
    "history_entry",
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
    Column("task_id", Text, comment="where it is no UUID, and of entries written before 0014"),
    Column("params", JSONB, comment="as facts, of entries written before 0014"),
    Column("value_digest", LargeBinary, comment="salted digest of body"),
    Column("digest", LargeBinary, nullable=False, comment="HMAC over the previous digest and this entry"),
    Column("task", Uuid, comment="the task's id, where it is one"),
    Column("facts", JSON, comment="what is not personal: names, numbers, the elements passed"),
    Column("salt", LargeBinary, comment="gone with the body, so that a digest cannot be guessed back"),
    Column("body", Text, comment="canonical JSON: values before and after, decisions; null once erased"),
    Column("erased_at", Moment),
    ForeignKeyConstraint(["instance_id"], ["process_instance.id"]),
    comment="Who did what, when, for whom. The application may only add to it; history_erase() takes a body away.",
    info={"append_only": True},
)

history_value_apart = Table(
    "history_value_apart",
    metadata,
    Column("instance_id", Uuid, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("salt", LargeBinary, comment="gone with the body, so that a digest cannot be guessed back"),
    Column("body", Text, comment="canonical JSON: values before and after, decisions; null once erased"),
    Column("erased_at", Moment),
    ForeignKeyConstraint(
        ["instance_id", "seq"],
        ["history_entry.instance_id", "history_entry.seq"],
        deferrable=True,
        initially="DEFERRED",
    ),
    comment="The personal part of entries written before 0014. Erased only by history_erase(), never edited.",
    info={"append_only": True},
)

history = table(
    "history",
    *map(
        column,
        (
            "instance_id", "seq", "occurred_at", "recorded_at", "actor", "actor_name", "on_behalf_of",
            "on_behalf_of_name", "verb", "element_id", "task_id", "params", "value_digest", "digest", "salt", "body",
            "erased_at",
        ),
    ),
)  # fmt: skip
"""The view that every reader uses: entries alike, in whichever form they were written."""

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
