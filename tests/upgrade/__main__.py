"""Keeps what later versions are tried against: `python -m tests.upgrade 2026-11-24a`.

Saved states of the version that is checked out, those that no earlier version saved alike (`alike.py`); a backup with
cases half way, where the schema is a new one (`half_way.py`); and the code before the newest migration (`keeping.py`).

The tests of the engine are played with somebody looking over their shoulder; see `recording.py`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.upgrade.alike import read, without_alike, write
from tests.upgrade.half_way import keep_database
from tests.upgrade.keeping import keep_code_before

HERE = Path(__file__).parent
STATES = HERE / "states"
PLAYED = ("tests/engine/spiff", "tests/processes", "tests/conformance/bpmn/test_models.py")
NOT_SOUND = "not breaks and not disagrees"
"""Tests that break the engine on purpose leave states that no sound engine saves."""


def main() -> int:
    """Play, write all that is to be kept under this name, and say how large it is."""
    earlier = sorted(STATES.glob("*.json.xz"))
    kept = STATES / f"{sys.argv[1]}.json.xz" if len(sys.argv) == 2 else None
    if kept is None or kept in earlier:
        print(f"{__doc__}\nGive a name that is not there yet.", file=sys.stderr)
        return 2
    path = os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH"))))
    given = {**os.environ, "PYTHONPATH": path, "KEPT_STATES": str(kept)}
    played = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "recording", *PLAYED, "-k", NOT_SOUND], env=given, check=False
    )
    if kept.exists():
        write(kept, without_alike(read(kept), map(read, earlier)))
    for written in (kept if kept.exists() else None, keep_database(sys.argv[1]), keep_code_before()):
        if written is not None:
            print(f"{written}: {written.stat().st_size:,} bytes")
    return played.returncode


if __name__ == "__main__":
    sys.exit(main())
