"""F05: the same form posted one to five times, at once and after "back", has one effect and always the same answer."""

from __future__ import annotations

import random

from tests.faults.harness import City, Report, scaled
from tests.faults.models import STARTABLE
from tests.faults.posting import PASSWORD

ROUNDS = 15


def test_the_same_form_has_one_effect_and_one_answer(city, report):
    found = report("F05")
    post(city, found, rounds=scaled(ROUNDS))
    found.least = {"rounds": scaled(ROUNDS), "posts": scaled(ROUNDS) * 4}
    found.ensure_held()


def test_a_build_that_forgets_tokens_is_noticed(city, report):
    found = report("F05 forgetful")
    post(city, found, rounds=6, broken="forgetful")
    found.ensure_noticed("F05: the same form got different answers")
    found.ensure_noticed("F05: one start form, several cases")


def post(city: City, report: Report, *, rounds: int, broken: str | None = None) -> None:
    """Let one actor post forms to the real application, and look at what they did."""
    key = city.deploy(STARTABLE)
    city.engine.accounts.add_demo_account("tsai", "tsai", PASSWORD)
    seed = random.Random(report.seed).random()
    (actor,) = city.nursery.start(city.spec("posting:post", rounds=rounds, process=key, seed=seed, broken=broken))
    if not actor.wait(120 + rounds * 5):
        report.violations.append("F05: a post hangs")
    forms = [line for line in city.lines() if "form" in line]
    report.counts = {"rounds": len(city.noted("round")), "posts": sum(len(line["answers"]) for line in forms)}
    _judge_answers(report, forms)
    starts = sum(line["form"] == "start" for line in forms)
    with city.owner() as db:
        (cases, completed) = db.execute("""
            select (select count(*) from process_instance),
              (select count(*) from history where verb = 'task.completed')
        """).fetchone() or (0, 0)
    if cases != starts:
        report.violations.append(f"F05: one start form, several cases: {cases} cases of {starts} forms")
    if completed > starts:
        report.violations.append(f"I2: {completed} completions of {starts} forms")
    report.violations += city.violations()


def _judge_answers(report: Report, forms: list) -> None:  # type: ignore[type-arg]
    differing = [line["form"] for line in forms if len({tuple(answer) for answer in line["answers"]}) > 1]
    refused = [line["form"] for line in forms if any(status != 303 for status, _ in line["answers"])]
    if differing:
        report.violations.append(f"F05: the same form got different answers, {len(differing)} times: {set(differing)}")
    if refused:
        report.violations.append(f"F05: a form was refused, {len(refused)} times: {set(refused)}")
