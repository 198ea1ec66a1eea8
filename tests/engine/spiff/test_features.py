"""The public BPMN feature cases: the run, the two quiet minutes after it, nothing more and nothing less."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.engine.spiff.features import FOLDER, Case, cases, run
from tests.engine.spiff.player import Player, StraightPlayer

CONTRADICTORY = {
    name: Counter({"SCRIPT_task1": 2, "SCRIPT_task2": 1})
    for name in ("AdHocSubProcess_Parallel", "AdHocSubProcess_Sequential")
}
"""Cases that expect the mark of a task which their own diagram does not have; what the diagram says instead."""

ALL = cases()


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the public feature cases are not here: 102 cases did not run")
def test_no_case_is_left_out():
    listed = json.loads((FOLDER / "expectations.json").read_text())
    assert len(ALL) == sum(len(entry["cases"]) for entry in listed) >= 102
    assert {path.stem for path in FOLDER.rglob("*.bpmn")} == {case.name for case in ALL}


@pytest.mark.parametrize("player", [Player, StraightPlayer], ids=["restored", "straight"])
@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_feature(case: Case, player: type[Player]):
    marks = run(case, player=player)
    if case.name in CONTRADICTORY:
        assert "SCRIPT_task3" not in (FOLDER / case.group / f"{case.name}.bpmn").read_text()
        assert marks == CONTRADICTORY[case.name]
    elif case.expected == Counter(["ERROR"]):
        assert set(marks) <= {"ERROR_deployment", "ERROR_runtime"}
        assert marks
    else:
        assert marks == case.expected
