"""The functions that FEEL texts shown on pages (letters, forms) have besides FEEL's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import g

from engine import diagram_functions as build
from engine.model import StepContext
from webapp.services import engine


def functions() -> Mapping[str, Callable[..., Any]]:
    """`today()`, `working_days_after()`, `roc_date()` … as they are now; the same for a whole request."""
    if "feel_functions" not in g:
        g.feel_functions = build(StepContext(now=engine().clock.now(), calendar=engine().calendars.calendar()))
    return g.feel_functions
