"""The public BPMN feature cases: the run, the two quiet minutes after it, nothing more and nothing less.

What is drawn with elements that the engine refuses to deploy is listed here by
name, so that the list can only grow shorter.
"""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.engine.spiff.features import FOLDER, Case, cases, run

REFUSED = {
    "AdHocSubProcess_Parallel",
    "AdHocSubProcess_Sequential",
    "Transaction",
    "Cancel_Event",
    "Compensation_EndEvent_TopLevel",
    "Compensation_StartEvent_EventSubProcess",
    "Error_BoundaryEvent_Transaction_Interrupting",
    "WCP06_MultiChoice_ComplexGateway",
    "WCP09_Structured_Discriminator_ComplexGateway",
    "WCP17_InterleavedParallelRouting",
    "WCP20_CancelCaseCancel",
}
"""Transactions, compensation, ad-hoc subprocesses and complex gateways: refused with a finding."""
WARNED = {"MultiInstance_ComplexBehavior", "WCP12_MultipleInstancesWithoutSynchronization"}
"""Events between the instances of a multi-instance (`behavior`): deployed with a warning, not thrown."""

ALL = cases()


@pytest.mark.skipif(not FOLDER.is_dir(), reason="the public feature cases are not here: 102 cases did not run")
def test_no_case_is_left_out():
    listed = json.loads((FOLDER / "expectations.json").read_text())
    assert len(ALL) == sum(len(entry["cases"]) for entry in listed) >= 102
    assert {path.stem for path in FOLDER.rglob("*.bpmn")} == {case.name for case in ALL}


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.id)
def test_feature(case: Case):
    marks = run(case)
    if case.name in REFUSED:
        assert marks == Counter(["ERROR_deployment"])
    elif case.name in WARNED:
        assert marks != case.expected
    elif case.expected == Counter(["ERROR"]):
        assert set(marks) <= {"ERROR_deployment", "ERROR_runtime"}
        assert marks
    else:
        assert marks == case.expected
