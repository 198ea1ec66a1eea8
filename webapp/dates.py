"""Dates as people of a Taiwanese office read them: the ROC year in Chinese, CE in English.

The database holds aware datetimes; every wall-clock shown is Asia/Taipei.
Rule source: domain.md D "ROC calendar".
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.i18n import is_chinese

TAIPEI = ZoneInfo("Asia/Taipei")
_ROC_OFFSET = 1911
_NUMBERS = re.compile(r"\d+", re.ASCII)
_LONGEST_DAY = 40
"""Characters; what is longer is no day however it is written."""
_WEEKDAYS = "一二三四五六日"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def local(value: datetime) -> datetime:
    """The same instant as the wall clock in Taipei shows it."""
    return value.astimezone(TAIPEI)


def roc_year(year: int) -> str:
    """`107` for 2018, `前1` for 1911."""
    roc = year - _ROC_OFFSET
    return str(roc) if roc > 0 else f"前{1 - roc}"


def roc_date(value: date | datetime | None, style: str = "long") -> str:
    """A day: 民國107年5月29日 · 29 May 2018; style `short`: 107/05/29 · 2018-05-29; empty for None."""
    day = _day(value)
    if day is None:
        return ""
    if style == "short":
        return f"{roc_year(day.year)}/{day:%m/%d}" if is_chinese() else day.isoformat()
    if is_chinese():
        return f"民國{roc_year(day.year)}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def roc_datetime(value: datetime | None, style: str = "long") -> str:
    """A day and minute, as roc_date followed by 24-hour time; empty for None."""
    if value is None:
        return ""
    moment = local(value)
    return f"{roc_date(moment, style)} {moment:%H:%M}"


def clock_time(value: datetime) -> str:
    """The hour and minute alone: 14:05."""
    return f"{local(value):%H:%M}"


def parse_day(text: str | None) -> date | None:
    """A day somebody typed: 1070529, 107/5/29, 民國107年5月29日, 2018-05-29; None when it is none of these."""
    if text is None or len(text) > _LONGEST_DAY:
        return None
    parts = [int(part) for part in _NUMBERS.findall(text)]
    if len(parts) == 1 and 6 <= len(digits := str(parts[0])) <= 8:
        parts = [int(digits[:-4]), int(digits[-4:-2]), int(digits[-2:])]
    if len(parts) != 3:
        return None
    year = parts[0] if parts[0] > _ROC_OFFSET else parts[0] + _ROC_OFFSET
    if year <= _ROC_OFFSET:  # no year 0; before the Republic nobody starts a case
        return None
    try:
        return date(year, parts[1], parts[2])
    except (ValueError, OverflowError):
        return None


def weekday(value: date | datetime) -> str:
    """星期二 · Tuesday."""
    day = _day(value)
    assert day is not None
    return f"星期{_WEEKDAYS[day.weekday()]}" if is_chinese() else f"{day:%A}"


def iso(value: date | datetime | None) -> str:
    """For `<time datetime>` and exports: ISO 8601 with the Taipei offset."""
    if value is None:
        return ""
    return local(value).isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


def span(value: timedelta | None) -> str:
    """How long something took or has lasted, in the largest unit that says enough."""
    if value is None:
        return ""
    minutes = max(int(value.total_seconds() // 60), 0)
    if minutes < 1:
        return _("不到1分鐘")
    if minutes < 60:
        return ngettext("%(num)d分鐘", "%(num)d分鐘", minutes)
    hours = minutes // 60
    if hours < 24:
        return ngettext("%(num)d小時", "%(num)d小時", hours)
    return ngettext("%(num)d天", "%(num)d天", hours // 24)


def init_dates(app: Flask) -> None:
    """Make the functions here filters of the templates."""
    for function in (roc_date, roc_datetime, clock_time, weekday, iso, span):
        app.jinja_env.filters[function.__name__] = function


def _day(value: date | datetime | None) -> date | None:
    return local(value).date() if isinstance(value, datetime) else value
