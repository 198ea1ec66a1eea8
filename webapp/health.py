"""The pulse: is the process alive, can it serve. For monitors and load balancers; says nothing about anybody."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from webapp.services import engine

bp = Blueprint("health", __name__)


@bp.get("/health/live")
def live() -> Response:
    """The process answers. Touches nothing else, so that a broken database does not get it restarted."""
    return _plain("ok\n")


@bp.get("/health/ready")
def ready() -> Response:
    """The process can serve: its database answers and has the schema. 503 until then."""
    try:
        engine().monitor.ensure_ready()
    except Exception:
        current_app.logger.exception("not ready")
        return _plain("not ready\n", 503)
    return _plain("ready\n")


def _plain(text: str, status: int = 200) -> Response:
    answer = Response(text, status, mimetype="text/plain")
    answer.headers["Cache-Control"] = "no-store"
    return answer
