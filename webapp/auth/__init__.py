"""Who is signed in: sign-in and out, passwords, sessions, and acting for somebody who is away."""

from __future__ import annotations

from flask import Blueprint

from webapp.auth.login import init_login
from webapp.rights import PUBLIC, STAFF

bp = Blueprint("auth", __name__, template_folder="templates")
bp.record_once(lambda state: init_login(state.app))

RIGHTS = {
    "auth.sign_in": PUBLIC,
    "auth.enter": PUBLIC,
    "auth.sign_out": PUBLIC,
    "auth.reset": PUBLIC,
    "auth.use_reset": PUBLIC,
    "auth.session_state": PUBLIC,
    "auth.keep_session": STAFF,
    "auth.password": STAFF,
    "auth.change_password": STAFF,
    "auth.sessions": STAFF,
    "auth.end_session": STAFF,
    "auth.sign_out_everywhere": STAFF,
    "auth.deputy": STAFF,
    "auth.act_for": STAFF,
    "auth.enter_leave": STAFF,
    "auth.cancel_leave": STAFF,
    "auth.set_deputies": STAFF,
}

from webapp.auth import deputies, passwords, sessions, sign_in  # noqa: E402, F401 - they register their views
