"""What people add to a case and how they find it: comments, files, search, notices."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from engine.store.tables.base import Moment, metadata

comment = Table(
    "comment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("author", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("on_behalf_of_name", Text),
    Column("body", Text, nullable=False),
    Index("ix_comment_instance_id", "instance_id", "id"),
)

file_content = Table(
    "file_content",
    metadata,
    Column("digest", LargeBinary, primary_key=True, comment="sha256 of the bytes"),
    Column("size", BigInteger, nullable=False),
    CheckConstraint("octet_length(digest) = 32", name="digest_length"),
    comment="Uploaded bytes, stored once.",
)

file_chunk = Table(
    "file_chunk",
    metadata,
    Column("digest", ForeignKey("file_content.digest", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    CheckConstraint("octet_length(body) <= 1048576", name="at_most_one_megabyte"),
)

file = Table(
    "file",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("digest", ForeignKey("file_content.digest"), nullable=False),
    Column("uploaded_at", Moment, nullable=False),
    Column("uploaded_by", Text, nullable=False),
    Column("uploaded_by_name", Text, nullable=False),
    Index("ix_file_digest", "digest"),
    Index("ix_file_uploaded_at", "uploaded_at"),
    comment="A file as one person gave it: its name and type; the bytes are shared.",
)

attachment = Table(
    "attachment",
    metadata,
    Column("instance_id", ForeignKey("process_instance.id"), primary_key=True),
    Column("file_id", ForeignKey("file.id"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("attached_at", Moment, nullable=False),
    Column("attached_by", Text, nullable=False),
    Column("attached_by_name", Text, nullable=False),
    Index("ix_attachment_file_id", "file_id"),
    CheckConstraint("kind in ('form', 'case')", name="kind_known"),
    comment="A file belongs to a case: through a form, or attached by hand.",
)

case_read = Table(
    "case_read",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("at", Moment, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("on_behalf_of", Text),
    Column("what", Text, nullable=False),
    Index("ix_case_read_instance_id", "instance_id", "at"),
    comment="Who looked at a confidential case.",
    info={"append_only": True},
)

notification = Table(
    "notification",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("instance_id", ForeignKey("process_instance.id")),
    Column("task_id", Uuid),
    Column("request_id", Uuid, comment="the deployment that somebody submitted; null: it is about a case"),
    Column("params", JSONB, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("read_at", Moment),
    Column("mailed_at", Moment),
    CheckConstraint("(instance_id is null) <> (request_id is null)", name="about_one_thing"),
    Index("ix_notification_person_id", "person_id", text("id desc")),
    Index("ix_notification_unread", "person_id", postgresql_where=text("read_at is null")),
    Index(
        "uq_notification_once",
        "person_id",
        "task_id",
        "kind",
        text("(params ->> 'once')"),
        unique=True,
        postgresql_where=text("task_id is not null"),
    ),
    Index(
        "uq_notification_case_once",
        "person_id",
        "instance_id",
        "kind",
        text("(params ->> 'once')"),
        unique=True,
        postgresql_where=text("task_id is null and kind in ('case_due', 'case_overdue')"),
    ),
)

search_document = Table(
    "search_document",
    metadata,
    Column("instance_id", ForeignKey("process_instance.id", ondelete="CASCADE"), primary_key=True),
    Column("body", TSVECTOR, nullable=False, comment="case number, subject, form data; replaced when they change"),
    Column("people", TSVECTOR, nullable=False, comment="everybody who ever had to do with it; only grows"),
    Index("ix_search_document_words", text("(body || people)"), postgresql_using="gin"),
    comment="2-grams with their positions: two adjacent ones make a substring.",
)

following = Table(
    "following",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), primary_key=True),
    Column("since", Moment, nullable=False),
    comment="Cases a person keeps an eye on (追蹤).",
)

saved_search = Table(
    "saved_search",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("query", JSONB, nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("uq_saved_search_person_id_name", "person_id", "name", unique=True),
)
