"""From people to the groups they answer to, and from a candidate text to people.

One statement each: these run on every request and inside steps. Grants cover the
subtree of their unit; heads and superiors come from positions.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import bindparam, text

from engine.store.store import Transaction

_VALID = "({0}.valid_from <= :day and ({0}.valid_to is null or {0}.valid_to >= :day))"

_HEADS = f"""
    select p.unit_id, a.person_id
    from assignment a join position p on p.id = a.position_id join person on person.id = a.person_id
    where p.is_head and person.is_active and {_VALID.format("a")} and {_VALID.format("p")}
"""

_GROUPS = text(f"""
with recursive own as (
    select p.unit_id from assignment a join position p on p.id = a.position_id join person on person.id = a.person_id
    where a.person_id = :person and p.is_head and person.is_active and {_VALID.format("a")} and {_VALID.format("p")}
),
heads as ({_HEADS}),
granted as (
    select g.role_id, g.unit_id
    from role_grant g join role r on r.id = g.role_id
    where g.person_id = :person and {_VALID.format("g")} and (:platform or not r.is_platform)
    union
    select granted.role_id, u.id from granted join org_unit u on u.parent_id = granted.unit_id
),
reach as (
    select unit_id from own
    union
    select u.id from org_unit u join reach on u.parent_id = reach.unit_id
    where not exists (select from heads where heads.unit_id = u.id)
)
select role_id || '@' || unit_id from granted
union select role_id || '@' from granted
union select 'head@' || unit_id from own
union select 'user:' || :person
union
select 'superior:' || a.person_id
from reach join position p on p.unit_id = reach.unit_id join assignment a on a.position_id = p.id
where a.kind = 'primary' and a.person_id <> :person and {_VALID.format("a")}
  and not exists (select from heads where heads.unit_id = p.unit_id and heads.person_id = a.person_id)
union
select 'superior:' || a.person_id
from reach join org_unit u on u.parent_id = reach.unit_id
join position p on p.unit_id = u.id join assignment a on a.position_id = p.id
where a.kind = 'primary' and a.person_id <> :person and {_VALID.format("a")}
  and exists (select from heads where heads.unit_id = p.unit_id and heads.person_id = a.person_id)
""")
"""Everything begins at what the person has, and heads of other units are looked for only by somebody who heads one."""

_BY_ROLE = text(f"""
with recursive above as (
    select id, parent_id from org_unit where id = :unit
    union select u.id, u.parent_id from org_unit u join above on u.id = above.parent_id
)
select distinct g.person_id from role_grant g join person on person.id = g.person_id
where g.role_id = :role and person.is_active and {_VALID.format("g")}
  and (:unit = '' or g.unit_id in (select id from above))
order by g.person_id
""")

_HEAD_OF = text(f"""
with heads as ({_HEADS}) select distinct person_id from heads where unit_id = :unit order by 1
""")

_SUPERIOR_OF = text(f"""
with recursive heads as ({_HEADS}),
climb as (
    select case when exists (select from heads where heads.unit_id = p.unit_id and heads.person_id = a.person_id)
           then u.parent_id else u.id end as unit_id, 0 as height
    from assignment a join position p on p.id = a.position_id join org_unit u on u.id = p.unit_id
    where a.person_id = :person and a.kind = 'primary' and {_VALID.format("a")}
    union
    select u.parent_id, climb.height + 1 from climb join org_unit u on u.id = climb.unit_id
    where not exists (select from heads where heads.unit_id = climb.unit_id and heads.person_id <> :person)
)
select heads.person_id from climb join heads on heads.unit_id = climb.unit_id
where heads.person_id <> :person
  and climb.height = (select min(c.height) from climb c join heads h on h.unit_id = c.unit_id
                      where h.person_id <> :person)
order by 1
""")

_PRINCIPALS = text("""
with away as (
    select person_id from leave where starts_at <= :now and ends_at > :now and cancelled_at is null
)
select distinct l.person_id
from leave l
join lateral (
    select d.deputy_id from leave_deputy d join person on person.id = d.deputy_id
    where d.leave_id = l.id and person.is_active and d.deputy_id not in (select person_id from away)
    order by d.ordinal limit 1
) first on true
join person on person.id = l.person_id
where first.deputy_id = :person and l.starts_at <= :now and l.ends_at > :now and l.cancelled_at is null
  and person.is_active
order by 1
""")

_DEPUTIES = text("""
with away as (
    select person_id from leave where starts_at <= :now and ends_at > :now and cancelled_at is null
)
select distinct on (l.person_id) l.person_id, d.deputy_id
from leave l
join leave_deputy d on d.leave_id = l.id
join person on person.id = d.deputy_id
where l.person_id in :people and l.starts_at <= :now and l.ends_at > :now and l.cancelled_at is null
  and person.is_active and d.deputy_id not in (select person_id from away)
order by l.person_id, l.starts_at desc, d.ordinal
""").bindparams(bindparam("people", expanding=True))


def groups_of(tx: Transaction, person_id: str, day: date, *, platform: bool = True) -> frozenset[str]:
    """Every candidate key the person answers to; without `platform` roles that run the platform are left out."""
    found = tx.execute(_GROUPS, {"person": person_id, "day": day, "platform": platform})
    return frozenset(found.scalars())


def people_with_role(tx: Transaction, role_id: str, unit_id: str, day: date) -> tuple[str, ...]:
    """Active people with a role in a unit (a grant above it counts); an empty unit: anywhere."""
    return tuple(tx.execute(_BY_ROLE, {"role": role_id, "unit": unit_id, "day": day}).scalars())


def heads_of(tx: Transaction, unit_id: str, day: date) -> tuple[str, ...]:
    """Active heads of a unit."""
    return tuple(tx.execute(_HEAD_OF, {"unit": unit_id, "day": day}).scalars())


def superiors_of(tx: Transaction, person_id: str, day: date) -> tuple[str, ...]:
    """The head of the person's unit, or of the nearest unit above that has one."""
    return tuple(tx.execute(_SUPERIOR_OF, {"person": person_id, "day": day}).scalars())


def principals_of(tx: Transaction, person_id: str, now: datetime) -> tuple[str, ...]:
    """The people who are away now and for whom this person stands in."""
    return tuple(tx.execute(_PRINCIPALS, {"person": person_id, "now": now}).scalars())


def deputies_of(tx: Transaction, person_ids: tuple[str, ...], now: datetime) -> dict[str, str]:
    """Who stands in now for those of these people who are away."""
    if not person_ids:
        return {}
    rows = tx.execute(_DEPUTIES, {"people": list(person_ids), "now": now})
    return {row.person_id: row.deputy_id for row in rows}
