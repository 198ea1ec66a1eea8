"""Headers on every answer, cookies by how the site is reached, and hosts it answers to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from flask import Flask, Request, abort, current_app, g, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from webapp.settings import LOOPBACK_HOSTS, Settings

_POLICY = (
    "default-src 'self'; script-src 'self'; style-src {style}; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; frame-src 'self'; frame-ancestors 'none'; "
    "form-action 'self'"
)
_STRICT = _POLICY.format(style="'self'")
_EDITORS = _POLICY.format(style="'self' 'unsafe-inline'")
_COOKIE_BYTES = 3500
"""Of the 4096 a browser keeps; the rest is for the cookie's name and attributes."""
FILE_POLICY = "default-src 'none'; img-src 'self'; style-src 'none'; sandbox; frame-ancestors 'self'"
"""For bytes that somebody uploaded, whatever they claim to be."""


def init_security(app: Flask, settings: Settings) -> None:
    """Set hosts, proxies, cookies and headers of `app`."""
    app.config["TRUSTED_HOSTS"] = list(settings.trusted_hosts)
    if settings.proxy_count:
        count = settings.proxy_count
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]
    app.session_interface = _SessionCookie()
    app.before_request(_refuse_plain_http)
    app.after_request(_add_headers)


def allows_inline_styles(view: Callable[..., Any]) -> Callable[..., Any]:
    """For pages with dmn-js or form-js, which write style attributes. Scripts stay strict."""

    @wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        g.inline_styles = True
        return view(*args, **kwargs)

    return wrapped


def is_loopback(asked: Request) -> bool:
    """Whether the request came to this machine's own address."""
    return is_own_host(asked.host)


def is_own_host(asked: str) -> bool:
    """Whether a `Host` header, with a port or without, names this machine's own address."""
    host = asked.rpartition(":")[0] if not asked.endswith("]") and ":" in asked else asked
    return host in LOOPBACK_HOSTS


def cookie_name(base: str) -> str:
    """`__Host-base` where the browser will keep it (https), the plain name on loopback."""
    return f"__Host-{base}" if request.is_secure else base


def cookie_options() -> dict[str, Any]:
    """How every cookie of this site is set."""
    return {"secure": request.is_secure, "httponly": True, "samesite": "Lax", "path": "/"}


class _SessionCookie(SecureCookieSessionInterface):
    """Flask's signed cookie: language, CSRF seed, flashes. Who is signed in stands in the database."""

    def get_cookie_name(self, app: Flask) -> str:
        return cookie_name("siwei")

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure

    def get_cookie_domain(self, app: Flask) -> None:
        return None

    def get_cookie_samesite(self, app: Flask) -> str:
        return "Lax"

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep the cookie small enough for every browser: of messages nobody has seen, the oldest give way.

        Browsers refuse a cookie beyond 4 kB as a whole, and with it the CSRF seed. Messages pile up where forms are
        sent without a page being shown in between.
        """
        if (flashes := session.get("_flashes")) and not _is_surely_small(session):
            kept = list(flashes)
            while kept and self._size(app, {**session, "_flashes": kept}) > _COOKIE_BYTES:
                kept.pop(0)
            if len(kept) < len(flashes):
                session["_flashes"] = kept
        super().save_session(app, session, response)

    def _size(self, app: Flask, content: dict[str, Any]) -> int:
        serializer = self.get_signing_serializer(app)
        return len(serializer.dumps(content)) if serializer else 0


def _is_surely_small(content: Mapping[str, Any]) -> bool:
    """Whether signing cannot make the cookie too large, without signing it to see: it never doubles what is signed."""
    return 2 * len(json.dumps(dict(content), default=str)) + 200 <= _COOKIE_BYTES


def _refuse_plain_http() -> None:
    if request.endpoint in ("health.live", "health.ready"):  # a balancer asks the node itself; there is nothing to hide
        return
    if not request.is_secure and not is_loopback(request):
        current_app.logger.error("plain http refused: put TLS in front and set PROXY_COUNT (host %s)", request.host)
        abort(400, "https only (PROXY_COUNT)")


def _add_headers(response: Response) -> Response:
    policy = _EDITORS if g.get("inline_styles") else _STRICT
    headers = response.headers
    headers.setdefault("Content-Security-Policy", policy)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    return response
