"""The working-day calendar: which days count, and where a period of days ends.

Rules: 行政程序法 §48 (domain.md A3 "Counting", C3) and the yearly office calendar of
the Directorate-General of Personnel Administration with its make-up workdays, plus
closures decided on the day (typhoon). All of it is plain values: no clock, no I/O.
Times are local office times in Asia/Taipei, which has had one offset and no
daylight saving time since 1980; the zone is asked all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

TAIPEI = ZoneInfo("Asia/Taipei")
CLOSING_TIME = time(17, 30)
NOON = time(12, 0)
MAX_DAYS = 20_000
"""The longest period that is counted. A diagram that asks for more is refused, not waited for."""

CountMode = Literal["calendar", "working", "fixed"]
DayPart = Literal["day", "morning", "afternoon"]

_SATURDAY, _SUNDAY = 5, 6


@dataclass(frozen=True)
class Closure:
    """Offices closed on one date by a decision that no yearly calendar knows (颱風停班)."""

    day: date
    reason: str
    part: DayPart = "day"
    region: str | None = None
    """A unit id or district the closure is limited to; None: the whole city."""


@dataclass(frozen=True)
class CalendarYear:
    """One year of the office calendar, reduced to what differs from Monday to Friday."""

    year: int
    off: frozenset[date]
    """Mondays to Fridays that are off."""
    work: frozenset[date] = frozenset()
    """Saturdays and Sundays that are worked (補行上班)."""
    notes: Mapping[date, str] = field(default_factory=lambda: MappingProxyType({}))
    """What the calendar says about a day: a holiday's name."""


@dataclass(frozen=True)
class Period:
    """A counted period: where it ends, and whether the calendar knew all of it."""

    start: date
    end: datetime
    unknown_years: tuple[int, ...] = ()
    """Years inside the period that are not loaded; there only the weekend rule was applied."""


@dataclass(frozen=True)
class WorkCalendar:
    """Working days of the city.

    A year that is not in `years` follows the weekend rule alone; `unknown_years` and
    `Period.unknown_years` say so, for a warning beside the date.
    """

    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    closures: tuple[Closure, ...] = ()
    years: frozenset[int] = frozenset()
    notes: Mapping[date, str] = field(default_factory=lambda: MappingProxyType({}), compare=False)
    closing: time = CLOSING_TIME
    _closed: frozenset[date] = field(init=False, repr=False, compare=False)
    _half: Mapping[date, DayPart] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts: dict[date, set[DayPart]] = {}
        for closure in self.closures:
            if closure.region is None:
                parts.setdefault(closure.day, set()).add(closure.part)
        closed = {day for day, of in parts.items() if "day" in of or {"morning", "afternoon"} <= of}
        object.__setattr__(self, "_closed", frozenset(closed))
        halves = {day: next(iter(of)) for day, of in parts.items() if day not in closed}
        object.__setattr__(self, "_half", MappingProxyType(halves))

    # -- building ---------------------------------------------------------------------

    @classmethod
    def of_years(cls, years: Iterable[CalendarYear], closures: Iterable[Closure] = ()) -> WorkCalendar:
        """Put yearly calendars and closures together."""
        years = list(years)
        notes: dict[date, str] = {}
        for year in years:
            notes.update(year.notes)
        return cls(
            off=frozenset().union(*(year.off for year in years)),
            work=frozenset().union(*(year.work for year in years)),
            closures=tuple(closures),
            years=frozenset(year.year for year in years),
            notes=MappingProxyType(notes),
        )

    def for_region(self, *regions: str) -> WorkCalendar:
        """The calendar where the closures of these regions count as well as the city's own."""
        closures = tuple(
            replace(closure, region=None) if closure.region in regions else closure for closure in self.closures
        )
        return replace(self, closures=closures)

    # -- single days ------------------------------------------------------------------

    def is_working_day(self, day: date) -> bool:
        """Whether offices are open on `day`. A day closed for half of it is a working day."""
        day = as_day(day)
        if day in self._closed or day in self.off:
            return False
        return day.weekday() < _SATURDAY or day in self.work

    def day_weight(self, day: date) -> Decimal:
        """0 off, 1 worked, 0.5 where a closure took half of a working day."""
        day = as_day(day)
        if not self.is_working_day(day):
            return Decimal(0)
        return Decimal("0.5") if day in self._half else Decimal(1)

    def closing_of(self, day: date) -> datetime:
        """When offices close on `day`: 17:30, or noon where the afternoon is closed."""
        day = as_day(day)
        return _at(day, NOON if self._half.get(day) == "afternoon" else self.closing)

    def note(self, day: date) -> str:
        """The holiday's name or the closure's reason; empty for an ordinary day."""
        day = as_day(day)
        reasons = [c.reason for c in self.closures if c.day == day and c.region is None]
        return "、".join([self.notes[day], *reasons] if day in self.notes else reasons)

    def unknown_years(self, first: date, last: date) -> tuple[int, ...]:
        """Years from `first` to `last` for which no yearly calendar is loaded."""
        low, high = sorted((as_day(first), as_day(last)))
        return tuple(year for year in range(low.year, high.year + 1) if year not in self.years)

    # -- counting ---------------------------------------------------------------------

    def next_working_day(self, day: date) -> date:
        """The first working day after `day`."""
        return self.add_working_days(day, 1)

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (before it when negative), `day` itself not counted.

        Raises:
            ValueError: more than 20,000 days, or beyond the years that dates can name.
        """
        _check_length(count)
        day, step = as_day(day), timedelta(days=1 if count > 0 else -1)
        left = abs(count)
        try:
            while left:
                day += step
                left -= self.is_working_day(day)
        except OverflowError as error:
            raise ValueError("The period ends outside the calendar.") from error
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """Working days after `first` up to and including `last`; negative when `last` is earlier.

        Raises:
            ValueError: the two are more than 20,000 days apart.
        """
        first, last = as_day(first), as_day(last)
        if last < first:
            return -self.working_days_between(last, first)
        _check_length((last - first).days)
        return sum(self.is_working_day(day) for day in _days(first, last))

    # -- periods (行政程序法 §48) --------------------------------------------------------

    def end_of_period(self, start: date, days: int, mode: CountMode = "calendar") -> datetime:
        """When a period of `days` that begins by an event on `start` ends. The first day is excluded.

        `calendar`: every day counts; a period that would end on a Sunday, holiday or
        closed day ends on the next working day, one that would end on a Saturday ends
        on Monday at noon (§48 IV). `working`: only working days count. `fixed`: every
        day counts and nothing is moved, as for a date written in a letter.

        Raises:
            ValueError: negative, more than 20,000 days, or an unknown mode.
        """
        return self.period(start, days, mode).end

    def period(self, start: date, days: int, mode: CountMode = "calendar") -> Period:
        """Like `end_of_period`, with the years the calendar did not know."""
        start = as_day(start)
        if days < 0:
            raise ValueError("A period cannot have a negative number of days.")
        _check_length(days)
        if mode == "working":
            end = self.end_of_day(self.add_working_days(start, days))
        elif mode == "fixed":
            end = _at(_shift(start, days), self.closing)
        elif mode == "calendar":
            end = self.legal_end(_shift(start, days)) if days else self.end_of_day(start)
        else:
            raise ValueError(f"Unknown way to count days: {mode!r}.")
        return Period(start, end, self.unknown_years(start, end.date()))

    def end_of_months(self, start: date, months: int) -> datetime:
        """End of a period of whole months (§48 II, III): the first day is excluded, the period ends on the
        day before the one that corresponds to its first day; where the month has no such day, on its last."""
        if not 0 < months <= 1200:
            raise ValueError("A period has between 1 and 1200 months.")
        first = _shift(as_day(start), 1)
        year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
        month += 1
        last_of_month = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
        if first.day > last_of_month:
            return self.legal_end(date(year, month, last_of_month))
        return self.legal_end(date(year, month, first.day) - timedelta(days=1))

    def end_of_hours(self, start: datetime, hours: int) -> datetime:
        """End of a period counted in hours: it begins at once and no hour is left out (§48 I)."""
        _check_length(hours)
        return start + timedelta(hours=hours)

    def legal_end(self, last_day: date) -> datetime:
        """§48 IV for a period whose last day is `last_day`."""
        day = as_day(last_day)
        if day.weekday() == _SATURDAY and not self.is_working_day(day) and day not in self._closed:
            monday = _shift(day, 2)
            if self.is_working_day(monday) and self._half.get(monday) != "morning":
                return _at(monday, NOON)
            day = monday
        return self.end_of_day(day)

    def end_of_day(self, day: date) -> datetime:
        """Closing time of `day`, or of the next full afternoon that offices are open."""
        day = as_day(day)
        while not self.is_working_day(day) or self._half.get(day) == "afternoon":
            day = _shift(day, 1)
        return _at(day, self.closing)


def as_day(value: date) -> date:
    """The office date of a date or an aware datetime (a naive one is office time already)."""
    if isinstance(value, datetime):
        return (value.astimezone(TAIPEI) if value.tzinfo else value).date()
    return value


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=TAIPEI)


def _shift(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError as error:
        raise ValueError("The period ends outside the calendar.") from error


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range(1, (last - first).days + 1):
        yield first + timedelta(days=offset)


def _check_length(count: int) -> None:
    if abs(count) > MAX_DAYS:
        raise ValueError(f"A period may have at most {MAX_DAYS} days.")
