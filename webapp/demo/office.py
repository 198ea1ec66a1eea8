"""Office hours: when people work, and how far a span of working time reaches."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from engine.calendar.working_days import TAIPEI, WorkCalendar

_HOURS = ((time(8, 30), time(12, 0)), (time(13, 30), time(17, 30)))


class Office:
    """A city hall that works from half past eight to half past five, with a lunch break."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self.calendar = calendar
        self._is_working = lru_cache(maxsize=4000)(calendar.is_working_day)

    def after(self, moment: datetime, span: timedelta) -> datetime:
        """`moment` and `span` of working time; within office hours in any case."""
        here, left = moment.astimezone(TAIPEI).replace(microsecond=0), timedelta(seconds=round(span.total_seconds()))
        while True:
            if self._is_working(here.date()):
                for begins, ends in _HOURS:
                    start = max(here, _at(here.date(), begins))
                    end = _at(here.date(), ends)
                    if start < end:
                        if left < end - start:
                            return start + left
                        left -= end - start
            here = _at(here.date() + timedelta(days=1), time(0, 0))

    def day(self, day: date, working_days: int) -> date:
        """The working day so many before (negative) or after `day`; `day` itself, or the next working one, for 0."""
        step = timedelta(days=1 if working_days >= 0 else -1)
        while not self._is_working(day):
            day += step
        for _ in range(abs(working_days)):
            day += step
            while not self._is_working(day):
                day += step
        return day

    def last_before(self, day: date) -> date:
        """The last working day before `day`."""
        day -= timedelta(days=1)
        while not self._is_working(day):
            day -= timedelta(days=1)
        return day

    def at(self, day: date, hour: float) -> datetime:
        """A moment of a day in Taiwan, `hour` as a decimal."""
        return _at(day, time(0, 0)) + timedelta(seconds=round(hour * 3600))


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, tzinfo=TAIPEI)
