"""Cases by the thousand, for lists: copies of one case, seen by who sees that one. Nothing else belongs to them."""

from __future__ import annotations

import psycopg

from engine.store.tables.instances import process_instance


def multiply(db: psycopg.Connection, copies: int, subject: str = "") -> None:
    """Copy the first case so many times.

    Args:
        db: as the owner of the tables.
        subject: what each copy is about instead; the more alike its parts, the less it takes in the database.
    """
    own = {
        "id": "gen_random_uuid()",
        "business_key": "'COPY-' || n",
        "subject": "coalesce(nullif(%(subject)s, ''), subject)",
    }
    names = [column.name for column in process_instance.columns]
    db.execute(
        f"""
        with one as (select * from process_instance order by started_at, id limit 1),
        made as (
          insert into process_instance ({", ".join(names)})
          select {", ".join(own.get(name, name) for name in names)} from one, generate_series(1, %(copies)s) n
          returning id
        )
        insert into participation (person_id, instance_id, unit_id, since)
        select p.person_id, made.id, p.unit_id, p.since from one join participation p on p.instance_id = one.id, made
        """,  # type: ignore[arg-type]
        {"copies": copies, "subject": subject},
    )


def forget_copies(db: psycopg.Connection) -> None:
    """Take them out again."""
    for table, key in (("participation", "instance_id"), ("process_instance", "id")):
        copies = "select id from process_instance where business_key like 'COPY-%'"
        db.execute(f"delete from {table} where {key} in ({copies})")  # type: ignore[call-overload]
