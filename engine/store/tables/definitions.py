"""Deployments, process versions, drafts, and who may edit, deploy and start."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from engine.store.tables.base import Moment, metadata

resource = Table(
    "resource",
    metadata,
    Column("digest", LargeBinary, primary_key=True, comment="sha256 of the content"),
    Column("content", LargeBinary, nullable=False),
    CheckConstraint("octet_length(digest) = 32", name="digest_length"),
    comment="A diagram, table or form, stored once however often it is deployed.",
    info={"append_only": True},
)

deployment = Table(
    "deployment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("deployed_at", Moment, nullable=False),
    Column("deployed_by", Text, nullable=False),
    Column("approved_by", Text),
    Column("note", Text, nullable=False, server_default=""),
    info={"append_only": True},
)

process_definition = Table(
    "process_definition",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("key", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_en", Text),
    Column("documentation", Text, nullable=False, server_default=""),
    Column("properties", JSONB, nullable=False),
    Column("starter_groups", JSONB, nullable=False, comment="candidate texts of the diagram's candidateStarter…"),
    Column("start_form", Text, comment="form key of the none start event"),
    Column("has_plain_start", Boolean, nullable=False, server_default=text("true")),
    Column("digest", Text, nullable=False, comment="of the process id and all its files"),
    Column("deployment_id", ForeignKey("deployment.id"), nullable=False),
    Column("deployed_at", Moment, nullable=False),
    Column("deployed_by", Text, nullable=False),
    Column("is_current", Boolean, nullable=False),
    Index("uq_process_definition_key_version", "key", "version", unique=True),
    Index("uq_process_definition_current", "key", unique=True, postgresql_where=text("is_current")),
    CheckConstraint("version >= 1", name="version_from_one"),
    comment="One version of one process.",
)

definition_file = Table(
    "definition_file",
    metadata,
    Column("definition_id", ForeignKey("process_definition.id"), primary_key=True),
    Column("name", Text, primary_key=True, comment="petition.bpmn, sla.dmn, petition/intake.form"),
    Column("digest", ForeignKey("resource.digest"), nullable=False),
    comment="What a version needs to run: its own snapshot of diagrams, tables and forms.",
    info={"append_only": True},
)

definition_start = Table(
    "definition_start",
    metadata,
    Column("definition_id", ForeignKey("process_definition.id"), primary_key=True),
    Column("element_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True, comment="message or signal name; timer expression"),
    Index("ix_definition_start_kind_name", "kind", "name"),
    CheckConstraint("kind in ('message', 'signal', 'timer')", name="kind_known"),
    comment="Messages, signals and timers that start a new case of a version.",
    info={"append_only": True},
)

process_grant = Table(
    "process_grant",
    metadata,
    Column("key", Text, primary_key=True),
    Column("verb", Text, primary_key=True),
    Column("group", Text, primary_key=True, comment="candidate text: role@unit, role@, user:person"),
    CheckConstraint("verb in ('edit', 'deploy', 'start', 'view')", name="verb_known"),
    comment="Who may edit, deploy, start a process, beyond the platform's own roles.",
)

draft = Table(
    "draft",
    metadata,
    Column("key", Text, primary_key=True),
    Column("saved_at", Moment, nullable=False),
    Column("saved_by", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("based_on", Uuid, comment="the version the author began with"),
    comment="An author's unfinished files of one process.",
)

draft_file = Table(
    "draft_file",
    metadata,
    Column("key", ForeignKey("draft.key", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("digest", ForeignKey("resource.digest"), nullable=False),
)

pending_deployment = Table(
    "pending_deployment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("keys", JSONB, nullable=False),
    Column("submitted_at", Moment, nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("changes", JSONB, nullable=False, comment="what needs a second account: scripts and connectors"),
    Column("state", Text, nullable=False, server_default="pending"),
    Column("decided_at", Moment),
    Column("decided_by", Text),
    Column("reason", Text),
    Index("ix_pending_deployment_open", "submitted_at", postgresql_where=text("state = 'pending'")),
    CheckConstraint("state in ('pending', 'approved', 'rejected')", name="state_known"),
    comment="A deployment that adds or changes code and waits for a second account.",
)

pending_file = Table(
    "pending_file",
    metadata,
    Column("pending_id", ForeignKey("pending_deployment.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("digest", ForeignKey("resource.digest"), nullable=False),
)
