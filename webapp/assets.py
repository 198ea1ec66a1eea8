"""The built scripts and styles: by their logical name to their hashed address.

`frontend/build.py` writes `static/dist/manifest.json`; without it nothing can be
served, so a start without it fails and names the command.
"""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask, Response, request, url_for

DIST = Path(__file__).parent / "static" / "dist"
_HASHED = "/static/dist/"
_FOR_EVER = "public, max-age=31536000, immutable"


class FrontendNotBuilt(Exception):
    """static/dist/manifest.json is missing: run webapp/frontend/build.py."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def init_assets(app: Flask) -> None:
    """Give templates `asset(name)`; let browsers keep hashed files for ever."""
    path = DIST / "manifest.json"
    if not path.exists():
        raise FrontendNotBuilt
    manifest: dict[str, str] = json.loads(path.read_text("utf-8"))

    def asset(name: str) -> str:
        return url_for("static", filename=f"dist/{manifest[name]}")

    app.jinja_env.globals["asset"] = asset

    def keep(response: Response) -> Response:
        if request.path.startswith(_HASHED) and response.status_code in (200, 304):
            response.headers["Cache-Control"] = _FOR_EVER
        return response

    app.after_request(keep)
