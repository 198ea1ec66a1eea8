"""One parent, its children: start them, watch them, stop them in order.

Each child has a session of its own, so that Ctrl-C reaches the parent only and
requests in flight are answered. Should the parent be killed outright, the kernel
ends its children (`setpriv --pdeathsig`).
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import FrameType


@dataclass(frozen=True)
class Child:
    """A process to keep. `on_parent_death` is the signal the kernel sends it then."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    on_parent_death: str = "TERM"
    stop_seconds: float = 30.0


class Supervisor:
    """Runs children until it is told to stop or one of them ends by itself."""

    def __init__(self) -> None:
        self._running: list[tuple[Child, subprocess.Popen[bytes]]] = []
        self._stop = threading.Event()

    def start(self, child: Child) -> None:
        """Start a child and keep it."""
        command = list(child.command)
        if setpriv := shutil.which("setpriv"):
            command = [setpriv, f"--pdeathsig={child.on_parent_death}", "--", *command]
        process = subprocess.Popen(
            command, env=dict(child.environment), stdin=subprocess.DEVNULL, start_new_session=True
        )
        self._running.append((child, process))

    def wait(self, tend: Callable[[], None] | None = None) -> str | None:
        """Wait for Ctrl-C, TERM or the end of a child.

        Args:
            tend: done again and again meanwhile.

        Returns:
            The name of the child that ended by itself, or None when we were told to stop.
        """
        previous = {number: signal.signal(number, self._told_to_stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            while not self._stop.wait(0.2):
                for child, process in self._running:
                    if process.poll() is not None:
                        return child.name
                if tend is not None:
                    tend()
            return None
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        """Ask every child to finish, all at once; kill what does not in its time."""
        for _, process in self._running:
            if process.poll() is None:
                process.terminate()
        for child, process in self._running:
            try:
                process.wait(timeout=child.stop_seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def _told_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()
