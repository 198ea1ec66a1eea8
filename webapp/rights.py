"""Who may call which page. Denied by default: a page missing from the table is refused.

Every blueprint package exports `RIGHTS: dict[endpoint, Right]` with endpoints as
Flask names them (`inbox.show`). The rights here are coarse, by role; whether a
case or task is this person's to see is decided by the engine's services.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Flask, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from engine.model import Actor


@dataclass(frozen=True)
class Right:
    """What someone needs to be let in.

    Attributes:
        name: shown in the rights table.
        public: no sign-in needed.
        roles: any one of these roles, wherever held; empty means everyone who is signed in.
        heads: heads of a unit are let in too.
    """

    name: str
    public: bool = False
    roles: frozenset[str] = frozenset()
    heads: bool = False

    def allows(self, actor: Actor | None) -> bool:
        """Whether `actor` (None: not signed in) is let in."""
        if self.public:
            return True
        if actor is None:
            return False
        if not self.roles and not self.heads:
            return True
        if self.heads and any(group.startswith("head@") for group in actor.groups):
            return True
        return any(f"{role}@" in actor.groups for role in self.roles)


PUBLIC = Right("public", public=True)
STAFF = Right("staff")


def role(*names: str, heads: bool = False) -> Right:
    """A right for whoever holds one of these roles anywhere; `heads` lets unit heads in too."""
    return Right(name=" ".join(names) or "heads", roles=frozenset(names), heads=heads)


SUPERVISOR = role("administrator", heads=True)
"""Sees the open work of units; which units is the engine's decision."""

_SHELL: dict[str, Right] = {
    "static": PUBLIC,
    "shell.home": STAFF,
    "shell.help_sheet": PUBLIC,
    "shell.language": PUBLIC,
    "shell.health": PUBLIC,
    "health.live": PUBLIC,
    "health.ready": PUBLIC,
    "metrics.metrics": PUBLIC,
}


def rights_of(app: Flask) -> Mapping[str, Right]:
    """The whole table of this application."""
    return app.extensions["siwei.rights"]


def init_rights(app: Flask, tables: list[Mapping[str, Right]]) -> None:
    """Put the tables together and let every request pass by them."""
    rights = dict(_SHELL)
    for table in tables:
        doubled = rights.keys() & table.keys()
        if doubled:
            raise RuntimeError(f"rights given twice: {sorted(doubled)}")
        rights.update(table)
    app.extensions["siwei.rights"] = rights
    app.before_request(_admit)
    app.jinja_env.globals["may_open"] = may_open


def may_open(endpoint: str) -> bool:
    """Whether the page exists and whoever asks now would be let in."""
    right = rights_of(current_app).get(endpoint)
    return right is not None and endpoint in current_app.view_functions and right.allows(g.get("actor"))


def _admit() -> Response | None:
    if request.endpoint is None:  # no such page: the 404 follows by itself
        return None
    right = rights_of(current_app).get(request.endpoint)
    if right is None:
        current_app.logger.error("page without a right: %s", request.endpoint)
        abort(403)
    if right.allows(g.get("actor")):
        return None
    if g.get("actor") is not None:
        abort(403)
    return _to_sign_in()


def _to_sign_in() -> Response:
    """Ask who it is; afterwards the page that was asked for (for a form: the page it stood on) comes back."""
    from webapp.auth.sign_in import ask_again  # the pages of signing in have rights themselves

    if (page := ask_again()) is not None:
        return page
    wanted = request.full_path.rstrip("?") if request.method in {"GET", "HEAD"} else request.form.get("back", "")
    target = url_for("auth.sign_in", next=wanted if is_local(wanted) else None)
    if request.headers.get("HX-Request"):
        answer = current_app.make_response(("", 204))
        answer.headers["HX-Redirect"] = target
        return answer
    return redirect(target, 303)


def is_local(target: str | None) -> bool:
    """Whether `target` is a path of this site and nothing else."""
    return bool(target) and target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()


def local_or(target: str | None, otherwise: Callable[[], str]) -> str:
    """`target` if it is a path of this site, else what `otherwise` gives."""
    return target if target and is_local(target) else otherwise()
