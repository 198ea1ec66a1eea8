"""The folder that the processes of one web server share: what they count, and the sign that they drain.

Set in the server's first process and inherited by those it makes; a process that serves alone has none.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

_folder: Path | None = None


def make() -> None:
    """Make the folder, before any other process is made."""
    global _folder
    _folder = Path(tempfile.mkdtemp(prefix="siwei-web-"))
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_folder)  # where its library looks for it


def remove() -> None:
    """Leave nothing behind."""
    if _folder is not None:
        shutil.rmtree(_folder, ignore_errors=True)


def is_there() -> bool:
    """Whether there are other processes of this server."""
    return _folder is not None


def begin_to_drain() -> None:
    """Say to all processes that the server was told to stop."""
    if _folder is not None:
        (_folder / "draining").touch()


def is_draining() -> bool:
    """Whether the server was told to stop and serves what still comes."""
    return _folder is not None and (_folder / "draining").exists()
