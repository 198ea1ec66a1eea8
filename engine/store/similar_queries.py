"""Earlier cases that may be about the same matter: found by the index of 2-grams, judged elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from engine.calendar.working_days import TAIPEI
from engine.cases.values import CONFIDENTIAL
from engine.store.grams import alternatives, query
from engine.store.store import Transaction

MAX_CANDIDATES = 200
_MAX_LETTERS = 300
"""So much of a text is looked for; a long petition says early what it is about."""

_FOUND = text("""
with this as (
  select id, process_key, started_at from process_instance where business_key = :case_no
  order by started_at desc limit 1
)
select i.business_key, i.subject, i.status, i.started_at, i.variables
from this
join process_instance i on i.process_key = this.process_key and i.id <> this.id
  and i.started_at <= this.started_at and i.started_at >= this.started_at - cast(:within as interval)
join search_document s on s.instance_id = i.id
where i.security_class <> :confidential
  and (s.body @@ cast(:contact as tsquery) or s.body @@ cast(:words as tsquery))
order by s.body @@ cast(:contact as tsquery) desc, ts_rank(s.body, cast(:words as tsquery)) desc, i.started_at desc
limit :limit
""")


@dataclass(frozen=True)
class Candidate:
    """An earlier case, with the variables that it is judged by (as JSON)."""

    case_no: str
    subject: str
    status: str
    received_on: date
    variables: Mapping[str, Any]


def exists(tx: Transaction, case_no: str) -> bool:
    """Whether there is a case of this number."""
    statement = text("select exists (select from process_instance where business_key = :case_no)")
    return bool(tx.execute(statement, {"case_no": case_no}).scalar_one())


def candidates(
    tx: Transaction, case_no: str, *, within: timedelta, contact: Sequence[str], texts: Sequence[str]
) -> list[Candidate]:
    """Cases of the same process, begun before this one and within `within` of it.

    Each holds one of `contact` as a substring or shares 2-grams with `texts`; the likeliest come first, at
    most MAX_CANDIDATES. Confidential ones are left out: only the people they name may know of them.
    """
    words = alternatives(" ".join(found[:_MAX_LETTERS] for found in texts))
    known = " | ".join(f"({phrase})" for phrase in map(query, contact) if phrase)
    found = tx.execute(
        _FOUND,
        {
            "case_no": case_no,
            "within": within,
            "contact": known,
            "words": words,
            "confidential": CONFIDENTIAL,
            "limit": MAX_CANDIDATES,
        },
    )
    return [Candidate(row.business_key, row.subject, row.status, _day(row.started_at), row.variables) for row in found]


def _day(moment: datetime) -> date:
    return moment.astimezone(TAIPEI).date()
