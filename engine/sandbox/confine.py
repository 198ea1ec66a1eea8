"""The walls around the interpreter's worker processes.

The worker is started by explicit path through a small launcher: in bubblewrap's namespaces where
those work, else with resource limits and no new privileges, and where we are root also
as a user of its own. Which one it is, is found by trying.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["bwrap", "own-user", "limits"]

# A number without an account: no file belongs to it, nobody signs in as it.
SANDBOX_UID = 64_217
_ADDRESS_SPACE = 4 << 30
_LIBRARIES = ("/usr", "/lib", "/lib64")


@dataclass(frozen=True)
class Confinement:
    """How workers are started: `launcher` is what to run in place of the interpreter."""

    kind: Kind
    launcher: Path

    def describe(self) -> str:
        """One line for the start log."""
        return {
            "bwrap": "scripts run in bubblewrap namespaces",
            "own-user": f"scripts run under user {SANDBOX_UID} with resource limits and no new privileges",
            "limits": "scripts run with resource limits and no new privileges",
        }[self.kind]


def confine(binary: Path) -> Confinement | None:
    """The strongest confinement that works on this machine; None when none does.

    Each candidate must start the interpreter and read back its version.
    """
    folder = Path(tempfile.mkdtemp(prefix="siwei-sandbox-"))
    for kind, command in _candidates(binary, folder):
        launcher = folder / f"monty-{kind}"
        launcher.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', encoding="utf-8")
        launcher.chmod(0o700)
        if _starts(launcher):
            found = Confinement(kind, launcher)
            weakref.finalize(found, _remove, folder, os.getpid())
            return found
    _remove(folder, os.getpid())
    return None


def _remove(folder: Path, owner: int) -> None:
    # A forked child ends too; the folder is its parent's.
    if os.getpid() == owner:
        shutil.rmtree(folder, ignore_errors=True)


def _candidates(binary: Path, folder: Path) -> Iterator[tuple[Kind, list[str]]]:
    bwrap, prlimit, setpriv = (shutil.which(name) for name in ("bwrap", "prlimit", "setpriv"))
    if bwrap and prlimit:
        yield "bwrap", [*_limits(prlimit), *_namespaces(bwrap, binary)]
    if not (prlimit and setpriv):
        return
    no_new = [setpriv, "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]
    if os.geteuid() == 0:
        own = [*no_new, f"--reuid={SANDBOX_UID}", f"--regid={SANDBOX_UID}", "--clear-groups", "--"]
        yield "own-user", [*_limits(prlimit), *own, *_clean(), str(binary)]
        # The installation may lie where no other user can reach; a copy does not.
        yield "own-user", [*_limits(prlimit), *own, *_clean(), str(_reachable_copy(binary, folder))]
    yield "limits", [*_limits(prlimit), *no_new[:2], "--", *_clean(), str(binary)]


def _limits(prlimit: str) -> list[str]:
    return [prlimit, f"--as={_ADDRESS_SPACE}", "--core=0", "--fsize=0", "--nofile=64", "--"]


def _clean() -> list[str]:
    return ["/usr/bin/env", "-i"]


def _namespaces(bwrap: str, binary: Path) -> list[str]:
    # Not --die-with-parent: the kernel takes the thread that started it for the parent, and threads of a
    # web server end. An interpreter whose engine is gone ends by itself, its input being closed.
    command = [bwrap, "--unshare-all", "--new-session", "--cap-drop", "ALL", "--clearenv"]
    for library in _LIBRARIES:
        command += ["--ro-bind-try", library, library]
    return [*command, "--ro-bind", str(binary), "/monty", "--chdir", "/", "/monty"]


def _reachable_copy(binary: Path, folder: Path) -> Path:
    folder.chmod(0o711)
    copy = folder / "monty"
    shutil.copyfile(binary, copy)
    copy.chmod(0o755)
    return copy


def _starts(launcher: Path) -> bool:
    try:
        answer = subprocess.run([str(launcher), "--version"], capture_output=True, timeout=10, check=False, cwd="/")
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0 and b"monty" in answer.stdout
