"""The one way from a view to the engine."""

from __future__ import annotations

import re
from typing import Any

from flask import current_app, g, request

from engine.model import Actor

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def engine() -> Any:
    """The ProcessEngine this application was made with."""
    return current_app.extensions["siwei"]


def actor() -> Actor:
    """Who asks. Only for views whose right is not public."""
    assert g.actor is not None, "the rights table lets nobody in without an actor"
    return g.actor


def posted_token() -> str | None:
    """The one-time token of the posted form (macro `form_token`): posted again, it has no second effect."""
    token = request.form.get("token", "")
    return token if _TOKEN.fullmatch(token) else None
