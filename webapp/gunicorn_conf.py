"""How gunicorn runs the web: synchronous workers, one a core. Told to stop, it may drain first."""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
from pathlib import Path
from types import FrameType
from typing import Any

from webapp import shared
from webapp.memory import keep_what_is_loaded
from webapp.settings import Settings

_settings = Settings.from_environment()

bind = f"{_settings.host}:{_settings.port}"
workers = _settings.workers or multiprocessing.cpu_count()
shared.make(workers)
worker_class = "sync"
timeout = 60
graceful_timeout = 25
keepalive = 5
forwarded_allow_ips = "127.0.0.1,::1"
control_socket_disable = True
accesslog = None
loglevel = "warning"


def post_worker_init(worker: Any) -> None:
    """What takes long may say that it is still at work; the application is loaded and stays."""
    keep_what_is_loaded()
    shared.gives_signs_of_life(worker.notify)


def post_request(worker: Any, request: Any, environ: Any, answer: Any) -> None:
    """Let a process that has grown too large end after this request; another one takes its place.

    What a large request needed is rarely given back to the machine; without this, one export a week
    would in the end cost every process its peak.
    """
    if (held := resident_mb()) > _settings.web_memory_mb:
        worker.log.warning("web process %s holds %d MB and is replaced", worker.pid, held)
        worker.alive = False


def resident_mb() -> int:
    """Memory this process holds, in megabytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() >> 20


def when_ready(server: Any) -> None:
    """Drain before stopping, where the settings say for how long.

    TERM would close the door at once, with requests standing in front of it. So the server says `not ready` first,
    serves on until every balancer has seen that, and stops then. A second TERM stops it at once.
    """
    if not _settings.drain_seconds:
        return
    stop = signal.getsignal(signal.SIGTERM)

    def drain(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGTERM, stop)
        shared.begin_to_drain()
        signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
        signal.alarm(_settings.drain_seconds)

    signal.signal(signal.SIGTERM, drain)


def worker_exit(server: Any, worker: Any) -> None:
    """Close the sandbox's processes and the database connections with their worker."""
    application = getattr(worker.app, "callable", None)
    engine = getattr(application, "extensions", {}).get("siwei")
    if engine is not None:
        engine.close()


def child_exit(server: Any, worker: Any) -> None:
    """A process has ended: what it counted stays, what it held does not."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    """Nothing is left behind."""
    shared.remove()
