"""A process folder: its files, its forms, and all of its cases at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from engine import forms
from engine.calendar.working_days import WorkCalendar
from engine.casetest.loading import Case, CaseFileError, load_cases
from engine.casetest.player import Outcome, Player
from engine.casetest.report import Report, coverage_of
from engine.model import DefinitionSource, Finding, SourceFile
from engine.repository import letters
from engine.repository.deploying import check_files, judged
from engine.spiff import Executor


@dataclass(frozen=True)
class ProcessFolder:
    """What lies in `processes/<key>`, letters included, and the forms that its diagrams name."""

    path: Path
    forms_path: Path

    @property
    def key(self) -> str:
        """The process that the folder is named after."""
        return self.path.name

    @cached_property
    def files(self) -> tuple[SourceFile, ...]:
        """Diagrams and tables, by name."""
        found = [path for path in sorted(self.path.iterdir()) if path.suffix in (".bpmn", ".dmn")]
        return tuple(SourceFile(path.name, path.read_bytes()) for path in found)

    @cached_property
    def source(self) -> DefinitionSource:
        """The definition as the executor runs it."""
        digest = hashlib.sha256()
        for file in self.files:
            digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.content).digest())
        return DefinitionSource(digest.hexdigest(), self.key, self.files)

    @cached_property
    def letters(self) -> tuple[SourceFile, ...]:
        """Letter templates, by name."""
        found = sorted((self.path / letters.FOLDER).glob(f"*.{letters.KIND}"))
        return tuple(SourceFile(f"{letters.FOLDER}{path.name}", path.read_bytes()) for path in found)

    def form_file(self, key: str) -> SourceFile:
        """The file of a form key.

        Raises:
            CaseFileError: there is none.
        """
        path = self.forms_path / f"{key}.form"
        if not path.is_file():
            raise CaseFileError(f"there is no form {key}")
        return SourceFile(f"{key}.form", path.read_bytes())

    def deployment(self, form_keys: Iterable[str]) -> tuple[SourceFile, ...]:
        """Everything that is taken in together when the process is deployed."""
        present = [key for key in form_keys if (self.forms_path / f"{key}.form").is_file()]
        return (*self.files, *(self.form_file(key) for key in present), *self.letters)


def folder_of(path: Path, forms_path: Path) -> ProcessFolder:
    """The process folder at `path`.

    Raises:
        CaseFileError: it holds no diagram of its own name.
    """
    if not (path / f"{path.name}.bpmn").is_file():
        raise CaseFileError(f"{path} holds no {path.name}.bpmn")
    return ProcessFolder(path, forms_path)


def player_of(folder: ProcessFolder, executor: Executor, calendar: WorkCalendar) -> Player:
    """A player for the cases of a folder; forms are read once each."""
    read: dict[str, forms.FormDefinition] = {}

    def form_of(key: str) -> forms.FormDefinition:
        if key not in read:
            file = folder.form_file(key)
            read[key] = forms.parse(file.content, file.name)
        return read[key]

    return Player(executor, calendar, folder.source, executor.outline(folder.source), form_of)


def run(
    folder: Path,
    forms_dir: Path,
    executor: Executor,
    calendar: WorkCalendar,
    *,
    modes: Iterable[bool] = (False, True),
    only: str | None = None,
) -> Report:
    """Play the cases of a process folder.

    Args:
        folder: `processes/<key>`, with `<key>.bpmn`, its tables and `cases/*.yaml`.
        forms_dir: where form keys are looked up: `<forms_dir>/<form key>.form`.
        modes: False plays straight through, True saves and restores between every two steps.
        only: a part of the case file's name; other cases are left out.

    Raises:
        CaseFileError: no diagram, or a case file that cannot be read.
        IntegrityError: the diagram or a table cannot be read at all.
    """
    place = folder_of(folder, forms_dir)
    player = player_of(place, executor, calendar)
    cases: list[Case] = [case for case in load_cases(folder) if only is None or only in case.id]
    outcomes: tuple[Outcome, ...] = tuple(player.play(case, restored=mode) for mode in modes for case in cases)
    return Report(
        process=place.key,
        name=player.outline.head().name,
        outcomes=outcomes,
        coverage=coverage_of(player.outline, outcomes),
        findings=tuple(_words(f) for f in findings_of(place, executor) if f.blocks),
    )


def findings_of(folder: ProcessFolder, executor: Executor) -> tuple[Finding, ...]:
    """What the checks before a deployment say of the folder: diagrams, tables, forms and letters."""
    keys = executor.outline(folder.source).form_keys
    return lint_files(folder.deployment(keys), executor)


def lint_files(files: tuple[SourceFile, ...], executor: Executor) -> tuple[Finding, ...]:
    """What the checks before a deployment say of single files: each by what its kind can have wrong."""
    apart = (finding for finding in check_files(files) if finding.code != "no-diagram")
    return (*apart, *judged(executor, files))


def _words(finding: Finding) -> str:
    return f"{finding.file} {finding.element_id or ''} {finding.message_zh}".replace("  ", " ")
