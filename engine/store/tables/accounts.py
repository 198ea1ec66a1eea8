"""Accounts, their passwords, sign-ins and sessions. No secret is kept, only digests of secrets."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
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

from engine.store.tables.base import Moment, metadata

account = Table(
    "account",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("username", Text, nullable=False, comment="lower case; what is typed to sign in"),
    Column("password_hash", Text, comment="argon2id; null: no password yet, or sign-on elsewhere"),
    Column("must_change", Boolean, nullable=False, server_default=text("true")),
    Column("is_demo", Boolean, nullable=False, server_default=text("false")),
    Column("failures", SmallInteger, nullable=False, server_default="0"),
    Column("locked_until", Moment),
    Column("password_changed_at", Moment),
    Column("last_sign_in_at", Moment),
    Column(
        "used_from",
        Moment,
        nullable=False,
        server_default=text("now()"),
        comment="idleness counts from here: made, enabled again or last signed in",
    ),
    Column("disabled_at", Moment),
    Column("disabled_reason", Text, comment="by an administrator, or because nobody used it"),
    Column("created_at", Moment, nullable=False),
    Index("uq_account_username", "username", unique=True),
    Index("ix_account_used_from", "used_from", postgresql_where=text("disabled_at is null and not is_demo")),
    CheckConstraint("username = lower(username)", name="username_lower"),
    CheckConstraint("disabled_reason in ('administrator', 'idle')", name="disabled_reason_known"),
    CheckConstraint("(disabled_at is null) = (disabled_reason is null)", name="disabled_has_reason"),
)

password_history = Table(
    "password_history",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("person_id", ForeignKey("account.person_id"), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Index("ix_password_history_person_id", "person_id", "id"),
    comment="Passwords an account had, so that the last ones are not used again.",
)

sign_in_log = Table(
    "sign_in_log",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("username", Text, nullable=False),
    Column("person_id", Text),
    Column("result", Text, nullable=False),
    Column("ip", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Index("ix_sign_in_log_ip", "ip", "at", postgresql_where=text("result <> 'ok'")),
    Index("ix_sign_in_log_username", "username", "at", postgresql_where=text("result <> 'ok'")),
    Index("ix_sign_in_log_person_id", "person_id", "id"),
    CheckConstraint("result in ('ok', 'wrong', 'locked', 'disabled', 'unknown', 'throttled')", name="result_known"),
    comment="Every attempt to sign in.",
    info={"append_only": True},
)

web_session = Table(
    "web_session",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=text("gen_random_uuid()"), comment="names it on the page"),
    Column("token_digest", LargeBinary, nullable=False, comment="sha256 of what the cookie holds"),
    Column("person_id", ForeignKey("account.person_id"), nullable=False),
    Column("on_behalf_of", ForeignKey("person.id"), comment="whom a deputy stands in for in this session"),
    Column("created_at", Moment, nullable=False),
    Column("active_at", Moment, nullable=False, comment="the last act of the person; polling does not count"),
    Column("expires_at", Moment, nullable=False, comment="the absolute end"),
    Column("ip", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("ended_at", Moment),
    Column("end_reason", Text),
    Index("uq_web_session_token_digest", "token_digest", unique=True),
    Index("ix_web_session_person_id", "person_id", postgresql_where=text("ended_at is null")),
    CheckConstraint(
        "end_reason in ('signed-out', 'everywhere', 'idle', 'absolute', 'disabled', 'password', 'renewed')",
        name="end_reason_known",
    ),
    CheckConstraint("(ended_at is null) = (end_reason is null)", name="end_has_reason"),
)

password_reset = Table(
    "password_reset",
    metadata,
    Column("token_digest", LargeBinary, primary_key=True),
    Column("person_id", ForeignKey("account.person_id"), nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    comment="One-time links an administrator hands out.",
)
