"""Timer texts: ISO 8601 with its limits."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.feel.temporal.dates import FeelDateTime, from_python_datetime
from engine.spiff import timers
from engine.spiff.timers import Span, TimerText, parse_cycle, parse_duration, parse_moment

NOW = datetime(2018, 1, 31, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "months", "exact"),
    [
        ("P1Y2M", 14, timedelta()),
        ("P3W", 0, timedelta(weeks=3)),
        ("P1DT2H30M", 0, timedelta(days=1, hours=2, minutes=30)),
        ("PT1.5S", 0, timedelta(seconds=1.5)),
        ("PT0S", 0, timedelta()),
        ("-P1D", 0, timedelta(days=-1)),
        ("p1d", 0, timedelta(days=1)),
    ],
)
def test_durations(text, months, exact):
    assert parse_duration(text) == Span(months, exact)


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P1", "1D", "P1H", "P-1D", "P99999999Y", "P51Y", "P999999999999D", "PT99999999999S", "P1D "[::-1]],
)
def test_durations_that_are_refused(text):
    with pytest.raises(TimerText):
        parse_duration(text)


@pytest.mark.parametrize(
    "text", ["R/PT0S", "R/PT59S", "R1001/P1D", "R9999999/P1D", "R3/", "R3", "R3/P1D/P1D", "R3/P0D", "3/P1D"]
)
def test_cycles_that_are_refused(text):
    with pytest.raises(TimerText):
        parse_cycle(text)


def test_cycles():
    assert parse_cycle("R3/P1D") == timers.Cycle(3, Span(0, timedelta(days=1)))
    assert parse_cycle("R/PT60S").count is None
    start = datetime(2018, 6, 1, 1, 0, tzinfo=UTC)
    assert parse_cycle("R2/2018-06-01T09:00:00+08:00/P1M").start == start
    assert parse_cycle("R2/P1D/2018-06-02T09:00:00+08:00").start == start


def test_months_end_on_the_last_day_of_a_short_month():
    assert Span(1).after(NOW) == datetime(2018, 2, 28, 4, 0, tzinfo=UTC)
    assert Span(-2).after(NOW) == datetime(2017, 11, 30, 4, 0, tzinfo=UTC)
    assert Span(12).after(NOW) == datetime(2019, 1, 31, 4, 0, tzinfo=UTC)


def test_moments_without_a_zone_are_taipei():
    assert parse_moment("2018-01-31T12:00:00") == (NOW.astimezone(timers.TAIPEI), False)
    assert parse_moment("2018-01-31T04:00:00Z") == (NOW, True)
    assert parse_moment("2018-01-31")[0] == datetime(2018, 1, 30, 16, tzinfo=UTC)
    with pytest.raises(TimerText):
        parse_moment("2018-02-30")


def test_what_means_a_moment():
    assert timers.moment_of(date(2018, 2, 1), NOW) == datetime(2018, 1, 31, 16, tzinfo=UTC)
    assert timers.moment_of(timedelta(hours=1), NOW) == NOW + timedelta(hours=1)
    assert timers.moment_of("P1D", NOW) == NOW + timedelta(days=1)
    for nothing in (None, 5, "soon", datetime(2100, 1, 1, tzinfo=UTC)):
        with pytest.raises((TimerText, ValueError)):
            timers.moment_of(nothing, NOW)


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ('"PT1S"', "PT1S"),
        ("'P1D'", "P1D"),
        (" P1D ", "P1D"),
        ("R3/P1D", "R3/P1D"),
        ("2018-01-01", "2018-01-01"),
        ("=x", None),
        ("x", None),
        ("Period", None),
    ],
)
def test_literals_are_told_from_expressions(text, literal):
    assert timers.as_literal(text) == literal


@given(st.text(alphabet="PRT0123456789YMWDHS/.-:+Z", max_size=30))
def test_any_text_is_a_time_or_refused(text):
    for read in (parse_duration, parse_cycle, parse_moment):
        try:
            found = read(text)
        except TimerText:
            continue
        span = found if isinstance(found, Span) else getattr(found, "every", None)
        if span is not None:
            assert abs(span.after(NOW).year - NOW.year) <= timers.MAX_YEARS + 1


@given(st.integers(1, 40), st.integers(-30, 30), st.integers(0, 10**6))
def test_turns_of_a_cycle_are_evenly_spaced(count, months, seconds):
    armed = {"due": NOW, "left": count, "months": abs(months), "seconds": str(float(seconds + 1))}
    turns = 1
    before = armed["due"]
    while timers.advance(armed, NOW):
        assert armed["due"] > before
        before = armed["due"]
        turns += 1
    assert turns == count


def test_a_moment_finer_than_a_microsecond_is_the_next_microsecond() -> None:
    finer = FeelDateTime.at_local_nanos(from_python_datetime(NOW), from_python_datetime(NOW).local_nanos() + 1)
    assert timers.moment_of(finer, NOW) == NOW + timedelta(microseconds=1)
