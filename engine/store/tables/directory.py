"""Units, positions, people, roles, deputies, responsibilities, and the administrators' log (domain C1, C2).

Everything has a first and a last day: a past case must show the old name and title.
`valid_to` is the last day that counts; null means still valid.
"""

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
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from engine.store.tables.base import Moment, metadata

_NEW_ID = text("gen_random_uuid()")


def _validity() -> tuple[Column[object], Column[object], CheckConstraint]:
    return (
        Column("valid_from", Date, nullable=False, server_default="2010-12-25"),
        Column("valid_to", Date),
        CheckConstraint("valid_to is null or valid_to >= valid_from", name="validity_in_order"),
    )


org_unit = Table(
    "org_unit",
    metadata,
    Column("id", Text, primary_key=True, comment="unit code, readable: aia.labor"),
    Column("parent_id", ForeignKey("org_unit.id")),
    Column("type", Text, nullable=False),
    Column("oid", Text, comment="the government's object identifier of an agency"),
    Column("sort", SmallInteger, nullable=False, server_default="0"),
    *_validity(),
    Column("address", Text),
    Column("address_en", Text),
    Column("phone", Text),
    Column("fax", Text),
    Column("email", Text),
    Index("ix_org_unit_parent_id", "parent_id"),
    CheckConstraint("type in ('city', 'office', 'agency', 'section', 'subsection', 'external')", name="type_known"),
    CheckConstraint("parent_id <> id", name="not_its_own_parent"),
    comment="The tree of the city's offices.",
)

org_unit_name = Table(
    "org_unit_name",
    metadata,
    Column("unit_id", ForeignKey("org_unit.id"), primary_key=True),
    Column("valid_from", Date, primary_key=True, comment="the name holds until the next one begins"),
    Column("name", Text, nullable=False),
    Column("name_en", Text),
    Column("short_name", Text, nullable=False),
    Column("doc_prefix", Text, comment="發文字, e.g. 高市府行國"),
    comment="What a unit was called from when on: 秘書處 until August 2018, 行政暨國際處 since.",
)

position = Table(
    "position",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=_NEW_ID),
    Column("unit_id", ForeignKey("org_unit.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("title_en", Text),
    Column("layer", SmallInteger, nullable=False, server_default="4", comment="分層負責: 1 head … 4 handler"),
    Column("is_head", Boolean, nullable=False, server_default=text("false")),
    *_validity(),
    Index("ix_position_unit_id", "unit_id"),
    Index(
        "uq_position_unit_id_title",
        "unit_id",
        "title",
        unique=True,
        postgresql_where=text("valid_to is null"),
    ),
    CheckConstraint("layer between 1 and 4", name="layer_known"),
    comment="A title in a unit; several people may hold it.",
)

person = Table(
    "person",
    metadata,
    Column("id", Text, primary_key=True, comment="employee number or another readable key"),
    Column("name", Text, nullable=False),
    Column("name_en", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    Column("demo_listed", Boolean, nullable=False, server_default=text("false"), comment="named on the sign-in page"),
    Column("demo_note", Text, comment="what this demo account shows"),
    Column("demo_note_en", Text),
    Column("created_at", Moment, nullable=False),
    comment="Somebody who works here. Never deleted: cases name them.",
)

assignment = Table(
    "assignment",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=_NEW_ID),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("position_id", ForeignKey("position.id"), nullable=False),
    Column("kind", Text, nullable=False, server_default="primary"),
    *_validity(),
    Index("ix_assignment_person_id", "person_id"),
    Index("ix_assignment_position_id", "position_id"),
    CheckConstraint("kind in ('primary', 'concurrent', 'acting')", name="kind_known"),
    comment="Who holds a position: 本職, 兼任, 代理.",
)

role = Table(
    "role",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("is_platform", Boolean, nullable=False, comment="runs the platform itself; not passed on to a deputy"),
    Column("shown_with_unit", Boolean, nullable=False, comment="held in many units: 衛生局承辦人, not 承辦人"),
    Column("sort", SmallInteger, nullable=False),
    comment="What a grant gives. Diagrams name roles, never people.",
)

role_grant = Table(
    "role_grant",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=_NEW_ID),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("role_id", ForeignKey("role.id"), nullable=False),
    Column("unit_id", ForeignKey("org_unit.id"), nullable=False, comment="with everything below it"),
    *_validity(),
    Index("ix_role_grant_person_id", "person_id"),
    Index("ix_role_grant_role_id", "role_id", "unit_id"),
    comment="A person has a role in a unit and all units below.",
)

standing_deputy = Table(
    "standing_deputy",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("ordinal", SmallInteger, primary_key=True),
    Column("deputy_id", ForeignKey("person.id"), nullable=False),
    Index("uq_standing_deputy_person_id_deputy_id", "person_id", "deputy_id", unique=True),
    CheckConstraint("person_id <> deputy_id", name="not_oneself"),
    comment="職務代理人 in their order; offered when leave is entered.",
)

leave = Table(
    "leave",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=_NEW_ID),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Column("entered_by", Text, nullable=False),
    Column("cancelled_at", Moment),
    Index("ix_leave_person_id", "person_id", "ends_at"),
    CheckConstraint("ends_at > starts_at", name="in_order"),
    comment="Somebody is away.",
)

leave_deputy = Table(
    "leave_deputy",
    metadata,
    Column("leave_id", ForeignKey("leave.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", SmallInteger, primary_key=True),
    Column("deputy_id", ForeignKey("person.id"), nullable=False),
    Index("ix_leave_deputy_deputy_id", "deputy_id"),
    comment="Who stands in: the first of them who is not away.",
)

authority = Table(
    "authority",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=_NEW_ID),
    Column("unit_id", ForeignKey("org_unit.id"), nullable=False, comment="承辦機關"),
    Column("item", Text, nullable=False, comment="公務項目"),
    Column("content", Text, nullable=False, comment="公務內容"),
    Column("layer_1", Text, nullable=False, server_default="", comment="擬辦, 審核, 核定 or empty"),
    Column("layer_2", Text, nullable=False, server_default=""),
    Column("layer_3", Text, nullable=False, server_default=""),
    Column("layer_4", Text, nullable=False, server_default=""),
    Column("consulted", Text, nullable=False, server_default="", comment="會辦機關"),
    Column("note", Text, nullable=False, server_default="", comment="備考"),
    *_validity(),
    Index("ix_authority_unit_id", "unit_id"),
    *(CheckConstraint(f"layer_{n} in ('', '擬辦', '審核', '核定')", name=f"layer_{n}_known") for n in range(1, 5)),
    comment="分層負責明細表: who drafts, reviews and decides what.",
)

directory_state = Table(
    "directory_state",
    metadata,
    Column("is_only", Boolean, primary_key=True, server_default=text("true")),
    Column("number", BigInteger, nullable=False, comment="the transaction that changed it last"),
    CheckConstraint("is_only", name="only_one_row"),
    comment="Which state units, positions, roles and who has them are in: what was read in the same one still holds.",
)
"""Kept by triggers on every table that `candidate_queries.groups_of` reads (migration 0010)."""

admin_log = Table(
    "admin_log",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("recorded_at", Moment, nullable=False, server_default=text("clock_timestamp()")),
    Column("actor_id", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("verb", Text, nullable=False, comment="unit.create, grant.revoke, account.lock …"),
    Column("subject_type", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("subject_label", Text, nullable=False, server_default=""),
    Column("before", JSONB),
    Column("after", JSONB),
    Index("ix_admin_log_subject", "subject_type", "subject_id", "id"),
    Index("ix_admin_log_actor_id", "actor_id", "id"),
    comment="Every act of administration, append-only.",
    info={"append_only": True},
)
