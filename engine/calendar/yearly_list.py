"""The yearly office calendar as the personnel administration publishes it (domain D "Working days").

A CSV with the header `西元日期,星期,是否放假,備註`, dates as `YYYYMMDD`, `0` worked and
`2` off, one row for each day of one year; UTF-8 with byte order mark, older files Big5.
A file that is not whole is refused with every fault and its line: half a year would
silently turn holidays into working days.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType

from engine.calendar.working_days import CalendarYear, WorkCalendar
from engine.errors import Invalid

HEADER = ("西元日期", "星期", "是否放假", "備註")
MAX_BYTES = 200_000
MAX_PROBLEMS = 20
_WEEKDAYS = "一二三四五六日"
_SHIPPED = Path(__file__).parents[1] / "data"


@dataclass(frozen=True)
class CsvProblem:
    """One fault of the file. `code` is stable; `line` counts from 1, None for the file as a whole."""

    code: str
    line: int | None = None
    value: str = ""


class CalendarRefused(Invalid):
    """The file is not a complete office calendar of one year."""

    def __init__(self, *problems: CsvProblem) -> None:
        first = problems[0]
        super().__init__(field="file", code=first.code, line=first.line, value=first.value)
        self.problems = problems


@dataclass(frozen=True)
class _Row:
    line: int
    day: date
    off: bool
    note: str


def parse_year(content: bytes) -> CalendarYear:
    """Read one year's calendar.

    Raises:
        CalendarRefused: `problems` lists each fault: `empty`, `too-big`, `html`,
            `encoding`, `header`, `columns`, `date`, `weekday`, `flag`, `repeated`,
            `other-year`, `missing` (days without a row, as an interval), `no-holidays`.
    """
    lines = list(csv.reader(io.StringIO(_text(content), newline="")))
    if not lines or tuple(cell.strip() for cell in lines[0][: len(HEADER)]) != HEADER:
        raise CalendarRefused(CsvProblem("header", 1, ",".join(lines[0])[:80] if lines else ""))
    rows, problems = _rows(lines[1:])
    if rows:
        problems += _completeness(rows)
    elif not problems:
        problems.append(CsvProblem("empty"))
    if problems:
        raise CalendarRefused(*problems[:MAX_PROBLEMS])
    return _reduced(rows)


def _text(content: bytes) -> str:
    if not content.strip():
        raise CalendarRefused(CsvProblem("empty"))
    if len(content) > MAX_BYTES:
        raise CalendarRefused(CsvProblem("too-big", value=str(len(content))))
    start = content[:1000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith(b"<") or b"<html" in start:
        raise CalendarRefused(CsvProblem("html"))
    for encoding in ("utf-8-sig", "cp950"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise CalendarRefused(CsvProblem("encoding"))


def _rows(lines: list[list[str]]) -> tuple[list[_Row], list[CsvProblem]]:
    rows: list[_Row] = []
    problems: list[CsvProblem] = []
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        row = _row(number, [cell.strip() for cell in cells])
        if isinstance(row, CsvProblem):
            problems.append(row)
        else:
            rows.append(row)
    return rows, problems


def _row(line: int, cells: list[str]) -> _Row | CsvProblem:
    if len(cells) < 3:
        return CsvProblem("columns", line, ",".join(cells))
    try:
        if len(cells[0]) != 8 or not cells[0].isascii():
            raise ValueError
        day = datetime.strptime(cells[0], "%Y%m%d").date()  # noqa: DTZ007 - a date without time has no zone
    except ValueError:
        return CsvProblem("date", line, cells[0])
    if cells[1].removeprefix("星期").removeprefix("週") != _WEEKDAYS[day.weekday()]:
        return CsvProblem("weekday", line, cells[1])
    if cells[2] not in ("0", "2"):
        return CsvProblem("flag", line, cells[2])
    return _Row(line, day, cells[2] == "2", cells[3] if len(cells) > 3 else "")


def _completeness(rows: list[_Row]) -> list[CsvProblem]:
    problems: list[CsvProblem] = []
    year, seen = rows[0].day.year, set[date]()
    for row in rows:
        if row.day.year != year:
            problems.append(CsvProblem("other-year", row.line, row.day.isoformat()))
        elif row.day in seen:
            problems.append(CsvProblem("repeated", row.line, row.day.isoformat()))
        seen.add(row.day)
    first = date(year, 1, 1)
    days = [first + timedelta(days=offset) for offset in range((date(year, 12, 31) - first).days + 1)]
    problems += [CsvProblem("missing", None, run) for run in _runs([day for day in days if day not in seen])]
    if not any(row.off and row.day.weekday() < 5 for row in rows):
        problems.append(CsvProblem("no-holidays", None, str(year)))
    return problems


def _runs(days: list[date]) -> list[str]:
    """Days that follow each other as one interval (ISO 8601: 2027-07-19/2027-12-31), a single day as itself."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = runs[-1][0], day
        else:
            runs.append((day, day))
    return [first.isoformat() if first == last else f"{first}/{last}" for first, last in runs]


def _reduced(rows: list[_Row]) -> CalendarYear:
    return CalendarYear(
        year=rows[0].day.year,
        off=frozenset(row.day for row in rows if row.off and row.day.weekday() < 5),
        work=frozenset(row.day for row in rows if not row.off and row.day.weekday() >= 5),
        notes=MappingProxyType({row.day: row.note for row in rows if row.note}),
    )


def shipped_files() -> tuple[Path, ...]:
    """The calendars that come with the product (ROC 107, 115, 116), as files of the official format."""
    return tuple(sorted(_SHIPPED.glob("calendar_*.csv")))


@cache
def shipped_calendar() -> WorkCalendar:
    """A calendar of the shipped years, for use without a database (case files, tests)."""
    return WorkCalendar.of_years(parse_year(path.read_bytes()) for path in shipped_files())
