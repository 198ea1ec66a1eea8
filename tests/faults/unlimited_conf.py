"""The web with no limit for what is sent to it: a broken build for the fault plan, used by its server alone."""

from __future__ import annotations

from typing import Any

from webapp import gunicorn_conf
from webapp.gunicorn_conf import *  # noqa: F403 - everything as it is, but


def post_worker_init(worker: Any) -> None:
    """… the limit."""
    gunicorn_conf.post_worker_init(worker)
    worker.app.callable.config.update(MAX_CONTENT_LENGTH=None)
