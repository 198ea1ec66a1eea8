"""F21: random operations through the services; after each the engine's state is that of a model of a hundred lines."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest

from engine.store import inbox_queries
from engine.store import task_queries as queries
from engine.store.embedded import APPLICATION
from tests.faults.harness import Report, scaled
from tests.faults.model_acts import OPERATIONS, Step, do, smallest, steps
from tests.faults.model_walk import Walker, found_walker

STEPS = 400
"""In the suite. The plan's 50,000 are `FAULT_SCALE=125`."""
AN_OFFICE_STEPS = 400
"""Then another office is opened: one that has seen much is slow to compare."""
TRIES = 40
"""To make a sequence that fails shorter."""


@pytest.fixture
def offices(database_server, make_database):
    """A function that founds an empty office; all are closed in the end."""
    made: list[Walker] = []

    def found() -> Walker:
        made.append(found_walker(database_server.url(make_database(), APPLICATION)))
        return made[-1]

    yield found
    for walker in made:
        walker.engine.close()


def test_engine_and_model_agree_after_every_operation(offices, report):
    found = report("F21")
    count = scaled(STEPS)
    found.least = {"operations": count, "kinds": len(OPERATIONS), "refused": count / 5, "cases": count / 100}
    agreed(offices, found, count, tries=TRIES)
    found.ensure_held()


def agreed(
    offices: Callable[[], Walker], report: Report, count: int, *, tries: int = 0, names: Sequence[str] = ()
) -> None:
    """Walk through as many offices as the operations need; what fails is made shorter and told."""
    chance, kinds = random.Random(report.seed), set[str]()
    counts = dict.fromkeys(("operations", "kinds", "refused", "cases", "offices"), 0)
    while counts["operations"] < count and not report.violations:
        walk = steps(chance, min(AN_OFFICE_STEPS, count - counts["operations"]), names)
        walker = offices()
        differing, failing = walked(walker, walk)
        kinds |= set(walker.done)
        counts["operations"] += len(walk)
        counts["offices"] += 1
        counts["refused"] += sum(walker.refused.values())
        counts["cases"] += len(walker.ids)
        if differing:
            short = smallest(failing, lambda shorter: bool(walked(offices(), shorter)[0]), tries)
            report.violations.append(f"F21: {'; '.join(differing[:3])}; by {short}")
        walker.engine.close()
    report.counts = {**counts, "kinds": len(kinds)}


def walked(walker: Walker, walk: Sequence[Step]) -> tuple[list[str], Sequence[Step]]:
    """Do one operation after the other: the first differences, or those of all there is in the end; what led there."""
    for number, (name, seed) in enumerate(walk, start=1):
        if differing := do(walker, name, seed):
            return differing, walk[:number]
    return walker.all_differs(), walk


# -- broken builds -----------------------------------------------------------------------------


def test_a_release_that_forgets_is_noticed(offices, report, monkeypatch):
    monkeypatch.setattr(queries, "release", lambda *_, **__: None)
    found = report("F21 forgetful release")
    agreed(offices, found, 100, names=("start", "claim", "release"))
    found.ensure_noticed("F21: after release: open of case")


def test_an_inbox_with_the_work_of_others_is_noticed(offices, report, monkeypatch):
    everybody = {tab: text.replace("t.assignee = :me", "(t.assignee = :me or t.assignee is not null)")
                 for tab, text in inbox_queries.TABS.items()}  # fmt: skip
    monkeypatch.setattr(inbox_queries, "TABS", everybody)
    found = report("F21 inbox of all")
    agreed(offices, found, 100, names=("start", "claim", "release"))
    found.ensure_noticed("F21: after")


def test_what_fails_is_made_shorter():
    walk = [("claim", number) for number in range(40)]
    fails = lambda shorter: {("claim", 3), ("claim", 31)} <= set(shorter)  # noqa: E731
    assert smallest(walk, fails, 100) == [("claim", 3), ("claim", 31)]
