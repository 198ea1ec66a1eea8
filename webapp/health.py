"""The pulse: is the process alive, can it serve. For monitors and load balancers; says nothing about anybody."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from engine.measuring import SchemaBehind
from webapp import shared
from webapp.services import engine

bp = Blueprint("health", __name__)


@bp.get("/health/live")
def live() -> Response:
    """The process answers. Touches nothing else, so that a broken database does not get it restarted."""
    return _plain("ok\n")


@bp.get("/health/ready")
def ready() -> Response:
    """The process can serve: its database answers, has the schema of this code or a newer one, and nobody has told
    it to stop. 503 else, so that a balancer sends requests elsewhere. Says how many workers are alive: without one
    pages are served all the same, and timers and notices wait.
    """
    if shared.is_draining():
        return _plain("not ready: stopping\n", 503)
    try:
        workers = engine().measuring.ensure_ready()
    except SchemaBehind as error:
        current_app.logger.error("not ready: %s", error)
        return _plain("not ready: the schema is older than the code\n", 503)
    except Exception:
        current_app.logger.exception("not ready")
        return _plain("not ready\n", 503)
    return _plain(f"ready\nworkers {workers}\n")


def _plain(text: str, status: int = 200) -> Response:
    answer = Response(text, status, mimetype="text/plain")
    answer.headers["Cache-Control"] = "no-store"
    return answer
