"""F18: loops, calls of oneself, timers without a pause, collections without an end: refused by name, or an incident
within five seconds; and whoever works beside it hardly notices."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tests.faults.harness import SCALE, City, Report, wait_until
from tests.faults.models import MIXED
from tests.faults.nursery import Actor
from tests.faults.pace import Pace
from tests.faults.runaways import RUNAWAYS
from tests.faults.running_away import AWAY, GOES_ON

COMPLETIONS = 100
"""Of others, before and beside: of fewer, the slowest in a hundred says nothing."""
TIMES_SLOWER = 2.0
SLICES_SECONDS = 0.02
"""A few slices of the processor's time, which is no part of what the plan means by slower."""
PATIENCE = 3.0
"""So many times the limit somebody waits for what is late, to say how late it was."""
BROKEN_SECONDS = 1.5
"""A loop without a wait is stopped in a fifth of a second: one that runs as long as this has not been."""


def test_what_runs_away_is_refused_or_stopped_and_others_go_on(city, report):
    found, pace = report("F18"), Pace()
    names = [name for name, runaway in RUNAWAYS.items() if SCALE > 1 or not runaway.long]
    found.least = {
        "refused": sum(RUNAWAYS[name].refused is not None for name in names),
        "stopped": sum(RUNAWAYS[name].refused is None for name in names),
        "completions before": COMPLETIONS, "completions beside": COMPLETIONS,
    }  # fmt: skip
    key = city.deploy(MIXED["straight"])
    city.nursery.warm(city.url)
    # before, as many work as afterwards: the machine is as busy, with ordinary cases
    colleague = city.spec("running_away:colleague", process=key)
    noting, *others = city.nursery.start(
        colleague | {"noting": True}, colleague | {"until_away": True}, colleague | {"until_away": True}
    )
    city.nursery.start(city.spec("worker"))
    wait_until(lambda: len(city.noted("completed")) >= COMPLETIONS, 60 * pace.slower, "others complete tasks")
    (city.folder / AWAY).touch()
    for other in others:
        other.wait(10 * pace.slower)
    run_away(city, found, names, pace)
    (city.folder / "finish").touch()
    if not noting.wait(10 * pace.slower):
        found.violations.append("F18: somebody who works beside waits for ever")
    _judge_others(city, found, pace)
    found.violations += city.violations()
    found.ensure_held()


def test_builds_without_a_limit_are_noticed(city, report):
    found, pace = report("F18 no limits"), Pace()
    loop, timer, answering = "loop", "R/PT0S pause", "two cases that answer each other"
    city.nursery.start(city.spec("worker", broken="running_away:without_end"))
    authors = {
        name: city.nursery.start(_author(city, [name], pace) | {"broken": f"running_away:{broken}"})
        for name, broken in ((loop, "without_budget"), (timer, "without_checks"), (answering, "without_end"))
    }
    for name, (actor,) in authors.items():
        _follow(city, found, actor, [name], BROKEN_SECONDS * pace.slower if name == loop else 30 * pace.slower)
    _judge(city, found, pace)
    for name, sign in ((loop, "is not stopped"), (timer, "deployed"), (answering, "goes on and on")):
        found.ensure_noticed(f"F18: {name}: {sign}")


def run_away(city: City, report: Report, names: Sequence[str], pace: Pace) -> None:
    """Let two people deploy and start all these, one of them what a worker must stop; what became of each."""
    shares = [[name for name in names if RUNAWAYS[name].by_jobs is by_jobs] for by_jobs in (False, True)]
    authors = city.nursery.start(*(_author(city, share, pace) for share in shares))
    for actor, share in zip(authors, shares, strict=True):
        _follow(city, report, actor, share, PATIENCE * sum(RUNAWAYS[name].seconds for name in share) * pace.slower)
    _judge(city, report, pace)


def _author(city: City, names: Sequence[str], pace: Pace) -> dict[str, object]:
    return city.spec("running_away:author", runaways=list(names), patience=PATIENCE * pace.slower)


def _follow(city: City, report: Report, author: Actor, names: Sequence[str], seconds: float) -> None:
    """Wait until an author is through; end one whom nobody stops, and say at what."""
    if not author.wait(seconds):
        author.close()
    told = set(city.noted("runaway"))
    report.violations += [f"F18: {name}: is not stopped" for name in names if name not in told]


def _judge(city: City, report: Report, pace: Pace) -> None:
    """Each was refused by its name, or was an incident in time."""
    slower, lines = pace.again(), [line for line in city.lines() if "runaway" in line]
    for line in lines:
        name, told, seconds = line["runaway"], line["told"], line["seconds"]
        if told != (RUNAWAYS[name].refused or "incident"):
            report.violations.append(f"F18: {name}: {told}")
        if seconds > RUNAWAYS[name].seconds * slower:
            report.violations.append(f"F18: {name}: {told} only after {seconds:.1f} s")
    slowest = max(lines, key=lambda line: line["seconds"] / RUNAWAYS[line["runaway"]].seconds, default=None)
    report.counts |= {
        "refused": sum(line["told"] not in ("incident", *GOES_ON) for line in lines),
        "stopped": sum(line["told"] == "incident" for line in lines),
        "machine slower by": slower,
    }  # fmt: skip
    if slowest is not None:
        report.counts[f"slowest ({slowest['runaway']}) s"] = round(slowest["seconds"], 1)


def _judge_others(city: City, report: Report, pace: Pace) -> None:
    """Others take at most twice as long as they did before."""
    p99 = {}
    for beside, name in ((False, "before"), (True, "beside")):
        took = sorted(line["completed"] for line in city.lines() if line.get("beside") is beside)
        p99[name] = took[math.ceil(len(took) * 0.99) - 1] if took else math.inf
        report.counts |= {f"completions {name}": len(took), f"p99 {name} ms": round(p99[name] * 1000, 1)}
    slower = pace.again()
    if p99["beside"] > (TIMES_SLOWER * p99["before"] + SLICES_SECONDS) * slower:
        report.violations.append(f"F18: others took {p99['beside']:.3f} s instead of {p99['before']:.3f} s")
