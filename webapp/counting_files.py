"""The files in which the processes of a web server count together, with room on the disk taken before it is used.

The library maps a file that has holes. Where the disk is full, the first number that would lie in a hole ends the
process, whatever it is at. So room is asked for first: what there is none for is an `OSError`, and is not counted.
"""

from __future__ import annotations

import os
from pathlib import Path

from prometheus_client import values
from prometheus_client.mmap_dict import MmapedDict

_ROOM = 1 << 18
"""Bytes of a new file: what all routes and kinds need, as a rule."""
_BESIDE_THE_KEY = 64


class RoomyDict(MmapedDict):
    """The library's, never with a hole."""

    def __init__(self, filename: str, read_mode: bool = False) -> None:
        if not read_mode:
            _take_room(Path(filename))
        super().__init__(filename, read_mode)  # type: ignore[no-untyped-call]

    def _init_value(self, key: str) -> None:
        if self._used + len(key.encode()) + _BESIDE_THE_KEY > self._capacity:
            os.posix_fallocate(self._f.fileno(), self._capacity, self._capacity)
        super()._init_value(key)  # type: ignore[no-untyped-call]


def install() -> None:
    """Let the library use them from now on."""
    values.MmapedDict = RoomyDict  # type: ignore[misc]


def _take_room(path: Path) -> None:
    with path.open("ab") as file:
        if os.fstat(file.fileno()).st_size:
            return
        try:
            os.posix_fallocate(file.fileno(), 0, _ROOM)
        except OSError:
            path.unlink()
            raise
