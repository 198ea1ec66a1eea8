"""A Chinese font where the system has none: added to the site's own style sheet on its way to the browser."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, Route

from tests.browser.chromium import PACKAGES

FOLDER = PACKAGES / "@fontsource" / "noto-sans-tc"
WEIGHTS = ("400", "700")


def serve(context: BrowserContext) -> None:
    """Let every page of the context use the packaged Noto Sans TC (the site's font list names it)."""
    faces = "\n".join((FOLDER / f"{weight}.css").read_text("utf-8") for weight in WEIGHTS)
    faces = re.sub(r"url\(\./files/", "url(/test-fonts/", faces)

    def style(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=f"{answer.text()}\n{faces}")

    def font(route: Route) -> None:
        route.fulfill(path=FOLDER / "files" / route.request.url.rpartition("/")[2], content_type="font/woff2")

    context.route(re.compile(r"/static/dist/app-[^/]*\.css$"), style)
    context.route("**/test-fonts/*", font)
