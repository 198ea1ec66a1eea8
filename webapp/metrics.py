"""Numbers for Prometheus: `/metrics`, for whoever has the token, or asks from this machine where none is set.

What processes count themselves (requests, steps, connections) is shared by gunicorn's processes through files; what the
database knows is asked of it. Labels are drawn ids, routes and kinds: never a person, a case or a text.
"""

from __future__ import annotations

import hmac
import threading
import time
from contextlib import suppress
from functools import cache

from flask import Blueprint, Flask, Response, abort, current_app, g, request

from engine import Store
from engine.watching import StepSeen
from webapp import database_numbers, shared
from webapp.log_lines import lost_lines
from webapp.security import is_own_host
from webapp.services import engine
from webapp.settings import LOOPBACK_HOSTS

bp = Blueprint("metrics", __name__)

_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SAMPLE_SECONDS = 5.0
LOST_LINES = "siwei_log_lines_lost"
LOST_LINES_ABOUT = "Lines of the log that could not be written since the processes began."


class Meters:
    """What this process counts itself."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = CollectorRegistry()
        self.requests = Histogram(
            "siwei_request_seconds",
            "Time to answer a request.",
            ["route", "method", "status"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.steps = Counter(
            "siwei_steps", "Steps of cases that this server has stored.", ["process", "verb"], registry=self.registry
        )
        self.pool = Gauge(
            "siwei_pool_connections",
            "Database connections of this server's pools, and requests that wait for one.",
            ["state"],
            multiprocess_mode="livesum",
            registry=self.registry,
        )

        self.lost_lines = Gauge(LOST_LINES, LOST_LINES_ABOUT, multiprocess_mode="livesum", registry=self.registry)

    def look_at(self, store: Store) -> None:
        """Take down how the pool and the log of this process are now."""
        for state, count in store.pool_counts().items():
            self.pool.labels(state).set(count)
        self.lost_lines.set(lost_lines())

    def written(self) -> bytes:
        """All of it; of all processes of this server where they share a folder."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        if not shared.is_there():
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)


@cache
def meters() -> Meters:
    """Made at the first use: the library looks when it is imported, once and for all, whether processes share a folder.

    gunicorn's first process imports this package before it has said so, and its children inherit what it imported.
    """
    if shared.is_there():
        from webapp import counting_files

        counting_files.install()
    return Meters()


def init_metrics(app: Flask) -> None:
    """Measure every request of `app`."""
    app.after_request(_count)
    app.register_blueprint(bp)


def watch_pool(store: Store) -> None:
    """Look at the pool every few seconds, as long as the process lives: the one that answers sees only its own."""

    def look() -> None:
        while True:
            with _where_there_is_room():
                meters().look_at(store)
            time.sleep(_SAMPLE_SECONDS)

    threading.Thread(target=look, name="pool", daemon=True).start()


def count_step(step: StepSeen) -> None:
    """A step is stored."""
    with _where_there_is_room():
        meters().steps.labels(step.process_key, step.verb).inc()


def may_look(token: str, *, authorization: str, address: str, host: str) -> bool:
    """Whether somebody may see the numbers.

    Args:
        token: what must be shown; empty lets this machine itself look, and nobody else.
        authorization: the header that was sent.
        address: where it came from.
        host: the name that was asked for; another one than this machine's means that a proxy stands between.
    """
    if token:
        return hmac.compare_digest(authorization.encode(), f"Bearer {token}".encode())
    return address in LOOPBACK_HOSTS and is_own_host(host)


@bp.get("/metrics")
def metrics() -> Response:
    """All numbers, in Prometheus' text format; where nobody may see them there is no such page."""
    if not may_look(
        current_app.config["SIWEI"].metrics_token,
        authorization=request.headers.get("Authorization", ""),
        address=request.remote_addr or "",
        host=request.host,
    ):
        abort(404)
    from prometheus_client.exposition import CONTENT_TYPE_LATEST

    meters().look_at(engine().store)
    return Response(meters().written() + database_numbers.written(engine()), content_type=CONTENT_TYPE_LATEST)


def _count(response: Response) -> Response:
    if request.endpoint not in (None, "static", "metrics.metrics") and "asked_at" in g:
        seconds = time.perf_counter() - g.asked_at
        kind = f"{response.status_code // 100}xx"
        with _where_there_is_room():
            meters().requests.labels(request.endpoint, request.method, kind).observe(seconds)
    return response


def _where_there_is_room() -> suppress:
    """Numbers that the disk has no room for are not counted; what they are about goes on."""
    return suppress(OSError)
