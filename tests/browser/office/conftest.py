"""One site a worker whose time the tests move, and an office of people who work on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import Page

from engine import SetClock
from engine.calendar.working_days import TAIPEI
from tests.browser.office.people import Office
from tests.browser.site import Site, running
from tests.conftest import APPLICATION

MORNING = datetime(2026, 11, 23, 9, 0, tzinfo=TAIPEI)


@pytest.fixture(scope="session")
def site(database_server: Any, make_database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site under a set clock: it stands still until a test moves it, always forward, as the tests share it."""
    url = database_server.url(make_database(), APPLICATION)
    with running(url, tmp_path_factory.mktemp("office"), SetClock(MORNING)) as site:
        yield site


@pytest.fixture(params=[True, False], ids=["script", "no-script"])
def both(request: pytest.FixtureRequest, site: Site, open_page: Callable[..., Page]) -> Office:
    """An office whose browsers run scripts, and the same where they do not."""
    return Office(site, open_page, script=request.param)


@pytest.fixture
def office(site: Site, open_page: Callable[..., Page]) -> Office:
    """An office whose browsers run scripts."""
    return Office(site, open_page)
