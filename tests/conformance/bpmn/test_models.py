"""Random models agree with the reference interpreter; and the comparison would notice if they did not.

Fixed seeds here; `make models` plays 10,000.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from engine.spiff import case, events, undoing
from engine.spiff.specs import gateways
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


def reversed_records(scope: Any, records: list[Any], *waiting: Any) -> None:
    scope.place(scope.spec.undo, records=records[::-1], waiting=[token.id for token in waiting])


def first_that_fits(specs: Any, kind: str, code: str | None) -> Any:
    fitting = (spec for spec in specs for catch in spec.catches if catch.kind == kind and catch.code in (code, None))
    return next(fitting, None)


def to_one_only(running: Any, name: str, payload: Any) -> int:
    for token, index in events.waiting(running, "signal", name)[:1]:
        token.task_spec.fire(token, index, payload)
    return 1


BROKEN = {
    "an inclusive join waits for nobody": (gateways, "can_arrive", lambda *_: False),
    "a parallel join waits for nobody": (gateways.ParallelGateway, "arrive", lambda *_: True),
    "the first is undone first": (undoing, "begin", reversed_records),
    "any error is caught before the named one": (events, "_match", first_that_fits),
    "a handler catches its own error": (events, "_inside_handler", lambda *_: False),
    "boundary events outlive their activity": (case._ScopeMixin, "detach", lambda *_: None),
    "a signal reaches one": (events, "broadcast", to_one_only),
    "the inside of a subprocess is not undone": (undoing, "left_behind", lambda *_: None),
    "a cancelled transaction undoes nothing": (undoing, "harvest", lambda *_: []),
}


@pytest.mark.xdist_group("models")
@pytest.mark.parametrize("name", BROKEN)
def test_an_engine_that_breaks_a_rule_is_noticed(name, monkeypatch):
    monkeypatch.setattr(*BROKEN[name])
    assert any(models.play(seed).wrong for seed in range(RUNS))


@pytest.mark.xdist_group("models")
def test_what_disagrees_is_made_small_and_can_be_played_again(tmp_path, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(*BROKEN["an inclusive join waits for nobody"])
        seed = next(seed for seed in range(RUNS) if models.play(seed).wrong)
        small = models.smallest(seed)
        assert len(small.xml) < len(models.play(seed).xml)
        path = models.write(tmp_path, seed, small)
        assert models.again(path).wrong
        assert models.main([str(path)]) == 1
    assert not models.again(path).wrong
    assert models.main([str(path)]) == 0
