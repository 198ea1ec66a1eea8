"""Runs the public BPMN feature cases on the executor alone, translated as the documented example does."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from lxml import etree

from engine.errors import EngineError
from engine.model import DefinitionSource, DeliverMessage, SourceFile
from engine.spiff import Executor
from tests.engine.spiff.player import Player, _sandbox

FOLDER = Path(__file__).parents[4] / "shared" / "conformance" / "bpmn" / "features"
EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "conformance.py"


def _example() -> Any:
    spec = spec_from_file_location("conformance_example", EXAMPLE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


example = _example()
"""The documented script that runs the same cases on the public API: its translation is the one used here."""
translated = example.translated
MARKS: dict[str, str] = example.MARKS


@dataclass(frozen=True)
class Case:
    """One run of one diagram."""

    group: str
    name: str
    number: int
    variables: dict[str, Any]
    expected: Counter[str]
    seconds: float
    parallel: bool

    @property
    def id(self) -> str:
        return f"{self.group}/{self.name}-{self.number}"


def cases() -> list[Case]:
    """Every case of the folder; empty where the folder is absent."""
    if not FOLDER.is_dir():
        return []
    listed = json.loads((FOLDER / "expectations.json").read_text())
    return [
        Case(
            entry["group"],
            entry["name"],
            number,
            case["variables"],
            Counter(case["expected"]),
            case["seconds"],
            case["parallel"],
        )
        for entry in listed
        for number, case in enumerate(entry["cases"], start=1)
    ]


def run(case: Case, *, player: type[Player] = Player, quiet_seconds: int = 120) -> Counter[str]:
    """The marks that a run leaves, after its own time and two quiet minutes.

    `Player` saves and restores the instance between every two calls, `StraightPlayer` never.
    """
    path = FOLDER / case.group / f"{case.name}.bpmn"
    original = path.read_text()
    file = SourceFile(path.name, translated(original).encode())
    refused = [f for f in Executor(_sandbox).lint([file]) if f.level == "error"]
    if refused:
        return Counter(["ERROR_deployment"])
    scripts = {
        script.getparent().get("id"): (script.text or "").strip()
        for script in etree.fromstring(original.encode()).iter("{*}script")
    }
    runs = _Runs(case, file, scripts, player)
    runs.start()
    for second in range(int(max(case.seconds, 5)) + quiet_seconds):
        runs.tick(second)
    return runs.marks()


class _Runs:
    """One or two instances that may send one another messages."""

    def __init__(self, case: Case, file: SourceFile, scripts: dict[str, str], kind: type[Player]) -> None:
        self.case = case
        self.kind = kind
        self.scripts = scripts
        # the second process is the first's partner where messages are sent to it
        ids = [case.name, "ParallelProcess"] if b'"ParallelProcess"' in file.content else [case.name]
        self.players = [
            kind(DefinitionSource(f"{case.name}/{i}/{hash(file.content)}", i, (file,))) for i in reversed(ids)
        ]
        self.failed = False
        self.file = file
        outline = Executor(_sandbox).outline(self.players[-1].source)
        self.started_by: dict[str, list[str]] = {}
        for start in outline.starts:
            if start.kind == "message":
                self.started_by.setdefault(start.name, []).append(start.process_id)

    def start(self) -> None:
        for player in list(self.players):
            self._do(lambda p=player: p.start(**self.case.variables))

    def tick(self, second: int) -> None:
        for player in list(self.players):
            if self.failed or player.last is None or player.ended:
                continue
            player.now += timedelta(seconds=1)
            if second == 9:
                for call in list(player.calls.values()):
                    self._do(lambda p=player, c=call: p.finish(c.element_id))
                    player.calls.pop(call.task_id, None)
            if any(timer.due_at <= player.now for timer in player.last.timers):
                self._do(lambda p=player: p.at(p.now))

    def _do(self, act: Any) -> None:
        try:
            player = act()
        except EngineError:
            self.failed = True
            return
        self._send(player)

    def _send(self, player: Player) -> None:
        for thrown in player.last.thrown:
            for process in self.started_by.get(thrown.name, ()):
                fresh = self.kind(
                    DefinitionSource(f"{self.case.name}/{process}/{hash(self.file.content)}", process, (self.file,))
                )
                self.players.append(fresh)
                self._do(lambda p=fresh, t=thrown: p.start(event=DeliverMessage(t.name, t.variables)))
            for other in self.players:
                waits = (
                    other is not player
                    and other.last is not None
                    and any(s.kind == thrown.kind and s.name == thrown.name for s in other.last.subscriptions)
                )
                if waits and thrown.kind == "message":
                    self._do(lambda o=other, t=thrown: o.message(t.name, **t.variables))

    def marks(self) -> Counter[str]:
        bag: Counter[str] = Counter()
        for player in self.players:
            if player.last is None:
                continue
            for element in player.nodes:
                token = self.scripts.get(element, "")
                mark = MARKS.get(token, token)
                # one diagram runs CREATE_MARKER_FILE on its way without counting it among its marks
                if token.startswith("SCRIPT_task") or mark in self.case.expected:
                    bag[mark] += 1
                if token == "LOG_DATA" and player.variables.get("seen"):
                    bag["DATA_correct"] += 1
            if any(fact.kind != "definition" for fact in player.incidents.values()):  # a deadlock is no failed run
                bag["ERROR_runtime"] += 1
            if player.ended == "error":
                bag["ERROR_thrownErrorEvent"] += 1
        if self.failed:
            bag["ERROR_runtime"] += 1
        return bag
