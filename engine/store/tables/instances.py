"""Process instances: header, saved state, and everything an instance waits for."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from engine.store.tables.base import Moment, metadata

case_counter = Table(
    "case_counter",
    metadata,
    Column("prefix", Text, primary_key=True),
    Column("roc_year", SmallInteger, primary_key=True),
    Column("last", Integer, nullable=False),
    comment="The last case number given out; numbers are never used again.",
)

process_instance = Table(
    "process_instance",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("definition_id", ForeignKey("process_definition.id"), nullable=False),
    Column("process_key", Text, nullable=False),
    Column("business_key", Text, nullable=False, comment="案號"),
    Column("status", Text, nullable=False),
    Column("revision", Integer, nullable=False, comment="counts the steps; every write checks it"),
    Column("started_at", Moment, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("started_by_name", Text, nullable=False),
    Column("ended_at", Moment),
    Column("end_reason", Text),
    Column("updated_at", Moment, nullable=False),
    Column("owning_unit", Text, comment="whose registrar may see the case"),
    Column("subject", Text, nullable=False),
    Column("applicant_agency", Text),
    Column("applicant_agency_label", Text),
    Column("applicant_unit", Text),
    Column("applicant_unit_label", Text),
    Column("lead_agency", Text, comment="主辦機關"),
    Column("lead_agency_label", Text),
    Column("handler", Text),
    Column("handler_label", Text),
    Column("speed", Text),
    Column("security_class", Text, nullable=False, server_default="普通"),
    Column("received_at", Moment),
    Column("due_at", Moment),
    Column("remind_at", Moment, comment="when its people are reminded of the case's deadline next; null: not"),
    Column("doc_no_in", Text),
    Column("doc_no_out", Text),
    Column("retention_class", Text),
    Column("source", Text),
    Column("outcome", Text),
    Column("clock", Text, nullable=False, server_default="running"),
    Column("suspended_at", Moment, comment="since when nothing may move the case; null: it runs"),
    Column("active_elements", ARRAY(Text), nullable=False, comment="drawn ids that hold a token now"),
    Column("variables", JSONB, nullable=False, comment="for search and reports; the state is elsewhere"),
    Column("history_length", Integer, nullable=False),
    Column("history_head", LargeBinary, nullable=False),
    Index("uq_process_instance_business_key_process_key", "business_key", "process_key", unique=True),
    Index("ix_process_instance_started_at", "started_at", "id"),
    Index("ix_process_instance_open_due", "due_at", "id", postgresql_where=text("ended_at is null")),
    *(  # open cases by what an inbox is filtered by; a case that has ended stands in none of them
        Index(f"ix_process_instance_open_{name}", column, "id", postgresql_where=text(f"ended_at is null{further}"))
        for name, column, further in (
            ("process", "process_key", ""),
            ("source", "source", " and source is not null"),
            ("speed", "speed", " and speed is not null"),
            ("lead", "lead_agency", " and lead_agency is not null"),
            ("applicant", "applicant_agency", " and applicant_agency is not null"),
            ("handler", "handler", " and handler is not null"),
            ("confidential", "security_class", " and security_class <> '普通'"),
            ("subject", "subject", ""),
            ("business_key", "business_key", ""),
        )
    ),
    Index(
        "ix_process_instance_open_by_speed",
        text("coalesce(array_position(array['最速件', '速件', '普通件'], speed), 4)"),
        "id",
        postgresql_where=text("ended_at is null"),
        postgresql_include=["speed"],
    ),
    Index("ix_process_instance_remind_at", "remind_at", postgresql_where=text("remind_at is not null")),
    Index(
        "ix_process_instance_owning_unit", "owning_unit", "started_at", postgresql_where=text("owning_unit is not null")
    ),
    Index("ix_process_instance_started_by", "started_by", "started_at"),
    Index("ix_process_instance_suspended", "id", postgresql_where=text("suspended_at is not null")),
    CheckConstraint("status in ('active', 'completed', 'cancelled', 'error')", name="status_known"),
    CheckConstraint("(status = 'active') = (ended_at is null)", name="ended_has_moment"),
    CheckConstraint("security_class in ('普通', '密')", name="security_class_known"),
    CheckConstraint("clock in ('running', 'stopped')", name="clock_known"),
    comment="One run of a definition: a case (案件).",
    postgresql_with={"fillfactor": "80"},
)

instance_state = Table(
    "instance_state",
    metadata,
    Column("instance_id", ForeignKey("process_instance.id"), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False, comment="opaque; written and read by the executor"),
    comment="The saved state of an instance that has not ended.",
    postgresql_with={"fillfactor": "70"},
)

awaited_timer = Table(
    "awaited_timer",
    metadata,
    Column("instance_id", ForeignKey("process_instance.id"), primary_key=True),
    Column("task_id", Text, primary_key=True),
    Column("element_id", Text, nullable=False),
    Column("due_at", Moment, nullable=False),
    Index("ix_awaited_timer_due_at", "due_at"),
)

start_timer = Table(
    "start_timer",
    metadata,
    Column("definition_id", ForeignKey("process_definition.id"), primary_key=True),
    Column("element_id", Text, primary_key=True),
    Column("due_at", Moment, nullable=False),
    Column("fired", Integer, nullable=False, server_default="0"),
    Index("ix_start_timer_due_at", "due_at"),
    comment="When a timer start event of a current version fires next.",
)

start_condition = Table(
    "start_condition",
    metadata,
    Column("definition_id", ForeignKey("process_definition.id"), primary_key=True),
    Column("element_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="which of the event's conditions"),
    Column("holds", Boolean, nullable=False, server_default=text("false")),
    Column("since", Moment, nullable=False),
    Column("problem", Text, comment="why it cannot be worked out, or begins no case"),
    comment="Whether the condition of a start event of a current version held when it was last looked at.",
)

start_arrival = Table(
    "start_arrival",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("process_key", Text, nullable=False),
    Column("element_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False, comment="of the message or signal; else which timer or condition"),
    Column("business_key", Text, comment="messages of one number belong together"),
    Column("variables", JSONB, nullable=False),
    Column("arrived_at", Moment, nullable=False),
    Index("ix_start_arrival_process_key_element_id", "process_key", "element_id"),
    CheckConstraint("kind in ('message', 'signal', 'timer', 'conditional')", name="kind_known"),
    comment="What has happened already of all that a parallel multiple start event needs.",
)

subscription = Table(
    "subscription",
    metadata,
    Column("instance_id", ForeignKey("process_instance.id"), primary_key=True),
    Column("task_id", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("element_id", Text, nullable=False),
    Index("ix_subscription_kind_name", "kind", "name"),
    CheckConstraint("kind in ('message', 'signal')", name="kind_known"),
)

buffered_message = Table(
    "buffered_message",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("business_key", Text, nullable=False),
    Column("variables", JSONB, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("sent_by_name", Text, nullable=False),
    Index("ix_buffered_message_business_key_name", "business_key", "name", "id"),
    comment="A message that came before its catcher waited for it.",
)

service_call = Table(
    "service_call",
    metadata,
    Column("instance_id", ForeignKey("process_instance.id"), primary_key=True),
    Column("task_id", Text, primary_key=True, comment="also the idempotency key of the call"),
    Column("element_id", Text, nullable=False),
    Column("connector", Text, nullable=False),
    Column("arguments", JSONB, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("tried_at", Moment),
    Column("last_error", Text),
    Index("ix_service_call_tried_at", text("coalesce(tried_at, asked_at)")),
    comment="A connector call that an instance waits for.",
)

incident = Table(
    "incident",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("task_id", Text, nullable=False),
    Column("element_id", Text, nullable=False),
    Column("element_name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("resolved_at", Moment),
    Column("resolved_by", Text),
    Index("ix_incident_open", "opened_at", "id", postgresql_where=text("resolved_at is null")),
    Index("ix_incident_instance_id", "instance_id"),
    Index("ix_incident_stuck", "id", postgresql_where=text("kind = 'stuck' and resolved_at is null")),
    Index(
        "uq_incident_open_task",
        "instance_id",
        "task_id",
        unique=True,
        postgresql_where=text("resolved_at is null"),
    ),
    comment="A failed automatic step that waits for an operator.",
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("token", Text, primary_key=True),
    Column("verb", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("result", JSONB, nullable=False),
    Index("ix_idempotency_at", "at"),
    comment="A form token that was used, and the answer it got.",
)
