"""Files that are stored already, as a form carries them: signed, so that nobody can name another's.

A chosen file is stored when the form arrives, whatever else is wrong with the form;
the answer carries its value in a hidden box, and the next request hands it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

_SALT = "siwei.taskforms.file"


def sign(value: Mapping[str, Any], scope: str) -> str:
    """The text that stands for a stored file in the form of `scope` (who fills it in)."""
    return _serializer(scope).dumps([value["id"], value["label"], value.get("size", 0)])


def unsign(text: str, scope: str) -> dict[str, Any] | None:
    """The file value that `sign` was given; None when the text was not made here for `scope`."""
    try:
        identifier, label, size = _serializer(scope).loads(text)
    except (BadSignature, ValueError, TypeError):
        return None
    return {"id": identifier, "label": label, "size": size}


def _serializer(scope: str) -> URLSafeSerializer:
    former = current_app.config.get("SECRET_KEY_FALLBACKS") or []
    keys = [*former, current_app.config["SECRET_KEY"]]
    return URLSafeSerializer(keys, salt=f"{_SALT}:{scope}")
