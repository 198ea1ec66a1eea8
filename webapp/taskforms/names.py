"""Between a request's flat names and the nested raw input of a form.

A field's name in HTML is `f.` and its path: `f.headcount`, `f.members.0.name`; the two
boxes of a date with time add `.date` and `.time`. What a browser leaves out when it is
blank (boxes, lists, files, rows) has a marker beside it, the name with `.#`; a row's
marker holds its place in the case's list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from engine.forms import REGISTRY, Field
from engine.forms.nodes import ORIGIN
from engine.forms.types.datetimes import subtype

PREFIX = "f"
MAX_ROWS = 1000


class Posted(Protocol):
    """A multi-dict, as Werkzeug makes of a request."""

    def __contains__(self, name: object) -> bool: ...
    def get(self, name: str, default: Any = None) -> Any: ...
    def getlist(self, name: str) -> list[str]: ...


def html_name(path: Sequence[str]) -> str:
    """The name of the field at `path`."""
    return ".".join((PREFIX, *path))


def marker(path: Sequence[str]) -> str:
    """The name that says the field at `path` was on the page."""
    return f"{html_name(path)}.{ORIGIN}"


def read_raw(fields: Sequence[Field], posted: Posted, prefix: tuple[str, ...] = ()) -> dict[str, Any]:
    """The raw input for `fields` in a request; fields that were not on the page are missing from it."""
    raw: dict[str, Any] = {}
    for field in fields:
        kind = REGISTRY.get(field.type)
        if kind is None:
            continue
        path = prefix + field.path
        if kind.container == "group":
            _merge(raw, field.path, read_raw(field.components, posted, path))
        elif kind.container == "rows":
            if field.path and marker(path) in posted:
                _put(raw, field.path, _rows(field, posted, path))
        elif field.path and kind.editable:
            found = _one(field, posted, path)
            if found is not None:
                _put(raw, field.path, found)
    return raw


def _rows(field: Field, posted: Posted, path: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = []
    for index in range(MAX_ROWS):
        here = (*path, str(index))
        if marker(here) not in posted:
            break
        rows.append({ORIGIN: posted.get(marker(here)), **read_raw(field.components, posted, here)})
    return rows


def _one(field: Field, posted: Posted, path: tuple[str, ...]) -> Any:
    """The raw input of one field; None when it was not on the page."""
    name, kind = html_name(path), REGISTRY[field.type]
    shown = marker(path) in posted
    if (
        field.type == "datetime"
        and subtype(field) == "datetime"
        and (f"{name}.date" in posted or f"{name}.time" in posted)
    ):
        return {"date": posted.get(f"{name}.date", ""), "time": posted.get(f"{name}.time", "")}
    if kind.multiple:
        return [text for text in posted.getlist(name) if text.strip()] if shown or name in posted else None
    if name in posted:
        return posted.get(name)
    return "" if shown else None


def _put(raw: dict[str, Any], path: Sequence[str], value: Any) -> None:
    here = raw
    for segment in path[:-1]:
        here = here.setdefault(segment, {})
    here[path[-1]] = value


def _merge(raw: dict[str, Any], path: Sequence[str], inner: Mapping[str, Any]) -> None:
    here = raw
    for segment in path:
        here = here.setdefault(segment, {})
    for key, value in inner.items():
        if isinstance(value, dict) and isinstance(here.get(key), dict):
            here[key].update(value)
        else:
            here[key] = value


def rows_at(raw: Any, path: Sequence[str]) -> list[dict[str, Any]] | None:
    """The raw rows at `path` (row numbers are segments), or None when there are none."""
    here: Any = raw
    for segment in path:
        if isinstance(here, Mapping):
            here = here.get(segment)
        elif (
            isinstance(here, list)
            and segment.isascii()
            and segment.isdigit()
            and len(segment) <= 6
            and int(segment) < len(here)
        ):
            here = here[int(segment)]
        else:
            return None
    return here if isinstance(here, list) else None
