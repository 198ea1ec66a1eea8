"""How gunicorn runs the web: synchronous workers, one a core."""

from __future__ import annotations

import multiprocessing
from typing import Any

from webapp.settings import Settings

_settings = Settings.from_environment()

bind = f"{_settings.host}:{_settings.port}"
workers = _settings.workers or multiprocessing.cpu_count()
worker_class = "sync"
timeout = 60
graceful_timeout = 25
keepalive = 5
forwarded_allow_ips = "127.0.0.1,::1"
control_socket_disable = True
accesslog = None
loglevel = "warning"


def worker_exit(server: Any, worker: Any) -> None:
    """Close the sandbox's processes and the database connections with their worker."""
    application = getattr(worker.app, "callable", None)
    engine = getattr(application, "extensions", {}).get("siwei")
    if engine is not None:
        engine.close()
