"""User tasks, who may take them, and who had them."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, SmallInteger, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from engine.store.tables.base import Moment, metadata

_FREE = "state = 'open' and assignee is null"

user_task = Table(
    "user_task",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), nullable=False),
    Column("element_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_en", Text),
    Column("label", Text),
    Column("lane", Text),
    Column("form_key", Text),
    Column("state", Text, nullable=False),
    Column("assignee", Text),
    Column("assignee_name", Text),
    Column("candidates", ARRAY(Text), nullable=False, comment="user:person, role@unit, head@unit, superior:person"),
    Column("created_at", Moment, nullable=False),
    Column("claimed_at", Moment),
    Column("claimed_by_name", Text, comment="who made the claim; a deputy or a supervisor differs from the assignee"),
    Column("due_at", Moment),
    Column("follow_up_at", Moment),
    Column("remind_at", Moment, comment="when the people who have it are reminded next; null: not any more"),
    Column("kind", Text, nullable=False, server_default="handle", comment="which tab of the inbox: 主辦, 會辦, 待核"),
    Column("priority", SmallInteger, nullable=False, server_default="50"),
    Column("sent_by", Text, comment="送件人: whose act opened it"),
    Column("sent_by_name", Text),
    Column("closed_at", Moment),
    Column("closed_by", Text),
    Column("closed_by_name", Text),
    Column("facets", ARRAY(Text), comment="what it is filtered by, `source=…`, while nobody has it"),
    Index("ix_user_task_instance_id", "instance_id"),
    Index(
        "ix_user_task_assignee_open",
        "assignee",
        text("coalesce(due_at, 'infinity')"),
        "id",
        postgresql_where=text("state = 'open'"),
    ),
    Index(
        "ix_user_task_done",
        "closed_by",
        text("coalesce(closed_at, 'infinity')"),
        postgresql_where=text("state = 'completed'"),
    ),
    *(  # what waits to be claimed, in the orders in which it is shown; gone as soon as somebody has it
        Index(f"ix_user_task_free_{column}", column, "id", postgresql_where=text(_FREE))
        for column in ("created_at", "name", "priority")
    ),
    Index(
        "ix_user_task_free_sent_by",
        text("coalesce(sent_by_name, '')"),
        "id",
        postgresql_where=text(_FREE),
        postgresql_include=["sent_by_name"],
    ),
    Index(  # who may take it and what it is, at once; triggers write the facets (migration 0017)
        "ix_user_task_free_offer",
        "candidates",
        "facets",
        postgresql_using="gin",
        postgresql_where=text(_FREE),
        postgresql_with={"fastupdate": "off"},
    ),
    Index("ix_user_task_remind_at", "remind_at", postgresql_where=text("state = 'open' and remind_at is not null")),
    CheckConstraint("kind in ('handle', 'countersign', 'approval')", name="kind_known"),
    CheckConstraint("state in ('open', 'completed', 'cancelled')", name="state_known"),
    CheckConstraint("(state = 'open') = (closed_at is null)", name="closed_has_moment"),
    comment="One piece of work for a person.",
)

candidate = Table(
    "candidate",
    metadata,
    Column("task_id", ForeignKey("user_task.id"), primary_key=True),
    Column("candidate", Text, primary_key=True),
    Column("instance_id", Uuid, nullable=False),
    Column("unit_id", Text, comment="of role@unit and head@unit: for that unit's superiors"),
    Column("due_at", Moment, nullable=False, comment="the task's, infinity when it has none: the inbox's order"),
    Column("claimable", Boolean, nullable=False, comment="nobody has the task"),
    Index(
        "ix_candidate_inbox",
        "candidate",
        "due_at",
        "task_id",
        postgresql_where=text("claimable"),
        postgresql_include=["instance_id"],
    ),
    Index("ix_candidate_instance_id", "instance_id"),
    Index("ix_candidate_unit_id", "unit_id", postgresql_where=text("unit_id is not null")),
    comment="Who may take an open task; gone when it closes.",
)

participation = Table(
    "participation",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("instance_id", ForeignKey("process_instance.id"), primary_key=True),
    Column("unit_id", Text, comment="the person's unit then: its superiors may see the case"),
    Column("since", Moment, nullable=False),
    Index("ix_participation_instance_id", "instance_id"),
    Index("ix_participation_unit_id", "unit_id", "instance_id", postgresql_where=text("unit_id is not null")),
    comment="Who has or had a task in a case, or started it.",
)

task_draft = Table(
    "task_draft",
    metadata,
    Column("task_id", ForeignKey("user_task.id", ondelete="CASCADE"), primary_key=True),
    Column("person_id", Text, primary_key=True),
    Column("raw", JSONB, nullable=False),
    Column("saved_at", Moment, nullable=False),
    comment="An unfinished answer, as it was typed.",
)
