"""What a web process has loaded before its first request is not walked again by those that come after it."""

from __future__ import annotations

import os
import subprocess
import sys

LOADED, LEFT = 30_000, 1_000
"""At least so many objects are the application itself, and at most so many are left to look through."""
_BEGIN = """
import gc
from types import SimpleNamespace
from webapp import create_app, gunicorn_conf

gunicorn_conf.post_worker_init(SimpleNamespace(notify=print))
print(gc.get_freeze_count(), len(gc.get_objects()))
gunicorn_conf.on_exit(None)
"""


def test_a_web_process_keeps_what_it_has_loaded():
    process = subprocess.run(
        [sys.executable, "-c", _BEGIN], env={**os.environ, "SIWEI_MODE": "test"},
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    kept, left = map(int, process.stdout.split())
    assert kept > LOADED
    assert left < LEFT
