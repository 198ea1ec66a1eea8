"""A disk that can be filled to the last byte and freed again.

Where mounting is allowed it is one: a small file system in memory, mounted in a name space of this
process and its children alone. Elsewhere, as an ordinary user, it is the limit of what the server's
processes may write, which they meet in the same places.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

VOLUME_MB = 192
_CLONE_NEWNS = 0x20000
_MS_REC, _MS_PRIVATE = 0x4000, 0x40000
_libc = ctypes.CDLL(None, use_errno=True)


class Volume(Protocol):
    """What a server's data lies on."""

    way: str

    def fill(self) -> None:
        """Not one more byte can be written."""

    def press(self) -> None:
        """Also what was started meanwhile cannot write; to be called again and again while it is full."""

    def free(self) -> None:
        """Everything can be written again."""


class MountedVolume:
    """A file system of its own, filled by a file."""

    way = "a file system of its own"

    def __init__(self, folder: Path) -> None:
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        with self._ballast.open("ab", buffering=0) as file:
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(1 << 20))
            with contextlib.suppress(OSError):
                while True:
                    file.write(bytes(1 << 12))

    def press(self) -> None:
        if self._ballast.exists():
            self.fill()

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)


class WriteLimit:
    """The processes of a server may not write to a file any more."""

    way = "a limit of what may be written"

    def __init__(self, first_process: Callable[[], int | None]) -> None:
        self._first_process = first_process
        self._full = False
        self._lock = threading.Lock()

    def fill(self) -> None:
        self._full = True
        self.press()

    def press(self) -> None:
        with self._lock:
            if self._full:
                self._allow("0")

    def free(self) -> None:
        with self._lock:
            self._full = False
            self._allow("unlimited")

    def _allow(self, size: str) -> None:
        """Set the limit of the server, whose next children have it, and of those it has; by the user it runs as."""
        if (pid := self._first_process()) is None:
            return
        owner = Path(f"/proc/{pid}").stat()
        become = ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]
        become = become if owner.st_uid != os.getuid() else []
        limit = f"for p in {pid} $(cat /proc/{pid}/task/{pid}/children); do prlimit --pid $p --fsize={size}: ; done"
        subprocess.run([*become, "sh", "-c", limit], capture_output=True, check=False)  # some have ended meanwhile


@contextlib.contextmanager
def small_volume(folder: Path, first_process: Callable[[], int | None], megabytes: int = VOLUME_MB) -> Iterator[Volume]:
    """A small volume under what lies in `folder`, made before anything does.

    Args:
        first_process: of those that use it, which has begotten all the others; None while it does not run.
    """
    if "FAULT_NO_MOUNT" in os.environ:
        yield WriteLimit(first_process)
        return
    with contextlib.ExitStack() as undo:
        try:
            undo.enter_context(_mounts_of_our_own())
            undo.enter_context(_mounted(folder, megabytes))
        except OSError:
            undo.close()
            yield WriteLimit(first_process)
            return
        yield MountedVolume(folder)


@contextlib.contextmanager
def _mounts_of_our_own() -> Iterator[None]:
    """What this thread and its children mount inside nobody else sees; should they die, it is gone with them."""
    before = os.open("/proc/thread-self/ns/mnt", os.O_RDONLY)
    folder = Path.cwd()
    try:
        _checked(_libc.unshare(_CLONE_NEWNS))
        _checked(_libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None))
        yield
    finally:
        with contextlib.suppress(OSError):
            _checked(_libc.setns(before, _CLONE_NEWNS))
            os.chdir(folder)
        os.close(before)


@contextlib.contextmanager
def _mounted(folder: Path, megabytes: int) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "siwei-faults", str(folder)], capture_output=True
    )
    if mount.returncode:
        raise OSError(errno.EPERM, mount.stderr.decode())
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)


def _checked(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
