"""What a year came to: figures straight from the cases."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.types import DateTime, Text

from engine.store.store import Transaction

_SYNTHETIC = text(
    "select id, business_key, status, variables ->> 'synthetic' as mark"
    " from process_instance where variables ? 'synthetic' order by started_at, id"
)
# Cancelled cases (銷號) count nowhere. `received` says whether they began in the period.
_PETITIONS = text(
    """
    select grouping(month) as no_month, grouping(source) as no_source, grouping(agency) as no_agency,
           grouping(category) as no_category, grouping(outcome) as no_outcome,
           month, source, agency, category, outcome, count(*) as cases,
           count(*) filter (where synthetic) as synthetic
    from (
        select extract(month from started_at at time zone 'Asia/Taipei')::int as month,
               coalesce(source, '') as source,
               coalesce(variables -> 'lead_agency' ->> 'label', '') as agency,
               coalesce(variables ->> 'category', '') as category,
               coalesce(outcome, '') as outcome,
               variables ? 'synthetic' as synthetic
        from process_instance
        where process_key = 'petition' and status <> 'cancelled' and started_at >= :first and started_at < :next
    ) as found
    group by grouping sets ((), (month), (source), (agency), (category), (outcome))
    order by cases desc, month, source, agency, category, outcome
    """
).bindparams(bindparam("first", type_=DateTime(timezone=True)), bindparam("next", type_=DateTime(timezone=True)))
_FACTS = text(
    """
    select process_key, business_key, id, subject, status, outcome, variables ? 'synthetic' as synthetic,
           variables -> 'applicant_agency' ->> 'label' as agency,
           variables -> 'lead_agency' ->> 'label' as lead_agency,
           variables -> 'meeting_at' as meeting_at, variables -> 'headcount_requested' as requested,
           variables -> 'approved_headcount' as approved, variables -> 'approved_amount' as amount,
           variables -> 'approved_qty' as quantity, variables -> 'actual_headcount' as guests,
           variables -> 'visit_start' as visit_start, variables -> 'depart_on' as depart_on,
           variables -> 'signed_on' as signed_on, variables ->> 'instrument' as instrument,
           variables ->> 'partner_city' as partner, variables ->> 'country' as country,
           variables -> 'proposals' as proposals, variables ->> 'vehicle_class' as vehicle_class
    from process_instance
    where status <> 'cancelled'
      and (
        (process_key in ('temp_staff_hiring', 'hiring_meeting') and started_at >= :first and started_at < :next)
        or (process_key = 'vehicle_prereview' and variables -> 'fiscal_year' = to_jsonb(cast(:budget_year as int)))
        or (process_key in ('visit_inbound', 'visit_outbound', 'city_alliance')
            and coalesce(variables -> 'visit_start' ->> 'v', variables -> 'depart_on' ->> 'v',
                         variables -> 'signed_on' ->> 'v', '') between :first_day and :last_day)
      )
      and started_at >= cast(:first as timestamptz) - interval '1 year'
      and started_at < cast(:next as timestamptz) + interval '1 year'
    order by started_at, id
    """
).bindparams(
    bindparam("first", type_=DateTime(timezone=True)),
    bindparam("next", type_=DateTime(timezone=True)),
    bindparam("first_day", type_=Text),
    bindparam("last_day", type_=Text),
)


def synthetic(tx: Transaction) -> list[dict[str, Any]]:
    """Every made-up case: `id`, `business_key`, `status` and its `mark`, the oldest first."""
    return [dict(row) for row in tx.execute(_SYNTHETIC).mappings()]


def petitions(tx: Transaction, first: datetime, following: datetime) -> list[dict[str, Any]]:
    """Petitions begun in a period, counted as a whole and by month, channel, agency, category and outcome."""
    return [dict(row) for row in tx.execute(_PETITIONS, {"first": first, "next": following}).mappings()]


def years(tx: Transaction) -> list[int]:
    """The years (CE, Asia/Taipei) in which cases began that were not cancelled, the newest first."""
    statement = text("""
        select distinct extract(year from started_at at time zone 'Asia/Taipei')::int as year
        from process_instance where status <> 'cancelled' order by year desc
    """)
    return list(tx.execute(statement).scalars())


def facts(
    tx: Transaction, first: datetime, following: datetime, days: tuple[date, date], budget_year: int
) -> list[dict[str, Any]]:
    """One row for each case of the other flows that belongs to the period; values as JSON."""
    given = {
        "first": first,
        "next": following,
        "first_day": days[0].isoformat(),
        "last_day": days[1].isoformat(),
        "budget_year": budget_year,
    }
    return [dict(row) for row in tx.execute(_FACTS, given).mappings()]
