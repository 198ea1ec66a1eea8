"""The version before: the code as it was before the newest migration, out of the repository's own history.

Where there is no history, in a copy without it or a shallow one, it is what `make states` kept when the last version
was handed over: the engine and the actors as they were before the migration that was the newest then.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from alembic.config import Config
from alembic.script import Script, ScriptDirectory

from engine.store.schema import MIGRATIONS
from tests.faults.nursery import ROOT

KEPT = ROOT / "tests" / "upgrade" / "before"
NEEDED = (
    "engine", ":(exclude)engine/casetest", "tests/engine/services/diagrams.py", "tests/faults/actors.py",
    "tests/faults/breakages.py", "tests/faults/models.py", "tests/faults/nursery.py",
)  # fmt: skip
"""What actors of that version are made of."""


@dataclass(frozen=True)
class Before:
    """That version: where it is unpacked, the revision of the schema it was made for, and where it was found."""

    code: Path
    revision: str
    whence: str


def code_before(folder: Path) -> Before | None:
    """The version before, unpacked into `folder`; None where neither the history nor a kept one has it."""
    if (archived := before_newest()) is not None:
        revision, content, whence = revision_before(), archived, "out of the history"
    elif (kept := newest_kept()) is not None:
        revision, content, whence = kept.name.partition(".")[0], kept.read_bytes(), "as it was kept"
    else:
        return None
    with tarfile.open(fileobj=io.BytesIO(content)) as files:
        files.extractall(folder, filter="data")
    return Before(folder, revision, whence)


def revision_before() -> str:
    """The revision of the schema that comes before the newest."""
    head = _scripts().get_revision(_scripts().get_current_head() or "")
    assert isinstance(head, Script)
    assert isinstance(head.down_revision, str)
    return head.down_revision


def before_newest() -> bytes | None:
    """The tree before the newest migration, as a tar file; None where the history does not reach so far."""
    newest = max((MIGRATIONS / "versions").glob("0*.py"))
    added = _git("log", "--diff-filter=A", "--format=%H", "--", str(newest.relative_to(ROOT)))
    commits = added.decode().split() if added else []
    return _git("archive", f"{commits[-1]}^", *NEEDED) if commits else None


def newest_kept() -> Path | None:
    """The kept version, if this one's migrations lead on from it."""
    known = {script.revision for script in _scripts().walk_revisions()}
    return max((path for path in KEPT.glob("*.tar.xz") if path.name.partition(".")[0] in known), default=None)


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)


def _git(*arguments: str) -> bytes | None:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None
