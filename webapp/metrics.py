"""Numbers for Prometheus: `/metrics`, for whoever has the token, or asks from this machine where none is set.

What processes count themselves (requests, steps) is shared by gunicorn's processes through files; what the
database knows is asked of it. Labels are drawn ids, routes and kinds: never a person, a case or a text.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from flask import Blueprint, Flask, Response, abort, current_app, g, request

from engine.measuring import Measures
from engine.watching import StepSeen
from webapp import shared
from webapp.security import is_loopback
from webapp.services import engine
from webapp.settings import LOOPBACK_HOSTS

if TYPE_CHECKING:
    from prometheus_client.core import Metric

bp = Blueprint("metrics", __name__)

_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Meters:
    """What this process counts itself."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

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
    return Meters()


def init_metrics(app: Flask) -> None:
    """Measure every request of `app`."""
    app.after_request(_count)
    app.register_blueprint(bp)


def count_step(step: StepSeen) -> None:
    """A step is stored."""
    meters().steps.labels(step.process_key, step.verb).inc()


@bp.get("/metrics")
def metrics() -> Response:
    """All numbers, in Prometheus' text format; where nobody may see them there is no such page."""
    _ensure_may_look()
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.exposition import CONTENT_TYPE_LATEST

    asked = CollectorRegistry()
    asked.register(_Asked(engine().measuring.measures()))
    return Response(meters().written() + generate_latest(asked), content_type=CONTENT_TYPE_LATEST)


class _Asked:
    """What the database knows, as Prometheus wants it."""

    def __init__(self, measures: Measures) -> None:
        self._measures = measures

    def collect(self) -> Iterator[Metric]:
        """One family a number."""
        m = self._measures
        yield _by("siwei_open_cases", "Cases that have not ended.", "process", m.open_cases)
        yield _by("siwei_overdue_cases", "Of these, cases past their deadline.", "process", m.overdue_cases)
        yield _by("siwei_open_tasks", "Tasks that wait for a person.", "process", m.open_tasks)
        yield _by("siwei_unclaimed_tasks", "Of these, tasks nobody has.", "process", m.unclaimed_tasks)
        yield _by("siwei_overdue_tasks", "Of these, tasks past their date.", "process", m.overdue_tasks)
        yield _by("siwei_jobs", "Jobs of the queue; mails are notice_mail.", ("kind", "status"), m.jobs)
        yield _one("siwei_oldest_job_seconds", "How long the first job that could be done waits.", m.oldest_job_seconds)
        yield _by("siwei_open_incidents", "Incidents that wait for an operator.", "kind", m.incidents)
        yield _one("siwei_overdue_timers", "Timers that are due and have not fired.", m.overdue_timers)
        yield _one("siwei_oldest_timer_seconds", "How long the first of them is due.", m.oldest_timer_seconds)
        yield _one("siwei_workers", "Workers that have told of themselves in the last seconds.", m.workers)
        yield _by("siwei_database_connections", "Connections of all nodes, by what they do.", "state", m.connections)
        yield _one("siwei_clock_drift_seconds", "How far this machine's clock is off.", m.clock_drift_seconds)


def _by(
    name: str, about: str, labels: str | tuple[str, ...], values: Mapping[str, int] | Mapping[tuple[str, str], int]
) -> Metric:
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(name, about, labels=[labels] if isinstance(labels, str) else labels)
    for key, value in values.items():
        family.add_metric([key] if isinstance(key, str) else key, value)
    return family


def _one(name: str, about: str, value: float) -> Metric:
    from prometheus_client.core import GaugeMetricFamily

    return GaugeMetricFamily(name, about, value=value)


def _ensure_may_look() -> None:
    token = current_app.config["SIWEI"].metrics_token
    if token:
        given = request.headers.get("Authorization", "")
        allowed = hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    else:
        allowed = request.remote_addr in LOOPBACK_HOSTS and is_loopback(request)
    if not allowed:
        abort(404)


def _count(response: Response) -> Response:
    if request.endpoint not in (None, "static", "metrics.metrics") and "asked_at" in g:
        seconds = time.perf_counter() - g.asked_at
        meters().requests.labels(request.endpoint, request.method, f"{response.status_code // 100}xx").observe(seconds)
    return response
