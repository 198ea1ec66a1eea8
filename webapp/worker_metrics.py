"""Numbers of a worker for Prometheus: what it did, how long it took, and what the database knows, at a port of its own.

A worker serves no pages, so this is all it answers: `/metrics`, to whom the web's may be shown, and `/health/live`.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Summary, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from engine import ProcessEngine
from engine.jobs import Handler, Swept, is_given_up
from webapp import database_numbers
from webapp.log_lines import lost_lines
from webapp.metrics import LOST_LINES, LOST_LINES_ABOUT, may_look
from webapp.settings import Settings

_BUCKETS = (0.01, 0.05, 0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_ASK_SECONDS = 10.0
"""How long somebody may take to say what they want."""
_log = logging.getLogger("siwei.worker")


class WorkerMeters:
    """What this worker counts: jobs by kind and outcome, its rounds, and what those found."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.jobs = Histogram(
            "siwei_job_seconds",
            "Time of a job: done, retried (it failed and is tried again) or given up.",
            ["kind", "outcome"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.in_hand = Gauge("siwei_jobs_in_hand", "Jobs this worker is at.", registry=self.registry)
        self.rounds = Summary(
            "siwei_round_seconds", "Time of a round that looks for lost work.", registry=self.registry
        )
        self.round_at = Gauge(
            "siwei_round_timestamp_seconds", "When the last round ended, by this machine.", registry=self.registry
        )
        self.found = Counter(
            "siwei_round_found",
            "What rounds found and did: due work that had no job, reminders, cases that cannot move.",
            ["what"],
            registry=self.registry,
        )
        self.pool = Gauge(
            "siwei_pool_connections",
            "Database connections of this worker's pool, and jobs that wait for one.",
            ["state"],
            registry=self.registry,
        )

        self.lost_lines = Gauge(LOST_LINES, LOST_LINES_ABOUT, registry=self.registry)
        self.lost_lines.set_function(lost_lines)

    def counted(self, handler: Handler) -> Handler:
        """`handler`, with each job counted."""

        def handle(kind: str, args: Mapping[str, Any], attempts: int) -> None:
            began, outcome = time.perf_counter(), "done"
            self.in_hand.inc()
            try:
                handler(kind, args, attempts)
            except BaseException as error:
                outcome = "given up" if is_given_up(error, attempts) else "retried"
                raise
            finally:
                self.in_hand.dec()
                self.jobs.labels(kind, outcome).observe(time.perf_counter() - began)

        return handle

    def counted_round(self, sweep: Callable[[], Swept]) -> Callable[[], Swept]:
        """`sweep`, with what it found counted."""

        def go_round() -> Swept:
            with self.rounds.time():
                swept = sweep()
            self.round_at.set_to_current_time()
            for field in fields(swept):
                if count := int(getattr(swept, field.name)):
                    self.found.labels(field.name).inc(count)
            return swept

        return go_round

    def written(self, engine: ProcessEngine) -> bytes:
        """All of it, and what the database knows."""
        for state, count in engine.store.pool_counts().items():
            self.pool.labels(state).set(count)
        return generate_latest(self.registry) + database_numbers.written(engine)


class MetricsServer(ThreadingHTTPServer):
    """Answers monitors while the worker works; a port that is taken is told of and stops no work."""

    daemon_threads = True

    def __init__(self, meters: WorkerMeters, engine: ProcessEngine, settings: Settings) -> None:
        super().__init__((settings.host, settings.worker_metrics_port), _Answer)
        self.meters, self.engine, self.token = meters, engine, settings.metrics_token


def serve(meters: WorkerMeters, engine: ProcessEngine, settings: Settings) -> MetricsServer | None:
    """Begin to answer at the port of the settings; None where they name none, or it is taken."""
    if not settings.worker_metrics_port:
        return None
    try:
        server = MetricsServer(meters, engine, settings)
    except OSError as error:
        _log.error(
            "no numbers: SIWEI_WORKER_METRICS_PORT=%d: %s", settings.worker_metrics_port, error.strerror or error
        )
        return None
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server


class _Answer(BaseHTTPRequestHandler):
    """One request of a monitor."""

    server: MetricsServer
    timeout = _ASK_SECONDS
    server_version, sys_version = "siwei", ""

    def do_GET(self) -> None:
        """The numbers, or that the worker is alive."""
        path = self.path.partition("?")[0]
        if path == "/health/live":
            self._send(200, "text/plain; charset=utf-8", b"ok\n")
        elif path == "/metrics" and self._may_look():
            self._send(200, CONTENT_TYPE_LATEST, self.server.meters.written(self.server.engine))
        else:
            self._send(404, "text/plain; charset=utf-8", b"not found\n")

    def log_message(self, format: str, *args: Any) -> None:
        """A monitor that asks every few seconds is not news."""

    def _may_look(self) -> bool:
        return may_look(
            self.server.token,
            authorization=self.headers.get("Authorization", ""),
            address=self.client_address[0],
            host=self.headers.get("Host", ""),
        )

    def _send(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Type", kind),
            ("Content-Length", str(len(content))),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
