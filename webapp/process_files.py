"""The folders of this checkout as deployments: `processes/<key>` with the forms its diagrams name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from engine import SYSTEM, Actor, Deployment, ProcessEngine, SourceFile
from engine.casetest import folder_of
from engine.errors import DefinitionNotFound, DeploymentRefused

ROOT = Path(__file__).resolve().parents[1]
PROCESSES = ROOT / "processes"
FORMS = ROOT / "forms"


def process_folders(root: Path = PROCESSES) -> list[Path]:
    """Every folder that holds a diagram of its own name, in alphabetical order."""
    return sorted(path for path in root.iterdir() if (path / f"{path.name}.bpmn").is_file())


def untouched(engine: ProcessEngine, folders: Iterable[Path]) -> list[Path]:
    """Those whose process nobody has deployed but the system: what an owner made of it is not replaced."""
    return [folder for folder in folders if not _was_changed(engine, folder.name)]


def _was_changed(engine: ProcessEngine, key: str) -> bool:
    try:
        return any(made.deployed_by != SYSTEM.person_id for made in engine.repository.versions(key))
    except DefinitionNotFound:
        return False


def read_folder(engine: ProcessEngine, folder: Path, forms: Path = FORMS) -> tuple[SourceFile, ...]:
    """The files of one deployment: diagrams, tables, the forms they name, and letters."""
    place = folder_of(folder, forms)
    return place.deployment(engine.executor.outline(place.source).form_keys)


def deploy_folders(
    engine: ProcessEngine,
    folders: Iterable[Path],
    *,
    actor: Actor,
    note: str = "",
    approver: str | None = None,
    force_now: bool | None = None,
    forms: Path = FORMS,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Deployment]:
    """Deploy folders, those that others call first.

    A folder that is refused is tried again after the others: it may call one of them.

    Raises:
        DeploymentRefused: of the first folder that is refused for good, with every finding.
    """
    waiting = {folder: read_folder(engine, folder, forms) for folder in folders}
    total, done = len(waiting), list[Deployment]()
    while waiting:
        before, refused = len(waiting), list[DeploymentRefused]()
        for folder, files in list(waiting.items()):
            try:
                done.append(
                    engine.repository.deploy(files, actor=actor, note=note, approver=approver, force_now=force_now)
                )
            except DeploymentRefused as error:
                refused.append(error)
                continue
            del waiting[folder]
            progress(len(done), total)
        if len(waiting) == before:
            raise refused[0]
    return done
