"""Timers in a running case: when they fire, and what a text that gives no time leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import StepFailed
from tests.engine.spiff.player import START, Player, bpmn, play, process, source

START_END = '<startEvent id="s"/><endEvent id="e"/>'


def timer(text: str, kind: str = "timeDuration") -> str:
    return f"<timerEventDefinition><{kind}>{text}</{kind}></timerEventDefinition>"


def catch(id: str, inner: str) -> str:
    return f'<intermediateCatchEvent id="{id}">{inner}</intermediateCatchEvent>'


@pytest.mark.parametrize(
    ("text", "kind", "days"),
    [
        ("P2D", "timeDuration", 2),
        ("2018-01-17T01:00:00+00:00", "timeDate", 2),
        ("2018-01-17T09:00:00", "timeDate", 2),
        ("=now() + duration(&quot;P2D&quot;)", "timeDate", 2),
        ("=duration(&quot;P2D&quot;)", "timeDuration", 2),
        ("=&quot;P2D&quot;", "timeDuration", 2),
        ("=wait", "timeDuration", 2),
        ("&quot;P2D&quot;", "timeDuration", 2),
        ("span", "timeDuration", 2),
        ("P1M", "timeDuration", 31),
        ("=duration(&quot;P1M&quot;)", "timeDuration", 31),
        ("R1/P2D", "timeCycle", 2),
    ],
)
def test_when_a_timer_fires(text, kind, days):
    case = play(START_END + catch("a", timer(text, kind)), "s -> a", "a -> e", wait=timedelta(days=2), span="P2D")
    assert [t.due_at for t in case.last.timers] == [START + timedelta(days=days)]
    assert case.at(START + timedelta(days=days) - timedelta(seconds=1)).ended is None
    assert case.at(START + timedelta(days=days)).ended == "completed"


def test_a_date_is_its_first_moment_in_taipei():
    case = play(START_END + catch("a", timer("2018-02-01", "timeDate")), "s -> a", "a -> e")
    assert case.last.timers[0].due_at == datetime(2018, 1, 31, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["=missing", "=1", "=&quot;soon&quot;", "=duration(&quot;P99Y&quot;)", "=&quot;R/PT1S&quot;", "=null", "1/0"],
)
def test_a_timer_that_gives_no_time_is_an_incident(text):
    case = play(START_END + catch("a", timer(text)), "s -> a", "a -> e")
    assert case.incident("a").kind == "timer"


def test_an_intermediate_cycle_sends_a_token_each_turn():
    body = START_END + catch("a", timer("R2/P1D", "timeCycle")) + '<userTask id="u"/>'
    case = play(body, "s -> a", "a -> u", "u -> e").after(days=1).after(days=1)
    assert case.waiting == ["u", "u"]
    assert case.complete("u").complete("u").ended == "completed"


def test_the_next_start_of_a_timer_start_event():
    body = f'<startEvent id="s">{timer("R3/P1D", "timeCycle")}</startEvent><userTask id="a"/>'
    case = Player(source(bpmn(process(body, "s -> a"))))
    due, fired, seen = None, 0, []
    while (due := case.executor.next_start(case.source, "s", case.context, last=due, fired=fired)) is not None:
        seen.append(due)
        fired += 1
    assert seen == [START + timedelta(days=n) for n in (1, 2, 3)]
    assert case.start(start_id="s").waiting == ["a"]
    with pytest.raises(StepFailed):
        case.executor.next_start(case.source, "a", case.context)


def test_of_an_endless_repetition_the_last_missed_turn_stands_for_all():
    body = START_END + '<userTask id="a"/><scriptTask id="r"><script>={n: n + 1}</script></scriptTask>'
    cycle = timer("R/PT60S", "timeCycle")
    body += f'<boundaryEvent id="t" attachedToRef="a" cancelActivity="false">{cycle}</boundaryEvent>'
    case = play(body, "s -> a", "a -> e", "t -> r", n=0).after(days=365, seconds=30)
    assert case.variables["n"] == 1
    assert [t.due_at for t in case.last.timers] == [case.now + timedelta(seconds=30)]


def test_a_timer_at_the_start_that_cannot_be_worked_out_keeps_the_answers():
    on = f'<subProcess id="x" triggeredByEvent="true"><startEvent id="xs">{timer("=limit")}</startEvent></subProcess>'
    case = play(START_END + on + '<userTask id="a"/>', "s -> a", "a -> e", applicant="王小明")
    assert case.incident("s").kind == "timer"
    assert case.waiting == []
    assert case.variables == {"applicant": "王小明"}
    case.retry("s", limit=timedelta(days=1))
    assert case.waiting == ["a"]
    assert [t.due_at for t in case.last.timers] == [START + timedelta(days=1)]
