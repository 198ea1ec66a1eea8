"""The version before: the code as it was before the newest migration, out of the repository's own history."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from engine.store.schema import MIGRATIONS
from tests.faults.nursery import ROOT


def revision_before() -> str:
    """The revision of the schema that comes before the newest."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_revision(scripts.get_current_head() or "")
    assert head is not None
    assert isinstance(head.down_revision, str)
    return head.down_revision


def code_before(folder: Path) -> Path | None:
    """That version's tree, unpacked into `folder`; None where the history does not reach so far: a shallow copy."""
    newest = max((MIGRATIONS / "versions").glob("0*.py"))
    added = _git("log", "--diff-filter=A", "--format=%H", "--", str(newest.relative_to(ROOT)))
    commits = added.decode().split() if added else []
    archived = _git("archive", f"{commits[-1]}^", "engine", "webapp", "tests", "migrations") if commits else None
    if not archived:
        return None
    with tarfile.open(fileobj=io.BytesIO(archived)) as files:
        files.extractall(folder, filter="data")
    return folder


def _git(*arguments: str) -> bytes | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None
