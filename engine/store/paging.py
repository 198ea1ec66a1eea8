"""Paging by key: the next page begins after the last row's key, whatever was added meanwhile."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from engine.errors import Invalid

MAX_ROWS = 500


@dataclass(frozen=True)
class Sort:
    """An order: an SQL expression that is never null, and its type."""

    expression: str
    type: str = "text"
    along: Literal["", "task", "case"] = ""
    """Whose index has this order: that of open tasks which nobody has, or that of open cases."""


def moment(column: str, *, missing: str = "infinity") -> Sort:
    """Order by a time; rows without one come last (or first, with `-infinity`)."""
    return Sort(f"coalesce({column}, '{missing}'::timestamptz)", "timestamptz")


def words(column: str) -> Sort:
    """Order by a text."""
    return Sort(f"coalesce({column}, '')", "text")


_CASE_AFTER = "(select instance_id from user_task where id = cast(:after_id as uuid))"


@dataclass(frozen=True)
class Keyset:
    """How one page is cut out: an order, and the key to begin after."""

    sort: Sort
    id: str
    descending: bool
    after: tuple[str, str] | None
    limit: int

    @classmethod
    def of(
        cls, sorts: Mapping[str, Sort], name: str, *, id: str, descending: bool, after: str | None, limit: int
    ) -> Keyset:
        """The page asked for.

        Raises:
            Invalid: no such order, or a key that no page gave.
        """
        if name not in sorts:
            raise Invalid("The list cannot be sorted by this.", sort=name[:40])
        key = _read(after, f"{name}{'-' if descending else '+'}") if after else None
        return cls(sorts[name], id, descending, key, max(1, min(limit, MAX_ROWS)))

    @property
    def condition(self) -> str:
        """SQL: the rows after the key."""
        if self.after is None:
            return "true"
        than = "<" if self.descending else ">"
        key = f"cast(:after_key as {self.sort.type})"
        if self.sort.along == "case":
            return f"({self.sort.expression}, i.id, {self.id}) {than} ({key}, {_CASE_AFTER}, cast(:after_id as uuid))"
        return f"({self.sort.expression}, {self.id}) {than} ({key}, cast(:after_id as uuid))"

    @property
    def condition_of_case(self) -> str:
        """SQL: cases that may have rows after the key, where the order is one of cases."""
        if self.after is None:
            return "true"
        than = "<=" if self.descending else ">="
        return f"({self.sort.expression}, i.id) {than} (cast(:after_key as {self.sort.type}), {_CASE_AFTER})"

    @property
    def way(self) -> str:
        """SQL: which way round."""
        return "desc" if self.descending else "asc"

    @property
    def order(self) -> str:
        """SQL: the order. Tasks of cases that are alike stand together, so that an index of cases can give it."""
        case = f"i.id {self.way}, " if self.sort.along == "case" else ""
        return f"{self.sort.expression} {self.way}, {case}{self.id} {self.way}"

    @property
    def columns(self) -> str:
        """SQL: what a row must carry so that a page can begin after it."""
        return f"cast({self.sort.expression} as text) as page_key, {self.id} as page_id"

    @property
    def parameters(self) -> dict[str, Any]:
        """Values for `condition`, and `limit`: one row more than wanted, to know whether there are more."""
        found: dict[str, Any] = {"limit": self.limit + 1}
        if self.after is not None:
            found |= {"after_key": self.after[0], "after_id": self.after[1]}
        return found


def page_key(name: str, descending: bool, row: Mapping[str, Any]) -> str:
    """The key of a page's last row, opaque to callers."""
    content = [f"{name}{'-' if descending else '+'}", row["page_key"], str(row["page_id"])]
    return base64.urlsafe_b64encode(orjson.dumps(content)).decode().rstrip("=")


def _read(after: str, name: str) -> tuple[str, str]:
    try:
        found = orjson.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
    except (binascii.Error, orjson.JSONDecodeError, ValueError) as error:
        raise Invalid("The page is not known; start again from the first.") from error
    if not isinstance(found, list) or len(found) != 3 or found[0] != name or not all(isinstance(x, str) for x in found):
        raise Invalid("The page is not known; start again from the first.")
    return found[1], found[2]
