"""The public DMN kit, read in place: every case it holds is run, and those we do not pass are named here.

A case that expects null is counted apart: an engine that always answers null would pass those.
Where the folder is absent nothing runs, and the summary says so.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from engine import dmn
from engine.errors import RecordNotFound
from engine.feel import from_python
from engine.feel.temporal import parse_date, parse_date_time, parse_duration, parse_time

KIT = Path(__file__).resolve().parents[3] / "shared" / "conformance" / "dmn-tck"
TCK = "{http://www.omg.org/spec/DMN/20160719/testcase}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
CLOCK = {"now": lambda: datetime(2018, 5, 29, tzinfo=UTC), "today": lambda: date(2018, 5, 29)}
TOLERANCE = Decimal("1e-8")

# Functions written in Java cannot be called; a model of several files is not read.
NOT_PASSED = {
    "0076-feel-external-java": {
        "boxed_001", "literal_001", "literal_002", "literal_003", "literal_004", "literal_005", "literal_006",
        "literal_007", "literal_008", "literal_009", "literal_010", "literal_011", "literal_012", "varargs_001",
    },
    "0086-import": {"test_001", "test_002"},
}  # fmt: skip
FOLDERS = sorted(path for path in KIT.glob("*/*") if path.is_dir())


def expected_value(element: Any) -> Any:
    """A FEEL value out of the kit's XML."""
    value, items = element.find(TCK + "value"), element.find(TCK + "list")
    if value is not None:
        return None if value.get(XSI + "nil") == "true" else scalar(value)
    if items is not None:
        nil = items.get(XSI + "nil") == "true"
        return None if nil else [expected_value(item) for item in items.findall(TCK + "item")]
    components = element.findall(TCK + "component")
    return {one.get("name"): expected_value(one) for one in components} if components else None


def scalar(value: Any) -> Any:
    kind, text = (value.get(XSI + "type") or "string").rpartition(":")[2], value.text or ""
    if kind in ("decimal", "double", "integer", "int", "float"):
        return Decimal(text)
    read = {"boolean": "true".__eq__, "date": parse_date, "time": parse_time, "dateTime": parse_date_time,
            "duration": parse_duration}  # fmt: skip
    return read[kind](text) if kind in read else text


def same(found: Any, expected: Any) -> bool:
    if isinstance(found, Decimal) and isinstance(expected, Decimal):
        return abs(found - expected) <= TOLERANCE
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in found)
    return type(found) is type(expected) and str(found) == str(expected)


def decide(model: dmn.DecisionModel, case: Any, name: str) -> dmn.Decision:
    inputs = {node.get("name"): expected_value(node) for node in case.findall(TCK + "inputNode")}
    if case.get("type") == "decisionService":
        return model.call_service(case.get("invocableName"), inputs, CLOCK)
    return model.evaluate(name, inputs, CLOCK)


def outcomes(folder: Path) -> list[tuple[str, bool, bool]]:
    """For each result the kit expects: the case's id, whether a value is expected, whether it was given."""
    found = []
    for file in sorted(folder.glob("*.xml")):
        root = etree.parse(str(file)).getroot()
        model = dmn.parse((folder / root.findtext(TCK + "modelName")).read_bytes())
        for case in root.findall(TCK + "testCase"):
            for result in case.findall(TCK + "resultNode"):
                node = result.find(TCK + "expected")
                expected = None if node is None else expected_value(node)
                try:
                    decision = decide(model, case, result.get("name"))
                except RecordNotFound:
                    found.append((case.get("id"), expected is not None, False))
                    continue
                value = from_python(decision.value)
                if isinstance(value, dict) and case.get("type") == "decisionService":
                    value = value.get(result.get("name"), value)
                found.append((case.get("id"), expected is not None, same(value, expected)))
    return found


@pytest.mark.skipif(not FOLDERS, reason="the DMN kit is not here: 1268 results of it did not run")
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_case_of_the_kit_is_decided_as_it_expects(folder):
    results = outcomes(folder)
    held = sum(
        len(case.findall(TCK + "resultNode"))
        for file in folder.glob("*.xml")
        for case in etree.parse(str(file)).getroot().findall(TCK + "testCase")
    )
    assert len(results) == held > 0
    failed = {case for case, _, passed in results if not passed}
    assert failed == NOT_PASSED.get(folder.name, set())


@pytest.mark.skipif(not FOLDERS, reason="the DMN kit is not here")
def test_values_and_nulls_are_counted_apart():
    results = [result for folder in FOLDERS for result in outcomes(folder)]
    values = [passed for _, wants_value, passed in results if wants_value]
    nulls = [passed for _, wants_value, passed in results if not wants_value]
    assert (sum(values), len(values)) == (967, 983)
    assert (sum(nulls), len(nulls)) == (285, 285)
