"""The web whose log loses lines without a word: a broken build for the fault plan, used by its server alone."""

from __future__ import annotations

import logging
import sys
from typing import Any

from webapp import gunicorn_conf
from webapp.gunicorn_conf import *  # noqa: F403 - everything as it is, but


def post_worker_init(worker: Any) -> None:
    """… the end of the log, which is the standard library's."""
    gunicorn_conf.post_worker_init(worker)
    root = logging.getLogger()
    plain = logging.StreamHandler(sys.stderr)
    plain.setFormatter(root.handlers[0].formatter)
    root.handlers[:] = [plain]
