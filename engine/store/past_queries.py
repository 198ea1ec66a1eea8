"""Earlier cases of the same process, with their variables: compared elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from engine.calendar.working_days import TAIPEI
from engine.cases.values import CONFIDENTIAL
from engine.store.store import Transaction

MAX_CANDIDATES = 2_000
"""A process whose cases are compared one by one has a few hundred a year; the newest are looked at first."""

_FOUND = text("""
with this as (
  select id, process_key, started_at from process_instance where business_key = :case_no
  order by started_at desc limit 1
)
select i.business_key, i.subject, i.status, i.started_at, i.variables
from this
join process_instance i on i.process_key = this.process_key and i.id <> this.id
  and i.started_at <= this.started_at and i.started_at >= this.started_at - make_interval(years => :years)
where i.status in ('active', 'completed') and i.security_class <> :confidential
order by i.started_at desc, i.business_key
limit :limit
""")


@dataclass(frozen=True)
class PastCase:
    """An earlier case that runs or was completed, with its variables (as JSON)."""

    case_no: str
    subject: str
    status: str
    started_on: date
    variables: dict[str, Any]


def past_cases(tx: Transaction, case_no: str, *, years: int) -> list[PastCase]:
    """Cases of the same process begun before this one and within so many years of it, the newest first.

    Confidential ones are left out: only the people they name may know of them.
    """
    given = {"case_no": case_no, "years": years, "confidential": CONFIDENTIAL, "limit": MAX_CANDIDATES}
    return [
        PastCase(
            row.business_key, row.subject, row.status, row.started_at.astimezone(TAIPEI).date(), dict(row.variables)
        )
        for row in tx.execute(_FOUND, given)
    ]
