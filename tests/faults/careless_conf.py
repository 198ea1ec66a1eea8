"""The web with no limit for what is sent to it, that gathers a list before it writes it: a broken build for the fault
plan, used by its server alone."""

from __future__ import annotations

from typing import Any

from webapp import gunicorn_conf
from webapp.exports import sending
from webapp.gunicorn_conf import *  # noqa: F403 - everything as it is, but


def post_worker_init(worker: Any) -> None:
    """… the limit, and the way of a list into its file."""
    gunicorn_conf.post_worker_init(worker)
    worker.app.callable.config.update(MAX_CONTENT_LENGTH=None)
    write = sending._write
    sending._write = lambda sheet, rows: write(sheet, list(rows))
