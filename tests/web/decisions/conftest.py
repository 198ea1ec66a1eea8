"""A process with a chain of two tables: the share depends on the applicant, the fee on the hours and the share."""

from __future__ import annotations

from datetime import date

import pytest

from engine import SYSTEM, SourceFile
from tests.web.conftest import DATA, STARTER

FOLDER = DATA / "fees"


def fees_files() -> list[SourceFile]:
    return [SourceFile(name, (FOLDER / name).read_bytes()) for name in ("fees.bpmn", "fees.dmn")]


@pytest.fixture(scope="module")
def fees(engine):
    """The process `fees`, deployed; its version."""
    engine.repository.deploy(fees_files(), actor=SYSTEM, approver="tests")
    return engine.repository.definition("fees")


@pytest.fixture(scope="module")
def case(engine, fees):
    """A case of a school that uses the hall for six hours: it pays half."""
    variables = {"applicant_kind": "學校", "hours": 6, "use_on": date(2026, 12, 1)}
    return engine.runtime.start("fees", actor=engine.directory.actor_for(STARTER), variables=variables)
