"""The folder that the processes of one web server share: what they count, who takes out a long list, and the sign
that they drain.

Set in the server's first process and inherited by those it makes; a process that serves alone has none.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from engine.errors import ListsBusy

_folder: Path | None = None
_long_lists = 1
_sign_of_life: Callable[[], object] = lambda: None  # noqa: E731


def make(processes: int) -> None:
    """Make the folder, before any other process is made: so many will serve."""
    global _folder, _long_lists
    _long_lists = max(1, processes // 2)
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


def gives_signs_of_life(by: Callable[[], object]) -> None:
    """Whoever watches over this process is told by this that it works; it would else be replaced after a minute."""
    global _sign_of_life
    _sign_of_life = by


def still_at_work() -> None:
    """Say so; to be called all along by what takes long."""
    _sign_of_life()


@contextmanager
def long_list() -> Iterator[None]:
    """Take out a long list: in half of the server's processes at most, so that the others serve pages.

    Raises:
        ListsBusy: so many are at it.
    """
    with ExitStack() as kept:
        if _folder is not None and not any(_taken(_folder / f"list-{number}", kept) for number in range(_long_lists)):
            raise ListsBusy
        yield


def _taken(path: Path, until: ExitStack) -> bool:
    """Whether the lock of this file could be taken; it ends with the process, however that ends."""
    file = until.enter_context(path.open("w"))
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
