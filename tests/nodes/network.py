"""Machines without machines: network namespaces on one bridge, each with a cable that can be pulled. Needs root."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_NUMBER = os.getpid() % 250 + 1
_PREFIX = f"sw{_NUMBER}"
HUB = f"10.107.{_NUMBER}.1"
"""Where the database and the balancer are."""


@dataclass
class Node:
    """A machine that runs one part of the installation."""

    name: str
    address: str
    command: str
    environment: Mapping[str, str]
    log: Path
    starts: int = 0
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def space(self) -> str:
        """Its network namespace."""
        return f"{_PREFIX}-{self.name}"

    def start(self) -> None:
        """Start its part."""
        command = ["ip", "netns", "exec", self.space, sys.executable, "-m", "webapp.cli", self.command]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, env=dict(self.environment), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.starts += 1

    def kill(self) -> None:
        """The plug is pulled: every process of it is gone at once."""
        if self._process is not None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return
            self._process.wait()

    def stop(self, seconds: float = 60) -> None:
        """Ask it to end, and wait until it has."""
        assert self._process is not None
        self._process.terminate()
        self._process.wait(seconds)

    def cut_off(self) -> None:
        """The cable is pulled: nothing comes, nothing goes, nobody is told."""
        _ip("link", "set", self._cable, "down")

    def join_again(self) -> None:
        """The cable is back."""
        _ip("link", "set", self._cable, "up")

    @property
    def _cable(self) -> str:
        return f"{_PREFIX}{self.name}"


@contextmanager
def network(nodes: Mapping[str, Node]) -> Iterator[None]:
    """Lay the cables of all nodes to the hub; everything is taken away in the end, whatever ran there."""
    bridge = f"{_PREFIX}-hub"
    try:
        _ip("link", "add", bridge, "type", "bridge")
        _ip("addr", "add", f"{HUB}/24", "dev", bridge)
        _ip("link", "set", bridge, "up")
        for node in nodes.values():
            _ip("netns", "add", node.space)
            _ip("link", "add", node._cable, "type", "veth", "peer", "name", "eth0", "netns", node.space)
            _ip("link", "set", node._cable, "master", bridge, "up")
            _ip("-n", node.space, "addr", "add", f"{node.address}/24", "dev", "eth0")
            for link in ("lo", "eth0"):
                _ip("-n", node.space, "link", "set", link, "up")
        yield
    finally:
        for node in nodes.values():
            node.kill()
            _ip("netns", "del", node.space, must=False)
            _ip("link", "del", node._cable, must=False)
        _ip("link", "del", bridge, must=False)


def address(number: int) -> str:
    """The address of the node with this number."""
    return f"10.107.{_NUMBER}.{10 + number}"


def _ip(*words: str, must: bool = True) -> None:
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    if must and done.returncode:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stderr.strip()}")
