"""The most memory this process has held while something ran, as Linux counts it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass
class Memory:
    """Resident memory in kB."""

    peak: int = 0

    def resident(self) -> int:
        """What is held now."""
        return _field("VmRSS")


@contextmanager
def peak_memory() -> Iterator[Memory]:
    """Measure the peak of what runs inside; it stands in `peak` afterwards."""
    _CLEAR.write_text("5")  # forgets the peak so far
    memory = Memory()
    yield memory
    memory.peak = _field("VmHWM")


def _field(name: str) -> int:
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(f"{name}:"))
    return int(line.split()[1])
