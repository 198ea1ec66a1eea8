"""What belongs to every page and to none: the way in, help, the language, the pulse."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from webapp.i18n import LANGUAGES
from webapp.rights import local_or

bp = Blueprint("shell", __name__)


@bp.get("/")
def home() -> BaseResponse:
    """The inbox is home."""
    return redirect(url_for("inbox.home"), 303)


@bp.get("/help")
def help_sheet() -> str:
    """Keyboard shortcuts and the words used on screen."""
    return render_template("shell/help.html")


@bp.post("/language")
def language() -> BaseResponse:
    """Switch the language of this session and go back to the page it was asked on."""
    wanted = request.form.get("lang", "")
    if wanted in LANGUAGES:
        session["lang"] = wanted
        session.permanent = True
    return redirect(local_or(request.form.get("back"), lambda: url_for("shell.home")), 303)


@bp.get("/health")
def health() -> Response:
    """Alive. Says nothing about anybody; used by monitors and as the yardstick of `make bench`."""
    return Response("ok\n", mimetype="text/plain")
