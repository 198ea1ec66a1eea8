"""The demonstration, loaded once for the tests of this folder."""

from __future__ import annotations

import pytest

from engine import SYSTEM, NoJobs
from webapp import Settings
from webapp.assemble import assemble
from webapp.demo.cases import load_cases
from webapp.demo.organisation import load_organisation
from webapp.process_files import deploy_folders, process_folders

PASSWORD = "shared-demo-password-115"


@pytest.fixture(scope="module")
def database_name(make_database) -> str:
    """A fresh database with nobody in it for this test module."""
    return make_database()


@pytest.fixture(scope="module")
def demo_settings(database_url, tmp_path_factory) -> Settings:
    """Settings of a demonstration over this module's own database."""
    return Settings(
        mode="demo",
        home=tmp_path_factory.mktemp("demo"),
        database_url=database_url,
        secret_key="s" * 40,
        history_key="h" * 40,
    )


@pytest.fixture(scope="module")
def prepared(demo_settings):
    """An engine over a city hall with its processes and without a case."""
    engine = assemble(demo_settings, queue=NoJobs())
    engine.calendars.load_shipped()
    load_organisation(engine, password=PASSWORD)
    deploy_folders(engine, process_folders(), actor=SYSTEM, force_now=True)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def loaded(prepared, demo_settings):
    """The same with every case of the demonstration; `told` is what the progress callback heard."""
    told: list[tuple[int, int]] = []
    load_cases(demo_settings, progress=lambda done, total: told.append((done, total)))
    prepared.told = told
    return prepared
