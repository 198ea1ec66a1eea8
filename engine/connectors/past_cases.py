"""The `past_cases` connector: earlier cases of the same process that agree with this one.

A rule such as "no trip to the same country on the same topic within three years"
(domain.md A4, table A4-D3) is then a look-up and not a box that somebody ticks.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine import codec
from engine.errors import ConnectorError
from engine.store import Store
from engine.store.past_queries import PastCase, past_cases

MAX_CASES = 20
_YEARS = 3


class PastCasesConnector:
    """Finds earlier cases that agree in the variables named.

    Arguments: `case_no` (this case), `years` (how far back, 3), `agree` (a context: path of a variable, such as
    `destination.country`, to a value or a list of values, one of which the other case has there; all paths must
    agree), `present` and `absent` (names of variables that the other case has, or has not), `show` (names of
    variables that are given back beside each case).
    """

    name = "past_cases"

    def __init__(self, store: Store) -> None:
        self._store = store

    def call(self, arguments: Mapping[str, Any], *, key: str) -> Mapping[str, Any]:
        """Look for them; nothing is changed, so calling twice is no harm.

        Returns:
            `{"cases": [{case_no, subject, status, started_on, …shown}]}`, the newest first, at most twenty.
            Confidential and cancelled cases are never among them.

        Raises:
            ConnectorError: an argument is not what it should be (final).
        """
        agree = arguments.get("agree")
        if not isinstance(agree, Mapping) or not agree:
            raise ConnectorError("This is not a context.", argument="agree", retryable=False)
        wanted = {path: _all(value) for path, value in agree.items()}
        present, absent, show = (_names(arguments, name) for name in ("present", "absent", "show"))
        with self._store.transaction() as tx:
            found = past_cases(tx, str(arguments.get("case_no") or ""), years=_years(arguments))
        cases = []
        for case in found:
            values = codec.decode(case.variables)
            if _agrees(values, wanted) and _has(values, present) and not any(_has(values, [name]) for name in absent):
                cases.append(_shown(case, values, show))
        return {"cases": cases[:MAX_CASES]}


def _agrees(values: Mapping[str, Any], wanted: Mapping[str, list[Any]]) -> bool:
    return all(any(value in _at(values, path.split(".")) for value in ours) for path, ours in wanted.items())


def _at(value: Any, path: list[str]) -> list[Any]:
    """Every value at a path; a list on the way stands for each of its items."""
    if isinstance(value, list):
        return [found for item in value for found in _at(item, path)]
    if not path:
        return [] if value is None else [value]
    return _at(value.get(path[0]), path[1:]) if isinstance(value, Mapping) else []


def _all(value: Any) -> list[Any]:
    return [item for item in (value if isinstance(value, list) else [value]) if item is not None]


def _has(values: Mapping[str, Any], names: list[str]) -> bool:
    return all(values.get(name) not in (None, "", False, []) for name in names)


def _shown(case: PastCase, values: Mapping[str, Any], show: list[str]) -> dict[str, Any]:
    own = {"case_no": case.case_no, "subject": case.subject, "status": case.status, "started_on": case.started_on}
    return {**{name: values.get(name) for name in show}, **own}


def _names(arguments: Mapping[str, Any], name: str) -> list[str]:
    value = arguments.get(name) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConnectorError("This is not a list of names.", argument=name, retryable=False)
    return list(value)


def _years(arguments: Mapping[str, Any]) -> int:
    value = arguments.get("years", _YEARS)
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 < value <= 100 or value % 1:
        raise ConnectorError("This is not a number of years.", argument="years", retryable=False)
    return int(value)
