"""What the lists of the administration forms offer."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from engine.model import Actor
from webapp.i18n import lang
from webapp.services import actor, engine


def administers(unit_id: str | None, who: Actor | None = None) -> bool:
    """Whether whoever asks administers this unit in their own name."""
    who = who or actor()
    return unit_id is not None and who.on_behalf_of is None and f"administrator@{unit_id}" in who.groups


def administers_city() -> bool:
    """Whether whoever asks administers the whole tree."""
    return all(administers(unit.id) for unit in engine().directory.units() if unit.parent_id is None)


def tree() -> list[tuple[int, Any]]:
    """All open units in reading order: depth and unit."""
    units = engine().directory.units()
    ids = {unit.id for unit in units}
    below: dict[str | None, list[Any]] = {}
    for unit in units:
        below.setdefault(unit.parent_id if unit.parent_id in ids else None, []).append(unit)
    ordered: list[tuple[int, Any]] = []
    stack = [(0, unit) for unit in reversed(below.get(None, []))]
    while stack:
        depth, unit = stack.pop()
        ordered.append((depth, unit))
        stack += [(depth + 1, child) for child in reversed(below.get(unit.id, []))]
    return ordered


def units(*, mine: bool = True, empty: bool = False) -> list[tuple[str, str]]:
    """Units to choose from, indented; `mine`: only those whoever asks administers."""
    rows = [(unit.id, "　" * depth + unit.label(lang())) for depth, unit in tree() if not mine or administers(unit.id)]
    return [("", _("（請選擇）")), *rows] if empty else rows


def roles() -> list[tuple[str, str]]:
    """Roles to choose from."""
    return [("", _("（請選擇）")), *((role.id, role.label(lang())) for role in engine().directory.roles())]


def positions() -> list[tuple[str, str]]:
    """Positions of the units whoever asks administers: 衛生局 科員."""
    names = {unit.id: unit.label(lang()) for _depth, unit in tree()}
    rows = [
        (str(place.id), f"{names.get(place.unit_id, place.unit_id)}　{title_of(place)}")
        for place in engine().directory.positions()
        if administers(place.unit_id)
    ]
    return [("", _("（請選擇）")), *rows]


def title_of(place: Any) -> str:
    """A position's title in the reader's language."""
    return str(place.title_en if lang() == "en" and place.title_en else place.title)


def unit_label(unit_id: str) -> str:
    """A unit's name in the reader's language."""
    return str(engine().directory.unit_label(unit_id, lang()))
