"""Every case of the year that the demonstration looks back on, in the order in which they begin."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from webapp.demo.hirings import hirings_of
from webapp.demo.journeys import journeys_of
from webapp.demo.office import Office
from webapp.demo.petitions import petitions_of
from webapp.demo.plans import Group
from webapp.demo.vehicles import vehicles_of

FILE = Path(__file__).with_name("year.yaml")
YEAR = 2018
"""ROC 107."""


@cache
def read_year() -> dict[str, Any]:
    """The rows of the file."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return found


def groups_of_year(office: Office) -> list[Group]:
    """All groups of the year, by their beginning, so that case numbers follow the calendar."""
    rows = read_year()
    groups = [
        *hirings_of(rows["hirings"], office),
        vehicles_of(YEAR, rows["vehicles"], office),
        *journeys_of(YEAR, rows, office),
        *petitions_of(YEAR, office),
    ]
    return sorted(groups, key=lambda group: group.begins)
