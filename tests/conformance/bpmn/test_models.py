"""Random models agree with the reference interpreter; and the comparison would notice if they did not.

Fixed seeds here; `make models` plays 10,000.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

import pytest

from engine.spiff import case, data, events, serializer, timers, undoing, variables
from engine.spiff.specs import activities, gateways, loops
from engine.spiff.specs.adhoc import AdHocSubProcess
from tests.conformance.bpmn.models import __main__ as models
from tests.conformance.bpmn.models.contest import Verdict
from tests.conformance.bpmn.models.coverage import executed

RARE = (157, 244, 275, 283, 287, 332)
"""Seeds of models with what is seldom drawn and executed."""
SEEDS = tuple(dict.fromkeys((*range(195), *RARE)))
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
    *("timer, duration", "timer, date", "timer, cycle", "timer, cycle with a start", "timer, expression"),
    *("userTask, parallel loop", "userTask, sequential loop", "userTask, standard loop"),
    *("subProcess, parallel loop", "subProcess, sequential loop", "subProcess, standard loop"),
    *(
        "callActivity, parallel loop",
        "callActivity, standard loop",
        "callActivity, mapped",
        "transaction, parallel loop",
    ),
    *("behaviour None (message)", "behaviour None (signal)", "behaviour None (escalation)", "behaviour None (error)"),
    *("behaviour One (message)", "behaviour One (signal)", "behaviour Complex (message)", "behaviour Complex (signal)"),
    *("parallel multi-instance over a collection", "sequential multi-instance over a collection"),
    *("multi-instance that collects", "multi-instance with a completion condition"),
    *("multi-instance with a border (message)", "multi-instance with a border (signal), beside"),
    *("multi-instance with a border (timer)", "multi-instance with a border (conditional), beside"),
    *("multi-instance with a border (error)", "multi-instance with a border (escalation)"),
    *("compensation handler", "startQuantity", "completionQuantity", "conditional flows out of an activity"),
    *("eventBasedGateway, instantiating", "eventBasedGateway, instantiating Parallel", "receiveTask, instantiating"),
    *("event subprocess (compensate)", "event subprocess (error)", "event subprocess (message), beside"),
    *("event subprocess (escalation), beside", "event subprocess (signal), beside", "event subprocess (timer), beside"),
    *("adHocSubProcess, Parallel", "adHocSubProcess, Sequential", "adHocSubProcess, Parallel, by a condition"),
    *("activity, data in, copied", "activity, data in, transformed", "activity, data in, assigned"),
    *("activity, data out, copied", "activity, data out, transformed", "activity, data out, assigned"),
    *("activity, optional input", "activity, several input sets"),
    *("subprocess with data of its own", "condition that reads a data object"),
    *("startEvent, data out, copied", "intermediateCatchEvent, data out, copied", "boundaryEvent, data out, copied"),
    *("intermediateThrowEvent, data in, copied", "endEvent, data in, transformed"),
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


@cache
def executed_by(seed: int) -> Counter[str]:
    """What the run of a seed has executed."""
    return executed(verdict_of(seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_engine_and_reference_agree(seed):
    verdict = verdict_of(seed)
    if verdict.wrong:
        path = models.write(models.OUT, seed, models.smallest(seed))
        pytest.fail(f"{verdict.wrong}\nA small model that shows it: {path}")


def test_the_models_execute_every_element():
    found: Counter[str] = Counter()
    for seed in SEEDS:
        found += executed_by(seed)
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


def to_the_case(found: Any, values: Any) -> None:
    found[-1][0].update(values)


def last_first(outputs: dict[str, Any]) -> list[Any]:
    return list(outputs.values())[::-1]


def all_of_it(spec: Any, token: Any, mappings: Any, values: dict[str, Any]) -> dict[str, Any]:
    return dict(values)


def without_objects(scope: Any) -> list[Any]:
    return whole_record(scope)[:3]


def never_complete(spec: Any, each: Any) -> None:
    whole_count(spec, each)
    each.notes["stop"] = False


whole_record, whole_count = serializer._scope_record, loops.MultiInstance.count
COMPLETES = "multi-instance with a completion condition"
BROKEN: dict[str, tuple[str, Any, str, Any]] = {
    "an inclusive join waits for nobody": ("inclusiveGateway", gateways, "can_arrive", lambda *_: False),
    "a parallel join waits for nobody": ("parallelGateway", gateways.ParallelGateway, "arrive", lambda *_: True),
    "the first is undone first": ("compensation handler", undoing, "begin", reversed_records),
    "any error is caught before the named one": ("boundaryEvent (error)", events, "_match", first_that_fits),
    "a handler catches its own error": ("endEvent (error)", events, "_inside_handler", lambda *_: False),
    "boundary events outlive their activity": ("userTask", case._ScopeMixin, "detach", lambda *_: None),
    "a signal reaches one": ("boundaryEvent (signal)", events, "broadcast", to_one_only),
    "the inside of a subprocess is not undone": ("compensation handler", undoing, "left_behind", lambda *_: None),
    "a cancelled transaction undoes nothing": ("endEvent (cancel)", undoing, "harvest", lambda *_: []),
    "data inputs stay empty": ("activity, data in, copied", data, "take_in", lambda *_: True),
    "data outputs lead nowhere": ("activity, data out, copied", data, "give_out", lambda *_: None),
    "events bring nothing": ("intermediateCatchEvent, data out, copied", data, "item_of", lambda *_: {}),
    "a subprocess keeps nothing to itself": ("subprocess with data of its own", variables, "_write", to_the_case),
    "what the turns give is in no order": ("multi-instance that collects", loops, "_in_order", last_first),
    "no turn completes the rest": (COMPLETES, loops.MultiInstance, "count", never_complete),
    "turns throw nothing": ("behaviour None", events, "announce", lambda *_: False),
    "a timer fires once": ("timer, cycle", timers, "advance", lambda *_: False),
    "a date is a wish": ("timer, date", timers, "moment_of", lambda _, now: now),
    "called processes see everything": ("callActivity, mapped", activities.CallActivity, "_map", all_of_it),
    "saved data objects are lost": ("subprocess with data of its own", serializer, "_scope_record", without_objects),
    "an ad-hoc subprocess never has enough": ("adHocSubProcess", AdHocSubProcess, "all_done", lambda *_: False),
}
"""The element that a broken rule is about, and what breaks it."""


@pytest.mark.parametrize("name", BROKEN)
def test_an_engine_that_breaks_a_rule_is_noticed(name, monkeypatch):
    element, *patch = BROKEN[name]
    monkeypatch.setattr(*patch)
    likely = sorted(SEEDS, key=lambda seed: not executed_by(seed)[element])
    assert any(models.play(seed).wrong for seed in likely)


def test_what_disagrees_is_made_small_and_can_be_played_again(tmp_path, monkeypatch):
    with monkeypatch.context() as broken:
        element, *patch = BROKEN["an inclusive join waits for nobody"]
        joining = sorted(
            (seed for seed in SEEDS if executed_by(seed)[element]), key=lambda seed: len(verdict_of(seed).xml)
        )
        broken.setattr(*patch)
        seed = next(seed for seed in joining if models.play(seed).wrong)
        small = models.smallest(seed)
        assert len(small.xml) < len(models.play(seed).xml)
        path = models.write(tmp_path, seed, small)
        assert models.again(path).wrong
        assert models.main([str(path)]) == 1
    assert not models.again(path).wrong
    assert models.main([str(path)]) == 0
