"""Where actors are born: one process that has read everything and forks, so that a killed actor is replaced in no time.

    python -m tests.faults.nursery < orders > process ids

An order is one JSON line `{"actors": [spec, …]}`; the answer is one line with the process
ids. `{"warm": url}` reads first what all of them need. The actors of one order share a
barrier for all their `users`. Nobody outlives the process above: neither the nursery the
test, nor an actor the nursery.
"""

from __future__ import annotations

import ctypes
import json
import multiprocessing
import os
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_PR_SET_PDEATHSIG = 1


class Actor:
    """One running actor, held by a descriptor: a signal never reaches a stranger with the same number."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        try:
            self._descriptor: int | None = os.pidfd_open(pid)
        except ProcessLookupError:
            self._descriptor = None

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._descriptor is not None and not select.select([self._descriptor], [], [], 0)[0]

    def send(self, number: signal.Signals) -> None:
        """Send a signal; harmless when it has ended."""
        if self._descriptor is not None:
            try:
                signal.pidfd_send_signal(self._descriptor, number)
            except ProcessLookupError:
                return

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended; False when it still runs after `seconds`."""
        if self._descriptor is None:
            return True
        return bool(select.select([self._descriptor], [], [], seconds)[0])

    def close(self) -> None:
        """Kill what runs, forget the descriptor."""
        if self._descriptor is not None:
            self.send(signal.SIGKILL)
            self.wait(10)
            os.close(self._descriptor)
            self._descriptor = None


class Nursery:
    """The harness's side: start actors, and end them all."""

    def __init__(self, folder: Path, root: Path = ROOT) -> None:
        """`root` is the code the actors run: another version's, where one is compared."""
        self.log = folder / "actors.log"
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.nursery"],
                cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._orders, self._answers = self._process.stdin, self._process.stdout
        self.actors: list[Actor] = []
        """All it has started, the ended ones included."""

    def start(self, *specs: Mapping[str, Any]) -> list[Actor]:
        """Start one actor a spec."""
        started = [Actor(pid) for pid in self._ordered(actors=specs)]
        self.actors += started
        return started

    def warm(self, url: str) -> None:
        """Let the nursery read what is deployed, so that its actors need not."""
        self._ordered(warm=url)

    def _ordered(self, **order: Any) -> list[int]:
        self._orders.write(json.dumps(order) + "\n")
        self._orders.flush()
        answer = self._answers.readline()
        if not answer:
            raise RuntimeError(f"the nursery is gone: {self.log.read_text()[-2000:]}")
        pids: list[int] = json.loads(answer)
        return pids

    def close(self) -> None:
        """End every actor and the nursery."""
        for actor in self.actors:
            actor.close()
        self._orders.close()
        self._process.wait(10)
        self._answers.close()


def _die_with_parent() -> None:
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def main() -> None:
    """Read orders, fork actors."""
    _die_with_parent()
    from tests.faults import actors  # read once, here: a fork has it already

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        order = json.loads(line)
        if "warm" in order:
            actors.warm(order["warm"])
        print(json.dumps(_fork(order.get("actors", ()), actors.run)), flush=True)


def _fork(specs: Sequence[Mapping[str, Any]], run: Any) -> list[int]:
    users = sum(spec.get("users", 1) for spec in specs)
    barrier = multiprocessing.get_context("fork").Barrier(max(users, 1))
    children = []
    for spec in specs:
        child = os.fork()
        if child == 0:
            _be(spec, barrier, run)
        children.append(child)
    return children


def _be(spec: Mapping[str, Any], barrier: Any, run: Any) -> None:
    """Be the actor, and nothing of the nursery, until the end."""
    _die_with_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(2, 1)
        run(spec, barrier)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
