"""What the process tests share: one executor a run, the calendars of the shipped years, every process folder."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from engine.calendar.yearly_list import shipped_calendar
from engine.casetest import Case, Outcome, Player, ProcessFolder, folder_of, load_cases
from engine.casetest.running import player_of
from engine.sandbox import MontySandbox
from engine.spiff import Executor

ROOT = Path(__file__).parents[2]
PROCESSES = ROOT / "processes"
FORMS = ROOT / "forms"
KEYS = tuple(sorted(path.parent.name for path in PROCESSES.glob("*/*.bpmn") if path.stem == path.parent.name))


@cache
def folder(key: str) -> ProcessFolder:
    """The folder of one process."""
    return folder_of(PROCESSES / key, FORMS)


@cache
def cases(key: str) -> tuple[Case, ...]:
    """Its case files."""
    return load_cases(PROCESSES / key)


@pytest.fixture(scope="session")
def executor() -> Iterator[Executor]:
    sandbox = MontySandbox()
    yield Executor(sandbox)
    sandbox.close()


class Plays:
    """Plays each case once a run and mode; the coverage test looks at what the case tests have played."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._players: dict[str, Player] = {}
        self._outcomes: dict[tuple[str, str, bool], Outcome] = {}

    def player(self, key: str) -> Player:
        if key not in self._players:
            self._players[key] = player_of(folder(key), self._executor, shipped_calendar())
        return self._players[key]

    def outcome(self, key: str, case: Case, *, restored: bool) -> Outcome:
        known = (key, case.id, restored)
        if known not in self._outcomes:
            self._outcomes[known] = self.player(key).play(case, restored=restored)
        return self._outcomes[known]


@pytest.fixture(scope="session")
def plays(executor: Executor) -> Plays:
    return Plays(executor)
