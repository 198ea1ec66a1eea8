"""Whether anybody answers to the candidates of a task that opens: one statement for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text

from engine.store.store import Transaction

_VALID = "daterange({0}.valid_from, {0}.valid_to, '[]') @> cast(:day as date)"

_FOUND = text(f"""
with recursive wanted as (
  select c as candidate, split_part(c, '@', 1) as role, split_part(c, '@', 2) as unit, split_part(c, ':', 2) as person
  from unnest(cast(:candidates as text[])) c
), head as (
  select p.unit_id, a.person_id from position p join assignment a on a.position_id = p.id
  join person on person.id = a.person_id
  where p.is_head and person.is_active and {_VALID.format("a")} and {_VALID.format("p")}
), up as (
  select candidate, unit as unit_id from wanted where unit <> ''
  union
  select w.candidate, p.unit_id from wanted w join assignment a on a.person_id = w.person
    join position p on p.id = a.position_id
  where w.candidate like 'superior:%' and {_VALID.format("a")}
  union
  select up.candidate, u.parent_id from up join org_unit u on u.id = up.unit_id where u.parent_id is not null
)
select candidate from wanted w where case
  when candidate like 'user:%' then exists (select from person where id = w.person and is_active)
  when candidate like 'superior:%' then exists (
    select from up join head on head.unit_id = up.unit_id
    where up.candidate = w.candidate and head.person_id <> w.person)
  when role = 'head' then exists (select from head where head.unit_id = w.unit)
  else exists (
    select from role_grant g join person on person.id = g.person_id
    where g.role_id = w.role and person.is_active and {_VALID.format("g")}
      and (w.unit = '' or g.unit_id in (select unit_id from up where up.candidate = w.candidate)))
end
""")


def found(tx: Transaction, candidates: Sequence[str], day: date) -> frozenset[str]:
    """Those candidate texts that an active person answers to on this day."""
    return frozenset(tx.execute(_FOUND, {"candidates": list(candidates), "day": day}).scalars())
