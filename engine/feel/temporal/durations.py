"""The two kinds of duration: an exact number of seconds, and a number of calendar months."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

NANOS = 1_000_000_000
# Twice the width of the calendar: every distance between two dates fits.
_LONGEST_NANOS = 2_100_000_000 * 366 * 86_400 * NANOS
_LONGEST_MONTHS = 2_100_000_000 * 12


@dataclass(frozen=True, slots=True, order=True)
class DaysTimeDuration:
    """Days and time, exact to the nanosecond; negative for a span back in time. `ValueError` when absurdly long."""

    nanoseconds: int

    def __post_init__(self) -> None:
        if abs(self.nanoseconds) > _LONGEST_NANOS:
            raise ValueError("the duration is too long")

    @classmethod
    def from_timedelta(cls, value: timedelta) -> DaysTimeDuration:
        """The same span; `timedelta` is exact to the microsecond."""
        return cls((value.days * 86_400 + value.seconds) * NANOS + value.microseconds * 1000)

    def to_timedelta(self) -> timedelta | None:
        """The same span, or None where `timedelta` cannot hold it."""
        if self.nanoseconds % 1000:
            return None
        try:
            return timedelta(microseconds=self.nanoseconds // 1000)
        except OverflowError:
            return None

    def parts(self) -> tuple[int, int, int, int, int]:
        """Days, hours, minutes, seconds, nanoseconds of the span without its sign."""
        seconds, nanos = divmod(abs(self.nanoseconds), NANOS)
        minutes, second = divmod(seconds, 60)
        hours, minute = divmod(minutes, 60)
        days, hour = divmod(hours, 24)
        return days, hour, minute, second, nanos

    def __str__(self) -> str:
        days, hour, minute, second, nanos = self.parts()
        fraction = f".{nanos:09d}".rstrip("0") if nanos else ""
        clock = (f"{hour}H" if hour else "") + (f"{minute}M" if minute else "")
        clock += f"{second}{fraction}S" if second or fraction else ""
        if not days and not clock:
            return "PT0S"
        sign = "-" if self.nanoseconds < 0 else ""
        return f"{sign}P{f'{days}D' if days else ''}{f'T{clock}' if clock else ''}"


@dataclass(frozen=True, slots=True, order=True)
class YearsMonthsDuration:
    """Calendar months; negative for a span back in time. `ValueError` when absurdly long."""

    months: int

    def __post_init__(self) -> None:
        if abs(self.months) > _LONGEST_MONTHS:
            raise ValueError("the duration is too long")

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        if not self.months:
            return "P0M"
        return f"{'-' if self.months < 0 else ''}P{f'{years}Y' if years else ''}{f'{months}M' if months else ''}"


Duration = DaysTimeDuration | YearsMonthsDuration
