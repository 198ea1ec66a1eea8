"""Random models agree with the reference interpreter; and the comparison would notice if they did not.

Fixed seeds here; `make models` plays 10,000.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.conformance.bpmn.models import __main__ as models
from tests.conformance.bpmn.models.contest import Verdict
from tests.conformance.bpmn.models.coverage import executed

RUNS = 200
ELEMENTS = (
    *("userTask", "manualTask", "scriptTask", "businessRuleTask", "serviceTask", "sendTask", "receiveTask", "task"),
    *("callActivity", "subProcess", "transaction", "adHocSubProcess"),
    *("exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway"),
)
AT = {
    "startEvent": "none message signal timer conditional escalation error compensate",
    "intermediateCatchEvent": "message timer signal conditional link",
    "intermediateThrowEvent": "none message signal escalation compensate link",
    "boundaryEvent": "message timer signal conditional error escalation cancel",
    "endEvent": "none message signal error escalation terminate cancel compensate",
}
BESIDE = ("message", "timer", "signal", "conditional", "escalation")
MORE = (
    *("multiple event", "parallel multiple event", "referenced definition"),
    *("userTask, parallel loop", "userTask, sequential loop", "userTask, standard loop"),
    *("subProcess, parallel loop", "subProcess, sequential loop", "subProcess, standard loop"),
    *("behaviour None", "behaviour One", "behaviour Complex"),
    *("compensation handler", "startQuantity", "completionQuantity", "conditional flows out of an activity"),
    *("eventBasedGateway, instantiating", "eventBasedGateway, instantiating Parallel", "receiveTask, instantiating"),
    *("event subprocess (compensate)", "event subprocess (error)", "event subprocess (message), beside"),
)


def demanded() -> set[str]:
    """All that the models together must have executed."""
    placed = {f"{element} ({kind})" for element, kinds in AT.items() for kind in kinds.split()}
    beside = {f"boundaryEvent ({kind}), beside" for kind in BESIDE}
    return {*ELEMENTS, *placed, *beside, *MORE}


played: dict[int, Verdict] = {}


def verdict_of(seed: int) -> Verdict:
    """The run of a seed, played once."""
    if seed not in played:
        played[seed] = models.play(seed)
    return played[seed]


@pytest.mark.xdist_group("models")
@pytest.mark.parametrize("seed", range(RUNS))
def test_engine_and_reference_agree(seed):
    verdict = verdict_of(seed)
    if verdict.wrong:
        path = models.write(models.OUT, seed, models.smallest(seed))
        pytest.fail(f"{verdict.wrong}\nA small model that shows it: {path}")


@pytest.mark.xdist_group("models")
def test_the_models_execute_every_element():
    found: Counter[str] = Counter()
    for seed in range(RUNS):
        found += executed(verdict_of(seed))
    assert demanded() - set(found) == set()
