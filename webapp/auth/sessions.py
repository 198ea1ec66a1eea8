"""One's own sessions: where one is signed in, ending them, and how long this one lasts."""

from __future__ import annotations

from uuid import UUID

from flask import Response as FlaskResponse
from flask import flash, g, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from webapp.auth import bp
from webapp.auth.browsers import browser_words
from webapp.auth.login import drop_cookie, own_actor
from webapp.services import engine


@bp.get("/account/sessions")
def sessions() -> str:
    """Where one is signed in, and the last attempts."""
    me = own_actor()
    accounts = engine().accounts
    return render_template(
        "auth/sessions.html",
        sessions=accounts.sessions(me.person_id, actor=me),
        attempts=accounts.sign_ins(person_id=me.person_id, actor=me, limit=15),
        here=g.session.id if g.session else None,
        browser_words=browser_words,
    )


@bp.post("/account/sessions/<uuid:session_id>/end")
def end_session(session_id: UUID) -> Response:
    """End one of one's sessions."""
    engine().accounts.end_session(session_id, actor=own_actor())
    flash(_("這個登入已結束。"), "success")
    if g.session and session_id == g.session.id:
        return drop_cookie(redirect(url_for("auth.sign_in"), 303))
    return redirect(url_for("auth.sessions"), 303)


@bp.post("/account/sessions/end-others")
def sign_out_everywhere() -> Response:
    """End all of one's sessions but this one."""
    me = own_actor()
    ended = engine().accounts.sign_out_everywhere(me.person_id, actor=me, but=g.session.id if g.session else None)
    flash(ngettext("其他%(num)d個登入已結束。", "其他%(num)d個登入已結束。", ended), "success")
    return redirect(url_for("auth.sessions"), 303)


@bp.get("/session")
def session_state() -> FlaskResponse:
    """Seconds until the warning and until the session ends; asked in the background, so it keeps nothing alive."""
    if g.session is None:
        return jsonify(signed_in=False)
    now = engine().clock.now()
    return jsonify(
        signed_in=True,
        warning_in=max(int((g.session.idle_warning_at - now).total_seconds()), 0),
        ends_in=max(int((g.session.idle_at - now).total_seconds()), 0),
    )


@bp.post("/session/keep")
def keep_session() -> FlaskResponse:
    """Somebody who was warned goes on: the request itself is the act."""
    return FlaskResponse(status=204)
