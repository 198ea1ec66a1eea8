"""States that earlier versions of the project saved are loaded and go on as they did then."""

from __future__ import annotations

import lzma
from datetime import date, time
from pathlib import Path
from typing import Any

import orjson
import pytest

from engine import codec, model
from engine.calendar.working_days import WorkCalendar
from engine.sandbox import MontySandbox
from engine.spiff import Executor
from tests.upgrade.recording import seen

DELIBERATE = {("2026-11-23a", "visit_inbound"): {"variables"}, ("2026-11-23a", "vehicle_prereview"): {"variables"}}
"""What a later version means to show otherwise, by version and process: since 2026-11-23b the variables of a part
that runs in a called diagram are seen with those of its case."""
KEPT = sorted((Path(__file__).parent / "states").glob("*.json.xz"))


@pytest.fixture(scope="module")
def executor():
    sandbox = MontySandbox()
    yield Executor(sandbox)
    sandbox.close()


@pytest.mark.parametrize("path", KEPT, ids=lambda path: _version(path))
def test_a_step_from_a_state_of_that_version_comes_to_the_same(executor, path):
    kept = orjson.loads(lzma.decompress(path.read_bytes()))
    sources = [_source(body) for body in kept["sources"]]
    calendars = [_calendar(body) for body in kept["calendars"]]
    version, different = _version(path), []
    for number, step in enumerate(kept["steps"]):
        kind, fields = step["command"]
        context = model.StepContext(
            max_seconds=60, calendar=calendars[step["calendar"]], **codec.decode(step["context"])
        )
        execution = model.Execution(sources[step["source"]], step["state"].encode())
        advance = executor.step(execution, getattr(model, kind)(**codec.decode(fields)), context)
        now, then = seen(advance), step["seen"]
        process = execution.source.process_id
        compared = then.keys() - DELIBERATE.get((version, process), set())
        parts = {name: (then[name], now[name]) for name in compared if then[name] != now[name]}
        if parts:
            different.append(f"step {number}, {kind} at {step['place']} of {process}: {parts}")
    assert not different, "\n".join(different)
    assert len(kept["steps"]) >= 500


def _version(path: Path) -> str:
    return path.name.partition(".")[0]


def test_every_version_that_was_handed_over_is_kept():
    assert {_version(path) for path in KEPT} >= {"2026-11-23a", "2026-11-23b", "2026-11-23c"}


def _source(body: dict[str, Any]) -> model.DefinitionSource:
    files = tuple(model.SourceFile(name, text.encode()) for name, text in body["files"])
    return model.DefinitionSource(body["digest"], body["process"], files)


def _calendar(body: dict[str, Any]) -> WorkCalendar:
    return WorkCalendar(
        off=frozenset(map(date.fromisoformat, body["off"])),
        work=frozenset(map(date.fromisoformat, body["work"])),
        years=frozenset(body["years"]),
        closing=time.fromisoformat(body["closing"]),
    )
