"""A Chinese font where the system has none: added to the site's own style sheet on its way to the browser."""

from __future__ import annotations

import re
from contextlib import suppress

from playwright.sync_api import BrowserContext, Error, Route

from tests.browser.chromium import PACKAGES
from webapp.frontend.build import DIST

FOLDER = PACKAGES / "@fontsource" / "noto-sans-tc"
WEIGHTS = ("400", "700")


def serve(context: BrowserContext) -> None:
    """Let every page of the context use the packaged Noto Sans TC (the site's font list names it)."""
    faces = "\n".join((FOLDER / f"{weight}.css").read_text("utf-8") for weight in WEIGHTS)
    faces = re.sub(r"url\(\./files/", "url(/test-fonts/", faces)

    def style(route: Route) -> None:
        sheet = (DIST / _name(route)).read_text("utf-8")
        with suppress(Error):  # the page that asked may have gone on to the next
            route.fulfill(body=f"{sheet}\n{faces}", content_type="text/css; charset=utf-8")

    def font(route: Route) -> None:
        with suppress(Error):
            route.fulfill(path=FOLDER / "files" / _name(route), content_type="font/woff2")

    context.route(re.compile(r"/static/dist/app-[^/]*\.css$"), style)
    context.route("**/test-fonts/*", font)


def _name(route: Route) -> str:
    return route.request.url.rpartition("/")[2]
