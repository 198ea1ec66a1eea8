"""The last step of a line of the log: what cannot be written is counted, and never an error of what it tells of.

What people did is kept by the database, in the same transaction as what they did: where that cannot be written, it does
not happen. These lines are for whoever runs the machine. While their disk is full, work goes on; once there is room
again a line of its own says how many are missing, and `/metrics` counts them all along.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import TextIO

_lost_lines = 0


class LineHandler(logging.Handler):
    """Writes each line at once to a stream's file, past its buffers: they would keep parts of what failed."""

    def __init__(self, stream: TextIO | None = None) -> None:
        super().__init__()
        self._stream = stream or sys.stderr
        self._file = _number_of(self._stream)
        self._lost = 0
        self._since = ""
        self._is_torn = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line, after what has to be said of those before it."""
        try:
            line = self.format(record)
        except Exception:
            self.handleError(record)
            return
        said = self._missing() if self._lost else ""
        try:
            self._write(f"{said}{line}\n")
        except (OSError, ValueError):
            self._lose()
        else:
            self._lost, self._is_torn = 0, False

    def _write(self, text: str) -> None:
        if self._file is None:
            self._stream.write(text)
            self._stream.flush()
            return
        content = text.encode(errors="backslashreplace")
        while content:
            written = os.write(self._file, content)
            content = content[written:]
            self._is_torn = bool(content)

    def _lose(self) -> None:
        global _lost_lines
        self._since = self._since if self._lost else _now()
        self._lost += 1
        _lost_lines += 1

    def _missing(self) -> str:
        """The line that says so; it begins anew where half a line stands."""
        about = {"event": "log lines lost", "lines": self._lost, "since": self._since, "timestamp": _now()}
        start = "\n" if self._is_torn else ""
        return f"{start}{json.dumps({**about, 'level': 'error', 'logger': 'siwei.log'})}\n"


def lost_lines() -> int:
    """How many lines this process could not write since it began."""
    return _lost_lines


def _number_of(stream: TextIO) -> int | None:
    """The file behind the stream; None where there is none, as for one that a test reads."""
    try:
        stream.flush()
        return stream.fileno()
    except (OSError, ValueError, io.UnsupportedOperation):
        return None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
