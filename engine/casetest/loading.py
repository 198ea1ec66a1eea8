"""Reading case files. A file that says something nobody understands is refused, never half played."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from engine.calendar.working_days import TAIPEI

STEP_KINDS = ("task", "wait", "until", "message", "signal", "service", "expect", "correct")
STEP_KEYS = {
    "task": {"task", "label", "values", "by", "at", "after", "refused"},
    "wait": {"wait"},
    "until": {"until"},
    "message": {"message", "values", "at", "after"},
    "signal": {"signal", "values", "at", "after"},
    "service": {"service", "result", "fail", "error_code"},
    "expect": {"expect"},
    "correct": {"correct", "values"},
}
START_KEYS = {"at", "by", "values", "message", "event", "business_key", "refused"}
CHECK_KEYS = {"open", "variables", "due", "who", "waiting"}
EXPECT_KEYS = {"ended", "end", "variables", "visited", "not_visited", "sent", "incident"} | CHECK_KEYS
CASE_KEYS = {"name", "about", "start", "steps", "expect"}


class CaseFileError(ValueError):
    """A case file is not what docs/diagrams.md describes; says the file and the place."""


@dataclass(frozen=True)
class Step:
    """One line of a case. `kind` is one of STEP_KINDS, `given` the line as written."""

    number: int
    kind: str
    given: Mapping[str, Any]

    @property
    def subject(self) -> str:
        """What the step is about: a task, a message, a duration."""
        return "" if self.kind == "expect" else str(self.given[self.kind])


@dataclass(frozen=True)
class Case:
    """One played example."""

    name: str
    file: Path
    start: Mapping[str, Any]
    steps: tuple[Step, ...]
    expect: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The file's name without its ending."""
        return self.file.stem

    @property
    def starts_at(self) -> datetime:
        """When the case begins."""
        return instant(self.start["at"])


class _Loader(yaml.SafeLoader):
    """YAML with exact numbers, and as in YAML 1.2 only `true` and `false` as truth values: `yes` is a text."""


def _decimal(loader: _Loader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(str(loader.construct_scalar(node)).replace("_", ""))


_Loader.add_constructor("tag:yaml.org,2002:float", _decimal)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, shape) for tag, shape in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def load_cases(folder: Path) -> tuple[Case, ...]:
    """Every case of `folder`/cases, by file name.

    Raises:
        CaseFileError: a file cannot be read as a case.
    """
    return tuple(load_case(path) for path in sorted((folder / "cases").glob("*.yaml")))


def load_case(path: Path) -> Case:
    """One case file.

    Raises:
        CaseFileError: not YAML, a key that is not known, a step without a kind.
    """
    try:
        given = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise CaseFileError(f"{path}: {error}") from error
    if not isinstance(given, dict):
        raise CaseFileError(f"{path}: a case is a mapping with name, start and steps")
    _known(path, "the case", given, CASE_KEYS)
    for key in ("name", "start"):
        if not given.get(key):
            raise CaseFileError(f"{path}: `{key}` is missing")
    start = given["start"]
    _known(path, "start", start, START_KEYS)
    if "at" not in start:
        raise CaseFileError(f"{path}: start says no `at`")
    expect = given.get("expect") or {}
    _known(path, "expect", expect, EXPECT_KEYS)
    steps = tuple(_step(path, number, step) for number, step in enumerate(given.get("steps") or (), start=1))
    return Case(str(given["name"]), path, start, steps, expect)


def _step(path: Path, number: int, given: Any) -> Step:
    kinds = [kind for kind in STEP_KINDS if isinstance(given, dict) and kind in given]
    if len(kinds) != 1:
        raise CaseFileError(f"{path}: step {number} is not one of {', '.join(STEP_KINDS)}: {given!r}")
    _known(path, f"step {number}", given, STEP_KEYS[kinds[0]])
    if kinds[0] == "expect":
        _known(path, f"step {number}", given["expect"], CHECK_KEYS)
    return Step(number, kinds[0], given)


def _known(path: Path, place: str, given: Any, keys: set[str]) -> None:
    if not isinstance(given, dict):
        raise CaseFileError(f"{path}: {place} is not a mapping")
    unknown = sorted(set(given) - keys)
    if unknown:
        raise CaseFileError(f"{path}: {place} has {', '.join(map(str, unknown))}, which nobody reads")


def instant(value: Any) -> datetime:
    """An aware instant from YAML: without an offset it is Taipei's, a date is its midnight.

    Raises:
        CaseFileError: not a date and time.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise CaseFileError(f"not a date and time: {value}") from error
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=TAIPEI)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=TAIPEI)
    raise CaseFileError(f"not a date and time: {value!r}")


def typed(value: Any) -> Any:
    """A value of a case file as a person would type it into a form: dates as ISO text."""
    if isinstance(value, datetime):
        return instant(value).astimezone(TAIPEI).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: typed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [typed(item) for item in value]
    return value
