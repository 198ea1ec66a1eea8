"""The built scripts and styles: by their logical name to their hashed address.

`frontend/build.py` writes `static/dist/manifest.json`; without it nothing can be
served, so a start without it fails and names the command.
"""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask, url_for
from flask.typing import ResponseReturnValue

DIST = Path(__file__).parent / "static" / "dist"
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
    hashed = {f"/static/dist/{file}" for file in manifest.values()}

    def keep(response: ResponseReturnValue) -> ResponseReturnValue:
        from flask import request

        if request.path in hashed:
            response.headers["Cache-Control"] = _FOR_EVER  # type: ignore[union-attr]
        return response

    app.after_request(keep)  # type: ignore[arg-type]
