"""Fields side by side: form-js's rows of a sixteen-column grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

GRID = 16


@dataclass
class Line:
    """Fields on one line, each with how many of sixteen columns it takes."""

    cells: list[tuple[int, Any]]


def lines(views: Sequence[Any]) -> list[Line]:
    """Neighbours with the same layout row share a line; columns nobody claimed are shared evenly.

    Fields that claim columns but no row flow: they share a line while they fit.
    """
    grouped: list[list[Any]] = []
    for view in views:
        last = grouped[-1] if grouped else None
        if last and (_same_row(last, view) or _fits(last, view)):
            last.append(view)
        else:
            grouped.append([view])
    return [Line(_widths(group)) for group in grouped]


def _same_row(group: Sequence[Any], view: Any) -> bool:
    return view.line is not None and group[0].line == view.line


def _fits(group: Sequence[Any], view: Any) -> bool:
    together = (*group, view)
    flowing = all(member.line is None and member.columns for member in together)
    return flowing and sum(member.columns for member in together) <= GRID


def _widths(group: Sequence[Any]) -> list[tuple[int, Any]]:
    claimed = [max(1, min(view.columns, GRID)) if view.columns else 0 for view in group]
    open_count = claimed.count(0)
    share = max((GRID - sum(claimed)) // open_count, 2) if open_count else 0
    return [(width or min(share, GRID), view) for width, view in zip(claimed, group, strict=True)]
