"""The files of a process as its owner knows them: of a version, or of the draft that is being worked on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import abort

from engine import ProcessDefinition, ProcessOutline, SourceFile
from engine.errors import DefinitionNotFound
from webapp.services import actor, engine

DRAFT = "draft"
KINDS = ("bpmn", "dmn", "form", "yaml")
"""Diagrams, tables, forms and letters, as a deployment takes them."""


@dataclass(frozen=True)
class FileSet:
    """Files that belong together, and what they are: a version, or the draft.

    Attributes:
        which: `draft`, or the version's number as text; how addresses name it.
        definition: the version; for a draft the one in force, None for a process never deployed.
        revision: of the draft, 0 when nothing was changed yet.
    """

    key: str
    which: str
    files: tuple[SourceFile, ...]
    definition: ProcessDefinition | None
    revision: int = 0
    saved_at: datetime | None = None
    saved_by: str | None = None

    @property
    def is_draft(self) -> bool:
        """Whether these are the files being worked on."""
        return self.which == DRAFT

    def of_kind(self, kind: str) -> list[SourceFile]:
        """The files of one kind, by name; the process's own diagram before others."""
        found = [file for file in self.files if file.kind == kind]
        return sorted(found, key=lambda file: (not _defines(file, self.key), file.name))

    def file(self, name: str) -> SourceFile:
        """The file of this name, or 404."""
        return next((file for file in self.files if file.name == name), None) or abort(404)

    @property
    def diagram(self) -> SourceFile | None:
        """The diagram that defines the process; without one the first there is."""
        return next(iter(self.of_kind("bpmn")), None)


def version(key: str, number: int | None = None) -> FileSet:
    """A version, the one in force unless numbered. Raises DefinitionNotFound."""
    found = engine().repository.definition(key, number)
    return FileSet(key, str(found.version), own_files(found), found)


def draft(key: str) -> FileSet:
    """The draft; where nothing was changed yet, the files in force.

    Raises:
        DefinitionNotFound: there is neither.
    """
    kept = engine().repository.draft(key)
    try:
        current: ProcessDefinition | None = engine().repository.definition(key)
    except DefinitionNotFound:
        if kept is None:
            raise
        current = None
    if kept is None:
        assert current is not None
        return FileSet(key, DRAFT, own_files(current), current)
    return FileSet(key, DRAFT, kept.files, current, kept.revision, kept.saved_at, kept.saved_by)


def named(key: str, which: str) -> FileSet:
    """What an address names: `draft` (for those who may edit) or a number."""
    if which == DRAFT:
        if not engine().repository.may(actor(), "edit", key):
            abort(403)
        return draft(key)
    if not which.isascii() or not which.isdigit() or len(which) > 9:
        abort(404)
    return version(key, int(which))


def own_files(definition: ProcessDefinition) -> tuple[SourceFile, ...]:
    """The files of a version without those of other deployed processes that it took along because it calls them.

    Every process has its own page: changing a copy here would deploy the other process anew.
    """
    files = engine().repository.files(definition.id)
    return _own(definition.key, files, engine().repository.outline(definition.id), _deployed())


def _own(
    key: str, files: tuple[SourceFile, ...], outline: ProcessOutline, deployed: frozenset[str]
) -> tuple[SourceFile, ...]:
    in_file: dict[str, set[str]] = {}
    for head in outline.processes:
        in_file.setdefault(head.file, set()).add(head.id)
    foreign = {name for name, ids in in_file.items() if key not in ids and ids & deployed}
    if not foreign:
        return files
    foreign_ids = {process for name in foreign for process in in_file[name]}
    named_here = _named(
        files, outline, {process for name, ids in in_file.items() if name not in foreign for process in ids}
    )
    named_there = _named(files, outline, foreign_ids)
    return tuple(
        file for file in files if file.name not in foreign and (file.name in named_here or file.name not in named_there)
    )


def _named(files: Iterable[SourceFile], outline: ProcessOutline, processes: set[str]) -> set[str]:
    """The forms and tables that some processes name."""
    holders = [*outline.user_tasks, *outline.starts]
    forms = {holder.form_key for holder in holders if holder.process_id in processes and holder.form_key}
    elements = {element.id for element in outline.elements if element.process_id in processes}
    decisions = {decision for element, decision in outline.decisions if element in elements}
    found = set()
    for file in files:
        if (
            file.kind == "form"
            and any(file.name in (f"{key}.form",) or file.name.endswith(f"/{key}.form") for key in forms)
        ) or (file.kind == "dmn" and decisions & decision_ids(file)):
            found.add(file.name)
    return found


def decision_ids(file: SourceFile) -> set[str]:
    """The ids of the decisions in a table file, found in its text: the file may be half done."""
    text = file.content.decode("utf-8", "replace")
    return set(re.findall(r"<(?:\w+:)?decision\b[^>]*?\bid=\"([^\"]+)\"", text))


def _deployed() -> frozenset[str]:
    return frozenset(definition.key for definition in engine().repository.definitions())


def _defines(file: SourceFile, key: str) -> bool:
    return bool(re.search(rb"<(?:\w+:)?process\b[^>]*?\bid=\"" + re.escape(key.encode()) + rb"\"", file.content))


def digest(content: bytes) -> str:
    """What an editor names the content it began with."""
    return hashlib.sha256(content).hexdigest()


def form_key(file: SourceFile) -> str:
    """What a diagram calls a form file."""
    return file.name.removesuffix(".form")
