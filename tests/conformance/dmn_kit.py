"""The public DMN kit, read in place: its models and what each of its cases expects."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from engine import dmn
from engine.feel import from_python
from engine.feel.temporal import parse_date, parse_date_time, parse_duration, parse_time

KIT = Path(__file__).resolve().parents[3] / "shared" / "conformance" / "dmn-tck"
SIZE = 1268
"""Results the kit holds, told where it is not here."""
TCK = "{http://www.omg.org/spec/DMN/20160719/testcase}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
CLOCK = {"now": lambda: datetime(2018, 5, 29, tzinfo=UTC), "today": lambda: date(2018, 5, 29)}
TOLERANCE = Decimal("1e-8")


@dataclass(frozen=True)
class Case:
    """One result that the kit expects: of one decision, for one set of inputs."""

    folder: Path
    model: str
    id: str
    decision: str
    service: str | None
    inputs: dict[str, Any]
    expected: Any
    error: bool
    """Whether the null it expects is one with a message."""

    def __str__(self) -> str:
        return f"{self.folder.name}-{self.id}-{self.decision}"

    @property
    def java(self) -> bool:
        """Whether it wants a function written in Java carried out."""
        return "external-java" in self.folder.name and self.expected is not None

    def decide(self) -> dmn.Decision:
        """What we decide, with the clock standing still."""
        model = models(self.folder)[self.model]
        if self.service is not None:
            return model.call_service(self.service, self.inputs, CLOCK)
        return model.evaluate(self.decision, self.inputs, CLOCK)

    def value(self) -> Any:
        """Our value as a FEEL value; of a service with several outputs the one asked about."""
        value = from_python(self.decide().value)
        if isinstance(value, dict) and self.service is not None:
            return value.get(self.decision, value)
        return value


@functools.cache
def models(folder: Path) -> dict[str, dmn.DecisionModel]:
    """The models of a folder, taken in together, by file name."""
    files = sorted(folder.glob("*.dmn"))
    read = dmn.parse_together([(file.name, file.read_bytes()) for file in files])
    return {file.name: model for file, model in zip(files, read, strict=True)}


def cases() -> Iterator[Case]:
    """Every result of the kit."""
    for file in sorted(KIT.glob("*/*/*.xml")):
        root = etree.parse(str(file)).getroot()
        for case in root.findall(TCK + "testCase"):
            inputs = {node.get("name"): expected_value(node) for node in case.findall(TCK + "inputNode")}
            service = case.get("invocableName") if case.get("type") == "decisionService" else None
            for result in case.findall(TCK + "resultNode"):
                node = result.find(TCK + "expected")
                yield Case(
                    folder=file.parent,
                    model=str(root.findtext(TCK + "modelName")),
                    id=case.get("id"),
                    decision=result.get("name"),
                    service=service,
                    inputs=inputs,
                    expected=None if node is None else expected_value(node),
                    error=result.get("errorResult") == "true",
                )


def expected_value(element: Any) -> Any:
    """A FEEL value out of the kit's XML."""
    value, items = element.find(TCK + "value"), element.find(TCK + "list")
    if value is not None:
        return None if value.get(XSI + "nil") == "true" else _scalar(value)
    if items is not None:
        nil = items.get(XSI + "nil") == "true"
        return None if nil else [expected_value(item) for item in items.findall(TCK + "item")]
    components = element.findall(TCK + "component")
    return {one.get("name"): expected_value(one) for one in components} if components else None


def _scalar(value: Any) -> Any:
    kind, text = (value.get(XSI + "type") or "string").rpartition(":")[2], value.text or ""
    if kind in ("decimal", "double", "integer", "int", "float"):
        return Decimal(text)
    read = {"boolean": "true".__eq__, "date": parse_date, "time": parse_time, "dateTime": parse_date_time,
            "duration": parse_duration}  # fmt: skip
    return read[kind](text) if kind in read else text


def same(found: Any, expected: Any) -> bool:
    """Whether two FEEL values are the same; numbers within 1e-8."""
    if isinstance(found, Decimal) and isinstance(expected, Decimal):
        return abs(found - expected) <= TOLERANCE
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in found)
    return type(found) is type(expected) and str(found) == str(expected)
