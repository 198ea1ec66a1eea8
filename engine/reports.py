"""What a year came to, counted from its cases. Anybody on the staff may read it: it names no citizen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from engine import codec
from engine.calendar.working_days import TAIPEI
from engine.store import Store
from engine.store import report_queries as queries

ROC_OFFSET = 1911
_GROUPS = ("month", "source", "agency", "category", "outcome")


@dataclass(frozen=True)
class SyntheticCase:
    """A case that was made up for a demonstration, and the plan it was played from."""

    id: UUID
    business_key: str
    status: str
    mark: str


@dataclass(frozen=True)
class Fact:
    """One case of a flow that is counted case by case."""

    id: UUID
    process_key: str
    business_key: str
    subject: str
    agency: str | None
    values: Mapping[str, Any]
    """`requested`, `approved`, `amount`, `quantity`, `guests`, `meeting_at`, `visit_start`, `depart_on`, `signed_on`,
    `instrument`, `partner`, `country`, `vehicle_class`, `outcome`, `proposals`: what the case knows of them."""


@dataclass(frozen=True)
class YearFigures:
    """A ROC year in figures."""

    year: int
    petitions: int
    petitions_by: Mapping[str, tuple[tuple[str, int], ...]]
    """By `month`, `source` (channel), `agency`, `category`, `outcome`: name and number; months in order."""
    meetings: tuple[Fact, ...] = ()
    proposals: tuple[Fact, ...] = ()
    applications: tuple[Fact, ...] = ()
    """Of the campaign for the next year's budget."""
    visits: tuple[Fact, ...] = ()
    trips: tuple[Fact, ...] = ()
    agreements: tuple[Fact, ...] = ()
    synthetic: int = 0
    """How many of all these cases were made up."""

    @property
    def agencies(self) -> tuple[str, ...]:
        """Who proposed to hire, each once."""
        return tuple(sorted({fact.agency for fact in self.proposals if fact.agency}))

    @property
    def approved_persons(self) -> int:
        """Temporary staff agreed to."""
        return int(_sum(self.proposals, "approved"))

    @property
    def requested_persons(self) -> int:
        """Temporary staff asked for."""
        return int(_sum(self.proposals, "requested"))

    @property
    def vehicle_amount(self) -> int:
        """NT$ agreed to for vehicles of the next year."""
        return int(_sum(self.applications, "amount"))

    @property
    def visitors(self) -> int:
        """Guests who came."""
        return int(_sum(self.visits, "guests"))


@dataclass
class _Counted:
    total: int = 0
    synthetic: int = 0
    by: dict[str, list[tuple[Any, int]]] = field(default_factory=lambda: {name: [] for name in _GROUPS})


class ReportService:
    """Figures from cases."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def synthetic_cases(self) -> list[SyntheticCase]:
        """Every made-up case, the oldest first."""
        with self._store.reading() as tx:
            return [SyntheticCase(**row) for row in queries.synthetic(tx)]

    def years(self) -> tuple[int, ...]:
        """The ROC years in which cases began, the newest first; cancelled cases do not count."""
        with self._store.reading() as tx:
            return tuple(year - ROC_OFFSET for year in queries.years(tx))

    def year(self, year: int) -> YearFigures:
        """The figures of a ROC year.

        Petitions and proposals count in the year in which they began, meetings in the year they
        met, applications for vehicles in the year before their budget's, visits and trips in the
        year of travel, agreements in the year of signing. Cancelled cases count nowhere.
        """
        first = datetime(year + ROC_OFFSET, 1, 1, tzinfo=TAIPEI)
        following = datetime(year + ROC_OFFSET + 1, 1, 1, tzinfo=TAIPEI)
        days = (first.date(), following.date() - timedelta(days=1))
        with self._store.transaction() as tx:
            counted = _count(queries.petitions(tx, first, following))
            rows = queries.facts(tx, first, following, days, year + 1)
        found = [_fact(row) for row in rows]
        return YearFigures(
            year=year,
            petitions=counted.total,
            petitions_by={name: _in_order(name, pairs) for name, pairs in counted.by.items()},
            meetings=_of(found, "hiring_meeting", lambda fact: _is_within(fact.values.get("meeting_at"), days)),
            proposals=_of(found, "temp_staff_hiring"),
            applications=_of(found, "vehicle_prereview", lambda fact: bool(fact.values.get("vehicle_class"))),
            visits=_of(found, "visit_inbound", lambda fact: bool(fact.values.get("guests"))),
            trips=_of(found, "visit_outbound"),
            agreements=_of(found, "city_alliance", lambda fact: _is_within(fact.values.get("signed_on"), days)),
            synthetic=counted.synthetic + sum(bool(row["synthetic"]) for row in rows),
        )


def _count(rows: Iterable[Mapping[str, Any]]) -> _Counted:
    counted = _Counted()
    for row in rows:
        grouped = [name for name in _GROUPS if not row[f"no_{name}"]]
        if not grouped:
            counted.total, counted.synthetic = row["cases"], row["synthetic"]
        else:
            counted.by[grouped[0]].append((row[grouped[0]], row["cases"]))
    return counted


def _in_order(name: str, pairs: list[tuple[Any, int]]) -> tuple[tuple[str, int], ...]:
    return tuple((str(key), count) for key, count in (sorted(pairs) if name == "month" else pairs))


def _fact(row: Mapping[str, Any]) -> Fact:
    own = ("id", "process_key", "business_key", "subject")
    values = {key: codec.decode(value) for key, value in row.items() if key not in (*own, "agency", "lead_agency")}
    return Fact(**{key: row[key] for key in own}, agency=row["agency"] or row["lead_agency"], values=values)


def _of(found: Iterable[Fact], key: str, counts: Callable[[Fact], bool] = lambda fact: True) -> tuple[Fact, ...]:
    return tuple(fact for fact in found if fact.process_key == key and counts(fact))


def _is_within(value: Any, days: tuple[date, date]) -> bool:
    day = value.astimezone(TAIPEI).date() if isinstance(value, datetime) else value
    return isinstance(day, date) and days[0] <= day <= days[1]


def _sum(facts: Iterable[Fact], name: str) -> Any:
    return sum(fact.values.get(name) or 0 for fact in facts)
