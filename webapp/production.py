"""What must not be there when real cases are handled: demo accounts, debug mode."""

from __future__ import annotations

from typing import Any

from flask import Flask

from webapp.settings import Settings, SettingsError


def ensure_fit(settings: Settings, engine: Any, app: Flask | None = None) -> None:
    """Refuse to start in production with what only a demonstration may have.

    Keys are looked at when the settings are read (`Settings.checked`).

    Raises:
        SettingsError: the database holds demo accounts, or debug mode is on.
    """
    if settings.mode != "production":
        return
    if app is not None and app.debug:
        raise SettingsError("FLASK_DEBUG must not be set in production: debug mode shows the inside to everybody")
    if engine.accounts.has_demo_accounts():
        raise SettingsError(
            "SIWEI_MODE=production: the database holds demo accounts, whose password is public; "
            "start with a database of its own (DATABASE_URL or SIWEI_HOME)"
        )
