"""From the cookie to the person: our sessions stand in the database, Flask-Login carries the user object."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Request, current_app, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import LoginManager, current_user
from werkzeug.wrappers import Response

from engine.accounts.service import Session, SessionEnded
from engine.model import Actor
from webapp.security import cookie_name, cookie_options
from webapp.services import engine

COOKIE = "siwei-session"
_WITHOUT_SESSION = frozenset({"static", "shell.health"})
_BEFORE_FIRST_CHANGE = frozenset(
    {"auth.password", "auth.change_password", "auth.sign_out", "auth.session_state", "auth.keep_session"}
    | {"shell.language", "shell.help_sheet", *_WITHOUT_SESSION}
)


@dataclass(frozen=True)
class SignedIn:
    """Flask-Login's user: a session and who acts in it."""

    session: Session
    actor: Actor
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """The person's id."""
        return self.session.person_id


def init_login(app: Flask) -> None:
    """Let each request know who asks, before the rights table is looked at."""
    manager = LoginManager()
    manager.session_protection = None  # the browser's cookie names a row; nothing of it lies in the signed cookie
    manager.init_app(app, add_context_processor=False)  # it would ask who that is again, to say that nobody can
    manager.request_loader(_load)
    app.before_request(_who_asks)


def _load(asked: Request) -> SignedIn | None:
    token = asked.cookies.get(cookie_name(COOKIE))
    if not token:
        return None
    try:
        return SignedIn(*engine().accounts.signed_in(token, active=asked.headers.get("X-Background") != "1"))
    except SessionEnded as ended:
        g.session_ended = ended.reason
    return None


def _who_asks() -> Response | None:
    if request.endpoint in _WITHOUT_SESSION or g.get("actor") is not None:
        return None
    if not current_user.is_authenticated:
        return None
    g.session, g.actor = current_user.session, current_user.actor
    if g.session.must_change and request.endpoint not in _BEFORE_FIRST_CHANGE:
        flash(_("請先設定您自己的密碼。"), "info")
        return redirect(url_for("auth.password"), 303)
    return None


def set_cookie(answer: Response, session: Session) -> Response:
    """Let the browser hold the session's token until it is closed."""
    answer.set_cookie(cookie_name(COOKIE), session.token, **cookie_options())
    return answer


def drop_cookie(answer: Response) -> Response:
    """Let the browser forget the token."""
    options = cookie_options()
    answer.delete_cookie(cookie_name(COOKIE), path=options["path"], secure=options["secure"], httponly=True)
    return answer


def token() -> str:
    """The token of the asking browser; empty without one."""
    return request.cookies.get(cookie_name(COOKIE), "")


def own_actor() -> Actor:
    """The person who asks as themselves, whomever they stand in for at the moment."""
    actor = g.actor
    if actor.on_behalf_of is None:
        return actor  # type: ignore[no-any-return]
    return engine().directory.actor_for(actor.person_id)  # type: ignore[no-any-return]


def address() -> str:
    """Where the request comes from (the proxy's word, as often as one is set)."""
    return request.remote_addr or ""


def agent() -> str:
    """What the browser calls itself."""
    return request.headers.get("User-Agent", "")


def is_demo() -> bool:
    """Whether demo accounts may be named."""
    return bool(current_app.config["SIWEI"].is_demo)
