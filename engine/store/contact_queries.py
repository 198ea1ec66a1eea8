"""Where units are reached: what is entered for a unit and for those above it."""

from __future__ import annotations

from sqlalchemy import text

from engine.directory.values import Contact
from engine.store.store import Transaction

_CONTACTS = text("""
with recursive above (id, parent_id, height) as (
  select u.id, u.parent_id, 0 from org_unit u where u.id = :unit
  union all
  select u.id, u.parent_id, above.height + 1 from above join org_unit u on u.id = above.parent_id
)
select u.address, u.address_en, u.phone, u.fax, u.email from above join org_unit u on u.id = above.id
order by above.height
""")


def contacts(tx: Transaction, unit_id: str) -> tuple[Contact, ...]:
    """What is entered for the unit, for its parent, and so on up to the root."""
    return tuple(Contact(**row._mapping) for row in tx.execute(_CONTACTS, {"unit": unit_id}))
