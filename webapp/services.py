"""The one way from a view to the engine."""

from __future__ import annotations

from typing import Any

from flask import current_app, g

from engine.model import Actor


def engine() -> Any:
    """The ProcessEngine this application was made with."""
    return current_app.extensions["siwei"]


def actor() -> Actor:
    """Who asks. Only for views whose right is not public."""
    assert g.actor is not None, "the rights table lets nobody in without an actor"
    return g.actor
