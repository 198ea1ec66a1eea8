"""One browser and one site a worker; a fresh context, watched for errors, a test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser import chromium, fonts
from tests.browser.site import Site, running
from tests.browser.watch import Watch
from tests.conftest import APPLICATION
from webapp.frontend.build import node_home

WIDE, NARROW = (1366, 900), (390, 844)
PATIENCE = 30_000
"""Milliseconds until something is taken to never come; a machine that does much else besides is slow."""
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def site(database_server: Any, make_database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The running site of this worker."""
    with running(database_server.url(make_database(), APPLICATION), tmp_path_factory.mktemp("home")) as site:
        yield site


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    """The browser of this worker."""
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node_home() / "bin" / "node"))  # its own needs more libraries
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium.find().launch_options())
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def chinese_font_missing() -> bool:
    """Whether pages must be given a Chinese font."""
    return not chromium.has_chinese_font()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """What the pages of a test complained of; at its end there must be nothing."""
    watch = Watch()
    yield watch
    watch.check()


@pytest.fixture
def open_page(site: Site, chrome: Browser, watch: Watch, chinese_font_missing: bool) -> Iterator[Callable[..., Page]]:
    """A function that opens a page for a person (None: nobody has signed in)."""
    contexts = []

    def open_page(
        person: str | None = None,
        path: str | None = None,
        *,
        lang: str = "zh",
        size: tuple[int, int] = WIDE,
        **more: Any,
    ) -> Page:
        context = new_context(chrome, site, lang=lang, size=size, font_missing=chinese_font_missing, **more)
        contexts.append(context)
        if person:
            context.add_cookies([site.cookie(person)])
        page = context.new_page()
        watch.follow(page)
        if path:
            page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def new_context(
    chrome: Browser, site: Site, *, lang: str, size: tuple[int, int], font_missing: bool, **more: Any
) -> BrowserContext:
    """A browser of its own, without anybody's cookies."""
    context = chrome.new_context(
        base_url=site.url,
        locale="en-US" if lang == "en" else "zh-TW",
        viewport={"width": size[0], "height": size[1]},
        reduced_motion="reduce",
        **more,
    )
    context.set_default_timeout(PATIENCE)
    if font_missing:
        fonts.serve(context)
    return context
