"""What the database knows of the whole installation, as Prometheus wants it: the same from every node that is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from engine import ProcessEngine
from engine.errors import StoreUnavailable
from engine.measuring import Measures

if TYPE_CHECKING:
    from prometheus_client.core import Metric


def written(engine: ProcessEngine) -> bytes:
    """All of it in Prometheus' text format; one number that says so while the database is away."""
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry()
    try:
        registry.register(_Found(engine.measuring.measures()))
    except StoreUnavailable:
        registry.register(_Found(None))
    return generate_latest(registry)


class _Found:
    """What was found; None when the database could not be asked."""

    def __init__(self, measures: Measures | None) -> None:
        self._measures = measures

    def collect(self) -> Iterator[Metric]:
        """One family a number."""
        yield _one("siwei_database_up", "Whether the database answered.", self._measures is not None)
        if self._measures is not None:
            yield from _counted(self._measures)
            yield from _live(self._measures)


def _counted(m: Measures) -> Iterator[Metric]:
    """What looks at everything that is open; counted once for all nodes, so it has an age."""
    yield _by("siwei_open_cases", "Cases that have not ended.", "process", m.open_cases)
    yield _by("siwei_overdue_cases", "Of these, cases past their deadline.", "process", m.overdue_cases)
    yield _by("siwei_open_tasks", "Tasks that wait for a person.", "process", m.open_tasks)
    yield _by("siwei_unclaimed_tasks", "Of these, tasks nobody has.", "process", m.unclaimed_tasks)
    yield _by("siwei_overdue_tasks", "Of these, tasks past their date.", "process", m.overdue_tasks)
    yield _by("siwei_jobs", "Jobs of the queue; mails are notice_mail.", ("kind", "status"), m.jobs)
    yield _by("siwei_open_incidents", "Incidents that wait for an operator.", "kind", m.incidents)
    yield _one("siwei_overdue_timers", "Timers that are due and have not fired.", m.overdue_timers)
    yield _one("siwei_oldest_timer_seconds", "How long the first of them is due.", m.oldest_timer_seconds)
    yield _one("siwei_counts_age_seconds", "How old all counts above are.", m.counted_seconds_ago)
    yield _one("siwei_counts_seconds", "How long the database counted.", m.counting_seconds)


def _live(m: Measures) -> Iterator[Metric]:
    """What is as it is at this moment."""
    yield _one("siwei_oldest_job_seconds", "How long the first job that could be done waits.", m.oldest_job_seconds)
    yield _one("siwei_workers", "Workers that have told of themselves in the last seconds.", m.workers)
    yield _by("siwei_database_connections", "Connections of all nodes, by what they do.", "state", m.connections)
    yield _one("siwei_clock_drift_seconds", "How far this machine's clock is off.", m.clock_drift_seconds)
    if m.watched_seconds_ago is not None:
        about = "How long ago the watchdog had last looked at every open case."
        yield _one("siwei_watchdog_age_seconds", about, m.watched_seconds_ago)


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

    return GaugeMetricFamily(name, about, value=float(value))
