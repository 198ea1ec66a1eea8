"""Every page, in both languages, wide and at 390 pixels, light and dark: axe-core finds nothing, nothing is refused by
the content security policy, and nothing scrolls sideways."""

from __future__ import annotations

import pytest

from tests.browser import axe, world
from tests.browser.conftest import NARROW, WIDE, new_context
from tests.browser.pages import PAGES, pages_of
from tests.browser.watch import Watch

LOOKS = (("zh", WIDE, NARROW), ("en", NARROW, WIDE))
"""Language, the width that a page is opened in, and the one that it is brought to afterwards."""
CANVASES = ("#studio-canvas", "#studio-properties", ".diagram-canvas")
"""What the three editors and the viewer draw themselves."""


@pytest.fixture(scope="module")
def filled(site):
    """The site with one of everything."""
    site.engine.connector_hosts.add(
        "pages", base_url="https://api.example.gov.tw/", headers={}, actor=site.actor("aia.it.admin")
    )
    return world.build(site)


@pytest.fixture(scope="module")
def gallery(site, chrome, chinese_font_missing):
    """A function that gives a person's page in a language, and whoever watches it; scripts are fetched once a page."""
    pages = {}

    def gallery(person, lang, size):
        if (person, lang) not in pages:
            context = new_context(chrome, site, lang=lang, size=size, font_missing=chinese_font_missing)
            if person:
                context.add_cookies([site.cookie(person)])
            watch, page = Watch(), context.new_page()
            watch.follow(page)
            pages[person, lang] = page, watch
        return pages[person, lang]

    yield gallery
    for page, _watch in pages.values():
        page.context.close()


def test_no_page_is_forgotten(site):
    assert pages_of(site.app) == PAGES.keys()


@pytest.mark.parametrize("endpoint", sorted(PAGES))
def test_a_page_is_accessible_fits_and_keeps_the_policy(filled, gallery, endpoint):
    person, addresses = PAGES[endpoint]
    found = []
    for lang, size, other_size in LOOKS:
        page, watch = gallery(person, lang, size)
        for path in addresses(filled):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.emulate_media(color_scheme="light")
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            assert (person is None) == ("bar-person" not in page.content()), f"{path}: not as {person}"
            _settled(page)
            found += [f"{path} {lang} {text}" for text in axe.findings(page, exclude=CANVASES) + _too_wide(page)]
            page.emulate_media(color_scheme="dark")
            dark = axe.findings(page, exclude=CANVASES, colours_only=True)
            page.set_viewport_size({"width": other_size[0], "height": other_size[1]})
            found += [f"{path} {lang} dark {text}" for text in dark + _too_wide(page)]
        watch.check()
    assert not found, "\n".join(found)


def _too_wide(page) -> list[str]:
    more, width = axe.sideways_scroll(page), page.viewport_size["width"]
    return [f"{width}: {more} pixels wider than the screen"] if more > 0 else []


def _settled(page) -> None:
    """Wait for what the page brings by itself: an editor, a live diagram."""
    if page.locator("#studio").count():
        page.wait_for_function("document.getElementById('studio').modeler || document.getElementById('studio').editor")
        page.wait_for_selector("#findings-count:not(:empty), #findings-list .muted")
    elif page.locator("[data-diagram]").count():
        page.wait_for_selector("[data-diagram].is-live")
    elif page.locator("#compare").count():
        page.wait_for_selector("#compare[data-ready]")
