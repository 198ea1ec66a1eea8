"""Fixtures of the fault plan: all of it is slow. What races, or has limits in seconds, runs by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.harness import City, Report, found_city
from tests.faults.nursery import Nursery

HERE = Path(__file__).parent
STEADY = {"test_f19_long_cases.py", "test_f20_hostile.py", "test_f21_model.py", "test_f24_tampering.py"}
"""One process, nothing by the clock: these run beside everything else."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)
            if item.path.name not in STEADY:
                item.add_marker(pytest.mark.races)


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    """Where the actors of one test come from; none outlives it."""
    nursery = Nursery(tmp_path)
    yield nursery
    nursery.close()


@pytest.fixture
def city(database_server, make_database, nursery, tmp_path) -> Iterator[City]:
    """A city in a database of its own."""
    city = found_city(database_server, make_database(), tmp_path, nursery)
    yield city
    city.engine.close()


@pytest.fixture
def report(record_property):
    """A function that makes a report, printed when the test has ended."""
    made: list[Report] = []

    def make(fault: str) -> Report:
        made.append(Report(fault))
        return made[-1]

    yield make
    for report in made:
        record_property("printed", str(report))
