"""Reading the directory. `day` is the day whose names, posts and grants count."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, and_, func, literal, or_, select, true

from engine.directory.values import Assignment, Authority, Deputy, Grant, Leave, Person, Position, Role, Unit, UnitName
from engine.store.store import Transaction
from engine.store.tables.directory import (
    assignment,
    authority,
    leave,
    leave_deputy,
    org_unit,
    org_unit_name,
    person,
    position,
    role,
    role_grant,
    standing_deputy,
)
from engine.wording import is_allowed


def valid_on(table: Table, day: date) -> ColumnElement[bool]:
    """Rows of `table` that count on `day`."""
    return and_(table.c.valid_from <= day, or_(table.c.valid_to.is_(None), table.c.valid_to >= day))


# -- units ---------------------------------------------------------------------------


def _units(day: date) -> Select[Any]:
    """Units with the name that held on `day`; before its first name a unit has its first."""
    name = (
        select(org_unit_name)
        .where(org_unit_name.c.unit_id == org_unit.c.id)
        .order_by(
            (org_unit_name.c.valid_from <= day).desc(),
            func.abs(org_unit_name.c.valid_from - day),
        )
        .limit(1)
        .lateral("named")
    )
    columns = org_unit.c
    return (
        select(
            columns.id,
            columns.parent_id,
            columns.type,
            name.c.name,
            name.c.name_en,
            name.c.short_name,
            name.c.doc_prefix,
            columns.oid,
            columns.sort,
            columns.valid_from,
            columns.valid_to,
        )
        .select_from(org_unit.join(name, true()))
        .order_by(columns.sort, columns.id)
    )


def units(tx: Transaction, day: date, *, closed: bool = False) -> tuple[Unit, ...]:
    """Units open on `day` (with `closed`: all), with the names of that day, in order."""
    statement = _units(day) if closed else _units(day).where(valid_on(org_unit, day))
    return tuple(Unit(**row._mapping) for row in tx.execute(statement))


def unit(tx: Transaction, unit_id: str, day: date) -> Unit | None:
    """One unit, open or closed, with the name of `day`."""
    row = tx.execute(_units(day).where(org_unit.c.id == unit_id)).first()
    return Unit(**row._mapping) if row else None


def unit_names(tx: Transaction, unit_id: str) -> tuple[UnitName, ...]:
    """What a unit was called, the latest name first."""
    statement = (
        select(org_unit_name).where(org_unit_name.c.unit_id == unit_id).order_by(org_unit_name.c.valid_from.desc())
    )
    return tuple(UnitName(**row._mapping) for row in tx.execute(statement))


def root_units(tx: Transaction) -> tuple[str, ...]:
    """Units without a parent."""
    return tuple(tx.execute(select(org_unit.c.id).where(org_unit.c.parent_id.is_(None))).scalars())


def subtree(tx: Transaction, unit_id: str) -> tuple[str, ...]:
    """The unit and all units below it, closed ones included."""
    below = select(org_unit.c.id).where(org_unit.c.id == unit_id).cte("below", recursive=True)
    below = below.union(select(org_unit.c.id).where(org_unit.c.parent_id == below.c.id))
    return tuple(tx.execute(select(below.c.id)).scalars())


def ancestors(tx: Transaction, unit_id: str) -> tuple[str, ...]:
    """The unit, its parent, and so on up to the root."""
    above = select(org_unit.c.id, org_unit.c.parent_id, literal(0).label("height"))
    chain = above.where(org_unit.c.id == unit_id).cte("above", recursive=True)
    chain = chain.union_all(
        select(org_unit.c.id, org_unit.c.parent_id, chain.c.height + 1).where(org_unit.c.id == chain.c.parent_id)
    )
    return tuple(tx.execute(select(chain.c.id).order_by(chain.c.height)).scalars())


# -- positions and people --------------------------------------------------------------


def positions(tx: Transaction, day: date, *, unit_ids: Sequence[str] | None = None) -> tuple[Position, ...]:
    """Positions that exist on `day`, heads first."""
    statement = select(position).where(valid_on(position, day))
    if unit_ids is not None:
        statement = statement.where(position.c.unit_id.in_(unit_ids))
    columns = position.c
    statement = statement.order_by(columns.unit_id, columns.is_head.desc(), columns.layer, columns.title)
    return tuple(Position(**row._mapping) for row in tx.execute(statement))


def position_by_id(tx: Transaction, position_id: UUID) -> Position | None:
    """One position, whether it still exists or not."""
    row = tx.execute(select(position).where(position.c.id == position_id)).first()
    return Position(**row._mapping) if row else None


def position_by_title(tx: Transaction, unit_id: str, title: str) -> Position | None:
    """The position of this title in a unit that has not been given up."""
    columns = position.c
    statement = select(position).where(columns.unit_id == unit_id, columns.title == title, columns.valid_to.is_(None))
    row = tx.execute(statement).first()
    return Position(**row._mapping) if row else None


def _people(day: date) -> Select[Any]:
    post = (
        select(position.c.unit_id, position.c.title, position.c.title_en)
        .join(assignment, assignment.c.position_id == position.c.id)
        .where(assignment.c.person_id == person.c.id, valid_on(assignment, day))
        .order_by((assignment.c.kind != "primary"), assignment.c.valid_from)
        .limit(1)
        .lateral("post")
    )
    name = (
        select(org_unit_name.c.name, org_unit_name.c.name_en)
        .where(org_unit_name.c.unit_id == post.c.unit_id, org_unit_name.c.valid_from <= day)
        .order_by(org_unit_name.c.valid_from.desc())
        .limit(1)
        .lateral("called")
    )
    columns = [column for column in person.c if column.name != "created_at"]
    return (
        select(
            *columns,
            post.c.unit_id,
            name.c.name.label("unit_name"),
            name.c.name_en.label("unit_name_en"),
            post.c.title,
            post.c.title_en,
        )
        .select_from(person.outerjoin(post, true()).outerjoin(name, true()))
        .order_by(person.c.id)
    )


def person_by_id(tx: Transaction, person_id: str, day: date) -> Person | None:
    """One person with their post of `day`; nobody has an id that nothing may be called."""
    if not is_allowed(person_id):
        return None
    row = tx.execute(_people(day).where(person.c.id == person_id)).first()
    return Person(**row._mapping) if row else None


def people_by_id(tx: Transaction, person_ids: Sequence[str], day: date) -> dict[str, Person]:
    """People by id; unknown ids are left out."""
    rows = tx.execute(_people(day).where(person.c.id.in_(list(filter(is_allowed, person_ids)))))
    return {row.id: Person(**row._mapping) for row in rows}


def find_people(
    tx: Transaction,
    day: date,
    *,
    text: str = "",
    unit_ids: Sequence[str] | None = None,
    active: bool | None = True,
    demo_listed: bool | None = None,
    after: str | None = None,
    limit: int = 50,
) -> tuple[Person, ...]:
    """People by name, id, address or title; in the posts of `unit_ids`; paged by id."""
    if not is_allowed(text):
        return ()
    statement = _people(day).limit(limit)
    if text:
        like = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        titles = (
            select(assignment.c.person_id)
            .join(position, position.c.id == assignment.c.position_id)
            .where(
                valid_on(assignment, day),
                or_(*(title.ilike(like, escape="\\") for title in (position.c.title, position.c.title_en))),
            )
        )
        named = (person.c.id, person.c.name, person.c.name_en, person.c.email)
        matches = [column.ilike(like, escape="\\") for column in named]
        statement = statement.where(or_(*matches, person.c.id.in_(titles)))
    if unit_ids is not None:
        held = (
            select(assignment.c.person_id)
            .join(position, position.c.id == assignment.c.position_id)
            .where(valid_on(assignment, day), position.c.unit_id.in_(unit_ids))
        )
        statement = statement.where(person.c.id.in_(held))
    if active is not None:
        statement = statement.where(person.c.is_active.is_(active))
    if demo_listed is not None:
        statement = statement.where(person.c.demo_listed.is_(demo_listed))
    if after is not None:
        statement = statement.where(person.c.id > after)
    return tuple(Person(**row._mapping) for row in tx.execute(statement))


def _assignments() -> Select[Any]:
    columns = assignment.c
    return (
        select(
            columns.id,
            columns.person_id,
            person.c.name.label("person_name"),
            columns.position_id,
            position.c.unit_id,
            position.c.title,
            position.c.title_en,
            position.c.is_head,
            columns.kind,
            columns.valid_from,
            columns.valid_to,
        )
        .join(person, person.c.id == columns.person_id)
        .join(position, position.c.id == columns.position_id)
        .order_by(position.c.unit_id, position.c.is_head.desc(), position.c.layer, columns.person_id)
    )


def assignments(
    tx: Transaction,
    *,
    day: date | None = None,
    person_id: str | None = None,
    unit_id: str | None = None,
    assignment_id: UUID | None = None,
) -> tuple[Assignment, ...]:
    """Who holds which position; without `day` past and future ones too."""
    statement = _assignments()
    if day is not None:
        statement = statement.where(valid_on(assignment, day))
    if person_id is not None:
        statement = statement.where(assignment.c.person_id == person_id)
    if unit_id is not None:
        statement = statement.where(position.c.unit_id == unit_id)
    if assignment_id is not None:
        statement = statement.where(assignment.c.id == assignment_id)
    return tuple(Assignment(**row._mapping) for row in tx.execute(statement))


# -- roles and grants --------------------------------------------------------------------


def roles(tx: Transaction) -> tuple[Role, ...]:
    """All roles in their order."""
    return tuple(Role(**row._mapping) for row in tx.execute(select(role).order_by(role.c.sort, role.c.id)))


def grants(
    tx: Transaction,
    *,
    day: date | None = None,
    person_id: str | None = None,
    role_id: str | None = None,
    unit_ids: Sequence[str] | None = None,
    grant_id: UUID | None = None,
) -> tuple[Grant, ...]:
    """Grants; without `day` past and future ones too."""
    columns = role_grant.c
    statement = (
        select(
            columns.id,
            columns.person_id,
            person.c.name.label("person_name"),
            columns.role_id,
            columns.unit_id,
            columns.valid_from,
            columns.valid_to,
        )
        .join(person, person.c.id == columns.person_id)
        .join(role, role.c.id == columns.role_id)
        .order_by(role.c.sort, columns.role_id, columns.unit_id, columns.person_id, columns.valid_from)
    )
    if day is not None:
        statement = statement.where(valid_on(role_grant, day))
    if person_id is not None:
        statement = statement.where(columns.person_id == person_id)
    if role_id is not None:
        statement = statement.where(columns.role_id == role_id)
    if unit_ids is not None:
        statement = statement.where(columns.unit_id.in_(unit_ids))
    if grant_id is not None:
        statement = statement.where(columns.id == grant_id)
    return tuple(Grant(**row._mapping) for row in tx.execute(statement))


# -- leave, deputies, responsibilities ------------------------------------------------------


def leaves(
    tx: Transaction,
    *,
    person_id: str | None = None,
    ending_after: datetime | None = None,
    leave_id: UUID | None = None,
    cancelled: bool = False,
) -> tuple[Leave, ...]:
    """Leave with its deputies in order, the latest first."""
    deputy = person.alias("deputy")
    statement = (
        select(leave, person.c.name.label("person_name"))
        .join(person, person.c.id == leave.c.person_id)
        .order_by(leave.c.starts_at.desc(), leave.c.id)
    )
    if person_id is not None:
        statement = statement.where(leave.c.person_id == person_id)
    if ending_after is not None:
        statement = statement.where(leave.c.ends_at > ending_after)
    if leave_id is not None:
        statement = statement.where(leave.c.id == leave_id)
    if not cancelled:
        statement = statement.where(leave.c.cancelled_at.is_(None))
    rows = tx.execute(statement).all()
    standing: dict[UUID, list[Deputy]] = {}
    named = (
        select(leave_deputy.c.leave_id, deputy.c.id, deputy.c.name)
        .join(deputy, deputy.c.id == leave_deputy.c.deputy_id)
        .where(leave_deputy.c.leave_id.in_([row.id for row in rows]))
        .order_by(leave_deputy.c.leave_id, leave_deputy.c.ordinal)
    )
    for row in tx.execute(named) if rows else ():
        standing.setdefault(row.leave_id, []).append(Deputy(row.id, row.name))
    return tuple(
        Leave(
            row.id,
            row.person_id,
            row.person_name,
            row.starts_at,
            row.ends_at,
            row.reason,
            tuple(standing.get(row.id, ())),
            row.entered_by,
            row.cancelled_at,
        )
        for row in rows
    )


def standing_deputies(tx: Transaction, person_id: str) -> tuple[Deputy, ...]:
    """Who stands in for a person as a rule, in order."""
    statement = (
        select(person.c.id, person.c.name)
        .join(standing_deputy, standing_deputy.c.deputy_id == person.c.id)
        .where(standing_deputy.c.person_id == person_id)
        .order_by(standing_deputy.c.ordinal)
    )
    return tuple(Deputy(row.id, row.name) for row in tx.execute(statement))


def authorities(tx: Transaction, day: date, unit_ids: Sequence[str] | None = None) -> tuple[Authority, ...]:
    """Lines of the 分層負責明細表 in force on `day`."""
    statement = select(authority).where(valid_on(authority, day))
    if unit_ids is not None:
        statement = statement.where(authority.c.unit_id.in_(unit_ids))
    columns = authority.c
    statement = statement.order_by(columns.unit_id, columns.item, columns.content)
    return tuple(Authority(**row._mapping) for row in tx.execute(statement))
