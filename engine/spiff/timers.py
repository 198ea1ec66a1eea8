"""When timers fire, reckoned from the step's own time and never from the machine's clock.

A timer's text is FEEL (`=`) that gives a date, a date and time, a duration or ISO
text; or an ISO 8601 literal; or, as other tools write it, Python. Times without a
zone are Asia/Taipei. BPMN 2.0 §10.5.5.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from engine.feel.temporal.dates import FeelDateTime
from engine.spiff.problems import StepProblem

if TYPE_CHECKING:
    from engine.spiff.diagram import EventDefinition
    from engine.spiff.token import Token

TAIPEI = ZoneInfo("Asia/Taipei")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MAX_YEARS = 50
MAX_CYCLES = 1_000
MIN_ENDLESS = timedelta(seconds=60)
"""A repetition without a count must leave this much between two turns."""

DURATION = re.compile(
    r"(?P<sign>-)?P(?=\d|T\d)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)(?P<fraction>[.,]\d+)?S)?)?"
)
CYCLE = re.compile(r"R(?P<count>\d*)/(?P<first>[^/]+)(?:/(?P<second>[^/]+))?")


class TimerText(ValueError):
    """The text names no time; the message says why, in both languages."""


@dataclass(frozen=True)
class Span:
    """An ISO 8601 duration, not yet fixed to a date."""

    months: int = 0
    exact: timedelta = timedelta()

    def after(self, moment: datetime) -> datetime:
        """The moment this much later, in Asia/Taipei's calendar; the last day of a short month.

        Raises:
            TimerText: more than 50 years away.
        """
        if abs(self.months) > MAX_YEARS * 12 or abs(self.exact) > timedelta(days=MAX_YEARS * 366):
            raise TimerText(f"期間超過 {MAX_YEARS} 年 (longer than {MAX_YEARS} years)")
        local = moment.astimezone(TAIPEI)
        index = local.year * 12 + local.month - 1 + self.months
        year, month = index // 12, index % 12 + 1
        shifted = local.replace(year=year, month=month, day=min(local.day, monthrange(year, month)[1]))
        return shifted + self.exact


def parse_duration(text: str) -> Span:
    """Read `P1Y2M`, `P3W`, `P1DT2H30M` …

    Raises:
        TimerText: it is no ISO 8601 duration, or longer than 50 years.
    """
    found = DURATION.fullmatch(text.strip().upper())
    if found is None:
        raise TimerText(f"「{text}」不是 ISO 8601 期間 (not an ISO 8601 duration)")
    if any(len(found[part] or "") > 10 for part in ("years", "months", "weeks", "days", "hours", "minutes", "seconds")):
        raise TimerText(f"期間超過 {MAX_YEARS} 年 (longer than {MAX_YEARS} years)")
    number = {key: int(found[key] or 0) for key in ("years", "months", "weeks", "days", "hours", "minutes", "seconds")}
    fraction = float("0" + (found["fraction"] or ".0").replace(",", "."))
    sign = -1 if found["sign"] else 1
    if number["years"] > MAX_YEARS or number["months"] > MAX_YEARS * 12 or number["days"] > MAX_YEARS * 366:
        raise TimerText(f"期間超過 {MAX_YEARS} 年 (longer than {MAX_YEARS} years)")
    exact = timedelta(
        weeks=min(number["weeks"], 10_000),
        days=number["days"],
        hours=min(number["hours"], 10_000_000),
        minutes=min(number["minutes"], 100_000_000),
        seconds=number["seconds"] + fraction,
    )
    if exact > timedelta(days=MAX_YEARS * 366):
        raise TimerText(f"期間超過 {MAX_YEARS} 年 (longer than {MAX_YEARS} years)")
    return Span(sign * (number["years"] * 12 + number["months"]), sign * exact)


def parse_moment(text: str) -> tuple[datetime, bool]:
    """Read a date or a date and time; the flag says whether it named its zone.

    Raises:
        TimerText: it is neither.
    """
    text = text.strip()
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return datetime.combine(date.fromisoformat(text), time(), TAIPEI), False
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise TimerText(f"「{text}」不是 ISO 8601 日期時間 (not an ISO 8601 date and time)") from error
    return (moment.replace(tzinfo=TAIPEI), False) if moment.tzinfo is None else (moment, True)


@dataclass(frozen=True)
class Cycle:
    """`R3/P1D`, `R3/2018-06-01T09:00:00+08:00/P1D`: how often, from when, how far apart."""

    count: int | None
    every: Span
    start: datetime | None = None


def parse_cycle(text: str) -> Cycle:
    """Read an ISO 8601 repeating interval.

    Raises:
        TimerText: not one, more than 1,000 turns, or endless with less than a minute between turns.
    """
    found = CYCLE.fullmatch(text.strip().upper())
    if found is None:
        raise TimerText(f"「{text}」不是 ISO 8601 重複期間 (not an ISO 8601 repeating interval)")
    first, second = found["first"], found["second"]
    start = None
    if second is not None and not first.startswith("P"):
        start, _ = parse_moment(first)
        span = parse_duration(second)
    elif second is not None:
        span, (end, _) = parse_duration(first), parse_moment(second)
        start = Span(-span.months, -span.exact).after(end)
    else:
        span = parse_duration(first)
    if len(found["count"]) > 6 or int(found["count"] or 0) > MAX_CYCLES:
        raise TimerText(f"重複超過 {MAX_CYCLES} 次 (more than {MAX_CYCLES} repetitions)")
    count = int(found["count"]) if found["count"] else None
    if span.months <= 0 and span.exact <= timedelta():
        raise TimerText("重複的間隔必須大於零 (the interval must be longer than nothing)")
    if count is None and span.months == 0 and span.exact < MIN_ENDLESS:
        raise TimerText("沒有次數的重複,間隔至少 60 秒 (a repetition without a count needs at least 60 seconds)")
    return Cycle(count, span, start)


def as_literal(text: str) -> str | None:
    """The ISO literal in a timer's text, quotes of other tools removed; None when it is an expression."""
    bare = text.strip()
    if len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "\"'":
        bare = bare[1:-1].strip()
    return bare if re.match(r"-?P[\dT]|R\d*/|\d{4}-", bare, re.IGNORECASE) else None


def arm(definition: EventDefinition, token: Token) -> dict[str, Any]:
    """Work out when a timer fires: `{"due": …}`, for a cycle `{"due", "left", "months", "seconds"}`.

    Raises:
        StepProblem: the text gives no time.
    """
    text = definition.text or ""
    value: Any = as_literal(text)
    if value is None:
        value = token.case.engine.value(token, text, "timer")
    try:
        return armed(definition.timer or "timeDuration", value, token.case.engine.context.now)
    except (TimerText, OverflowError, ValueError) as error:
        raise StepProblem("timer", f"{error}: {text}") from error


def armed(kind: str, value: Any, now: datetime) -> dict[str, Any]:
    """The same for a value that is known.

    Raises:
        TimerText: it is no time.
    """
    if isinstance(value, str) and (kind == "timeCycle" or value.strip().upper().startswith("R")):
        cycle = parse_cycle(value)
        first = cycle.start or cycle.every.after(now)
        left = None if cycle.count is None else cycle.count
        return {
            "due": first,
            "left": left,
            "months": cycle.every.months,
            "seconds": str(cycle.every.exact.total_seconds()),
        }
    return {"due": moment_of(value, now)}


def moment_of(value: Any, now: datetime) -> datetime:
    """The moment a date, date and time, duration, or ISO text means at `now`.

    Raises:
        TimerText: it means none, or one more than 50 years away.
    """
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=TAIPEI)
    elif isinstance(value, date):
        moment = datetime.combine(value, time(), TAIPEI)
    elif isinstance(value, timedelta):
        moment = Span(0, value).after(now)
    elif isinstance(value, str):
        text = value.strip()
        moment = parse_duration(text).after(now) if text.upper().lstrip("-").startswith("P") else parse_moment(text)[0]
    elif value is not None and re.match(r"-?P", str(value)):
        moment = parse_duration(str(value)).after(now)
    elif isinstance(value, FeelDateTime):  # finer than a microsecond: the next one, never too early
        moment = _EPOCH + timedelta(microseconds=-(-value.utc_nanos() // 1000))
    else:
        raise TimerText("不是時間也不是期間 (neither a time nor a duration)")
    if abs(moment.year - now.year) > MAX_YEARS:
        raise TimerText(f"超過 {MAX_YEARS} 年 (more than {MAX_YEARS} years away)")
    return moment


def advance(armed: dict[str, Any], now: datetime) -> bool:
    """Move a fired timer to its next turn; false when it has none left.

    Turns that were missed are made up one by one where they are counted; of an
    endless repetition the last missed one stands for all.
    """
    if "months" not in armed:
        return False
    if armed["left"] is not None:
        armed["left"] -= 1
        if armed["left"] <= 0:
            return False
    every = Span(armed["months"], timedelta(seconds=float(armed["seconds"])))
    due = every.after(armed["due"])
    if armed["left"] is None and due <= now:
        if not every.months:
            due += (now - due) // every.exact * every.exact
        while due <= now:
            due = every.after(due)
    armed["due"] = due
    return True


def next_turn(armed: dict[str, Any], last: datetime | None, fired: int) -> datetime | None:
    """The turn after the one that was due at `last`, when `fired` turns are over; None when that was the last."""
    due: datetime = armed["due"]
    if last is None:
        return due
    if "months" not in armed or (armed["left"] is not None and fired >= armed["left"]):
        return None
    return Span(armed["months"], timedelta(seconds=float(armed["seconds"]))).after(last)
