"""What people type, as values: one sentence for the field where it is none."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from flask_babel import gettext as _

from engine.calendar.working_days import TAIPEI
from webapp.dates import parse_day


def number(text: str) -> int | Decimal:
    """A number, with or without separators. Raises ValueError with a sentence for the field."""
    try:
        value = Decimal(text.replace(",", "").replace("，", ""))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value.adjusted()) > 30:
        raise ValueError(_("請輸入數字，例如 12 或 12.5。"))
    return int(value) if value == value.to_integral_value() and "." not in text else value


def boolean(text: str) -> bool:
    """是 or 否, also true and false. Raises ValueError with a sentence for the field."""
    known = {"true": True, "yes": True, "是": True, "1": True, "false": False, "no": False, "否": False, "0": False}
    if text.lower() not in known:
        raise ValueError(_("請輸入「是」或「否」。"))
    return known[text.lower()]


def day(text: str) -> date:
    """A day, as offices in Taiwan and elsewhere write it. Raises ValueError with a sentence for the field."""
    value = parse_day(text)
    if value is None:
        raise ValueError(_("請輸入日期，例如 115/11/23。"))
    return value


def moment(text: str) -> datetime:
    """A day and a time of day, in Taipei. Raises ValueError with a sentence for the field."""
    written, _blank, clock = text.replace("T", " ").partition(" ")
    value = parse_day(written)
    hour, _colon, minute = clock.strip().partition(":")
    try:
        if value is None:
            raise ValueError
        return datetime(value.year, value.month, value.day, int(hour), int(minute[:2] or 0), tzinfo=TAIPEI)
    except (ValueError, OverflowError):
        raise ValueError(_("請輸入日期與時間，例如 115/11/23 08:30。")) from None
