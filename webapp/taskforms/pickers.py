"""Searching for people, units and cases while a form is filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from flask import Blueprint, Response, current_app, g, jsonify, request

from engine.forms.types.base import Kind
from webapp.rights import STAFF, Right
from webapp.taskforms.directory import DirectoryPicker

bp = Blueprint("taskforms", __name__, template_folder="templates", url_prefix="/forms")
RIGHTS: dict[str, Right] = {"taskforms.pick": STAFF}
LIMIT = 20


class Picker(Protocol):
    """What pickers ask of the directory and of the running cases."""

    def find(self, kind: Kind, text: str, scope: str | None) -> Sequence[Mapping[str, Any]]: ...

    def search(self, kind: Kind, text: str, scope: str | None, limit: int) -> Sequence[Mapping[str, Any]]: ...

    def units(self, scope: str | None) -> Sequence[Mapping[str, str]]: ...


@bp.get("/pick/<any(person, unit, case):kind>")
def pick(kind: Kind) -> Response:
    """People, units or running cases whose name or id contains `q`, as `[{id, label, text}]`; at most twenty."""
    text = request.args.get("q", "").strip()[:100]
    scope = request.args.get("scope", "")[:100] or None
    siwei = current_app.extensions["siwei"]
    picker: Picker = DirectoryPicker(siwei.directory, siwei.runtime, g.actor)
    found = picker.search(kind, text, scope, LIMIT) if text else []
    return jsonify([{**value, "text": f"{value['label']}（{value['id']}）"} for value in found])
