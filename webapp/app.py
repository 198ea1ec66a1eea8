"""The application factory: one place where the parts of the web are put together."""

from __future__ import annotations

import uuid
from datetime import timedelta
from importlib import import_module
from typing import Any

from flask import Flask, g
from flask_wtf.csrf import CSRFProtect

from webapp import health, shell
from webapp.assets import init_assets
from webapp.dates import init_dates
from webapp.errors import init_errors
from webapp.i18n import init_i18n
from webapp.metrics import init_metrics
from webapp.navigation import init_navigation
from webapp.production import ensure_fit_before_serving
from webapp.requests import Request
from webapp.rights import init_rights
from webapp.security import init_security
from webapp.settings import Settings, SettingsError
from webapp.templating import init_templating
from webapp.tracing import init_tracing

BLUEPRINTS = ("auth", "inbox", "cases", "start", "studio", "operate", "admin", "taskforms", "totals")


def create_app(settings: Settings, engine: Any) -> Flask:
    """Make the web application.

    Args:
        settings: as read by `Settings.from_environment`.
        engine: the ProcessEngine; views find it as `current_app.extensions["siwei"]`.
            Anything that other processes must agree on (keys) comes with the settings.

    Returns:
        A Flask application that refuses every route without a right.

    Raises:
        SettingsError: no usable secret key, or production with demo accounts or debug mode.
        FrontendNotBuilt: scripts and styles are not built yet.
    """
    if len(settings.secret_key) < 32:
        raise SettingsError("SIWEI_SECRET_KEY must have at least 32 characters")
    app = Flask("webapp")
    app.request_class = Request
    ensure_fit_before_serving(settings, engine, app)
    app.config.from_mapping(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.former_secret_keys),
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=5000,
        PERMANENT_SESSION_LIFETIME=timedelta(days=365),
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form may stand open over lunch
        SIWEI=settings,
    )
    app.extensions["siwei"] = engine
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.globals.update(new_token=lambda: str(uuid.uuid4()), settings=settings)

    app.before_request(_nobody_yet)
    init_tracing(app)
    init_metrics(app)
    init_security(app, settings)
    init_assets(app)
    init_i18n(app)
    init_dates(app)
    init_errors(app)
    app.register_blueprint(shell.bp)
    app.register_blueprint(health.bp)
    parts = [import_module(f"webapp.{name}") for name in BLUEPRINTS]
    for part in parts:
        app.register_blueprint(part.bp)
    CSRFProtect(app)
    init_rights(app, [part.RIGHTS for part in parts])
    init_navigation(app)
    init_templating(app)
    return app


def _nobody_yet() -> None:
    """Until `webapp.auth` has said who asks, nobody does."""
    g.actor = None
    g.session = None
