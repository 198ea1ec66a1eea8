"""What must not be there when real cases are handled: demo accounts, debug mode."""

from __future__ import annotations

from typing import Any

from flask import Flask, request

from engine.errors import StoreUnavailable
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


def ensure_fit_before_serving(settings: Settings, engine: Any, app: Flask) -> None:
    """`ensure_fit` for the web, whose database may come up later than it.

    While the database cannot be asked, every page answers 503; what the first answer says is as good
    as at the start: with demo accounts production serves nothing.

    Raises:
        SettingsError: as `ensure_fit`, where the database can be asked now.
    """
    try:
        ensure_fit(settings, engine, app)
    except StoreUnavailable:
        app.logger.warning("the database cannot be reached; pages answer 503 until it is")
        app.extensions["siwei-unfit"] = True

    @app.before_request
    def look_again() -> None:
        if not app.extensions.get("siwei-unfit") or request.endpoint == "health.live":
            return
        try:
            ensure_fit(settings, engine, app)
        except SettingsError as error:
            app.logger.critical("%s", error)
            raise StoreUnavailable("This site is not fit for production; its log says why.") from None
        app.extensions["siwei-unfit"] = False
