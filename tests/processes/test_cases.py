"""Every case of every process: straight through, and saved and restored between every two steps."""

from __future__ import annotations

import pytest

from engine.casetest import Case
from engine.casetest.report import coverage_of
from tests.processes.conftest import KEYS, Plays, cases

PLAYED = [pytest.param(key, case, id=f"{key}/{case.id}") for key in KEYS for case in cases(key)]


@pytest.mark.parametrize("key", KEYS)
def test_a_process_has_cases(key: str) -> None:
    assert cases(key)


@pytest.mark.parametrize(("key", "case"), PLAYED)
@pytest.mark.parametrize("restored", [False, True], ids=["straight", "restored"])
def test_the_case_goes_as_its_file_says(plays: Plays, key: str, case: Case, restored: bool) -> None:
    outcome = plays.outcome(key, case, restored=restored)
    assert outcome.passed, "\n".join(outcome.problems)


@pytest.mark.parametrize("key", KEYS)
def test_the_cases_reach_every_element_and_every_flow(plays: Plays, key: str) -> None:
    outcomes = tuple(plays.outcome(key, case, restored=False) for case in cases(key))
    coverage = coverage_of(plays.player(key).outline, outcomes)
    print(f"{key}: {coverage.percent}% of {coverage.elements} elements and {coverage.flows} flows")
    assert coverage.complete, f"never reached: {coverage.missed_elements + coverage.missed_flows}"
