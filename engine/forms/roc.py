"""Dates and times as people in Taiwan write them.

Rule (domain D, "ROC calendar"): show 民國107年5月29日; accept 1070529, 107/5/29 and
2018-05-29; a year of four digits is CE, a shorter one ROC; leap years count on CE.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

TAIPEI = ZoneInfo("Asia/Taipei")
_OFFSET = 1911
_SEPARATED = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,2})")
_WORDS = re.compile(r"(\d{1,4}|元)年(\d{1,2})月(\d{1,2})日?")
_TIME = re.compile(r"(上午|下午|am|pm)?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,6})?)?(am|pm)?")
_TIME_WORDS = re.compile(r"(上午|下午)?(\d{1,2})[時點](?:(\d{1,2})分?)?(半)?")


def read_date(text: str) -> date:
    """Read a date.

    Takes 1070529, 990529, 20180529, 107/5/29, 107.5.29, 107-05-29, 2018-05-29,
    民國107年5月29日, 中華民國元年1月1日, 2018年5月29日, in full or half width.

    Raises:
        ValueError: `text` is no date (`args[0]` is "format") or names a day that
            does not exist (`args[0]` is "no-such-day").
    """
    plain = _plain(text)
    roc = plain.startswith(("民國", "中華民國", "roc"))
    plain = plain.removeprefix("中華").removeprefix("民國").removeprefix("roc").removeprefix("西元")
    year, month, day = _parts(plain)
    number = 1 if year == "元" else int(year)
    if roc or len(year) < 4:
        number += _OFFSET
    try:
        if int(year if year != "元" else 1) < 1:
            raise ValueError
        return date(number, int(month), int(day))
    except (ValueError, OverflowError):
        raise ValueError("no-such-day") from None


def _parts(plain: str) -> tuple[str, str, str]:
    found = _SEPARATED.fullmatch(plain) or _WORDS.fullmatch(plain)
    if found:
        return found[1], found[2], found[3]
    if plain.isascii() and plain.isdigit() and len(plain) in (6, 7, 8):
        return plain[:-4], plain[-4:-2], plain[-2:]
    raise ValueError("format")


def read_time(text: str) -> time:
    """Read a time of day: 14:30, 14:30:00, 1430, 下午2:30, 2:30 pm, 下午2時30分, 9點半.

    Raises:
        ValueError: as `read_date`.
    """
    plain = _plain(text)
    if plain.isascii() and plain.isdigit() and len(plain) in (3, 4):
        plain = f"{plain[:-2]}:{plain[-2:]}"
    if found := _TIME.fullmatch(plain):
        half, hour, minute, second = found[1] or found[5], int(found[2]), int(found[3]), int(found[4] or 0)
    elif found := _TIME_WORDS.fullmatch(plain):
        half, hour, second = found[1], int(found[2]), 0
        minute = 30 if found[4] else int(found[3] or 0)
    else:
        raise ValueError("format")
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("no-such-time")
        hour = hour % 12 + (12 if half in ("下午", "pm") else 0)
    try:
        return time(hour, minute, second)
    except ValueError:
        raise ValueError("no-such-time") from None


def read_datetime(text: str) -> datetime:
    """Read date and time in one text; without an offset it is Taipei's time.

    Raises:
        ValueError: as `read_date`.
    """
    stripped = unicodedata.normalize("NFKC", text).strip()
    try:
        exact = datetime.fromisoformat(stripped) if "T" in stripped else None
        if exact is not None:
            return exact.replace(tzinfo=TAIPEI) if exact.tzinfo is None else exact.astimezone(TAIPEI)
    except (ValueError, OverflowError):
        raise ValueError("format") from None
    found = re.fullmatch(r"(.*?日|[^\s日]+)\s*(\S.*)", stripped, re.DOTALL)
    if not found:
        raise ValueError("format")
    return datetime.combine(read_date(found[1]), read_time(found[2]), TAIPEI)


def roc_text(day: date) -> str:
    """民國107年5月29日; before 1912 the CE date, for there was no ROC year then."""
    if day.year <= _OFFSET:
        return f"西元{day.year}年{day.month}月{day.day}日"
    return f"民國{day.year - _OFFSET}年{day.month}月{day.day}日"


def roc_short(day: date) -> str:
    """107/05/29, as it is typed into a form again (ISO where an ROC year would read as CE)."""
    if not _OFFSET < day.year < _OFFSET + 1000:
        return day.isoformat()
    return f"{day.year - _OFFSET}/{day.month:02}/{day.day:02}"


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).lower()
