"""Searching for people and units while a form is filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from flask import Blueprint, Response, current_app, jsonify, request

from engine.forms.types.base import Kind
from webapp.rights import STAFF, Right
from webapp.taskforms.directory import DirectoryPicker

bp = Blueprint("taskforms", __name__, template_folder="templates", url_prefix="/forms")
RIGHTS: dict[str, Right] = {"taskforms.pick": STAFF}
LIMIT = 20


class Picker(Protocol):
    """What pickers ask of the directory."""

    def find(self, kind: Kind, text: str, scope: str | None) -> Sequence[Mapping[str, str]]: ...

    def search(self, kind: Kind, text: str, scope: str | None, limit: int) -> Sequence[Mapping[str, str]]: ...

    def units(self, scope: str | None) -> Sequence[Mapping[str, str]]: ...


@bp.get("/pick/<any(person, unit):kind>")
def pick(kind: Kind) -> Response:
    """People or units whose name or id contains `q`, as `[{id, label, text}]`; at most twenty."""
    text = request.args.get("q", "").strip()[:100]
    scope = request.args.get("scope", "")[:100] or None
    picker: Picker = DirectoryPicker(current_app.extensions["siwei"].directory)
    found = picker.search(kind, text, scope, LIMIT) if text else []
    return jsonify([{**value, "text": f"{value['label']}（{value['id']}）"} for value in found])
