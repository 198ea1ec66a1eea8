"""The `similar_cases` connector: earlier cases that may be about the same matter (domain.md A3, step 2).

It suggests; a person decides. A case is suggested for one reason at least: the same
contact, the same place, or a text that is alike.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from engine.errors import ConnectorError, EngineError
from engine.store import Store
from engine.store import similar_queries as queries
from engine.store.grams import grams
from engine.store.similar_queries import Candidate

FAILED = "similar_cases_failed"
"""The BPMN error of a search that gave nothing: whoever waits for suggestions goes on without them."""
MAX_SUGGESTIONS = 5
_DAYS, _LIKENESS = 90, 40


@dataclass(frozen=True)
class _Matter:
    """What a case is about: variables of its own name, and what they are compared for."""

    contact: Mapping[str, str]
    texts: Mapping[str, str]
    place: Mapping[str, str]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> _Matter:
        contact, texts, place = (_context(given, name) for name in ("contact", "texts", "place"))
        return cls(_compared(contact), {key: str(value or "") for key, value in texts.items()}, _compared(place))

    def contact_of(self, other: Mapping[str, Any]) -> str | None:
        """The first variable of contact in which both agree."""
        return next((key for key, value in self.contact.items() if value and _plain(other.get(key)) == value), None)

    def likeness_to(self, other: Mapping[str, Any]) -> int:
        """Dice's coefficient of the 2-grams, in percent: of the likest text, or of all together."""
        mine = list(self.texts.values())
        theirs = [str(other.get(key) or "") for key in self.texts]
        pairs = [*zip(mine, theirs, strict=True), (" ".join(mine), " ".join(theirs))]
        return max(_dice(one, another) for one, another in pairs)

    def is_at_place_of(self, other: Mapping[str, Any]) -> bool:
        """Whether every part of the place is given, and says the same as the other's or is a part of it."""
        pairs = [(mine, _plain(other.get(key))) for key, mine in self.place.items()]
        return bool(pairs) and all(mine and theirs and (mine in theirs or theirs in mine) for mine, theirs in pairs)


class SimilarCasesConnector:
    """Finds earlier cases of the same process.

    Arguments: `case_no` (this case), `days` (how far back, 90), `likeness` (from how many percent texts
    count as alike, 40), and three contexts of this case's variables, compared with the other's variables
    of the same name: `contact` (one that agrees is enough), `texts`, `place` (all must agree).
    """

    name = "similar_cases"

    def __init__(self, store: Store) -> None:
        self._store = store

    def call(self, arguments: Mapping[str, Any], *, key: str) -> Mapping[str, Any]:
        """Look for them; nothing is changed, so calling twice is no harm.

        Returns:
            `{"cases": [{case_no, subject, status, received_on, contact, likeness, same_place}]}`, the likeliest
            first, at most five. `contact` names the variable that agrees, or is null; `likeness` is in percent.
            Confidential cases are never among them.

        Raises:
            ConnectorError: with the BPMN error `similar_cases_failed`, and final: suggestions are no reason
                to let anybody wait.
        """
        case_no = str(arguments.get("case_no") or "")
        matter = _Matter.of(arguments)
        days, least = _whole(arguments, "days", _DAYS), _whole(arguments, "likeness", _LIKENESS)
        try:
            with self._store.transaction() as tx:
                if not queries.exists(tx, case_no):
                    raise _failure("There is no case of this number.", case_no=case_no)
                found = queries.candidates(
                    tx,
                    case_no,
                    within=timedelta(days=days),
                    contact=[str(value) for value in _context(arguments, "contact").values() if value],
                    texts=[*matter.texts.values(), *matter.place.values()],
                )
        except ConnectorError:
            raise
        except EngineError as error:
            raise _failure(str(error)) from error
        judged = [(candidate, _reasons(matter, candidate)) for candidate in found]
        kept = [(one, why) for one, why in judged if why["contact"] or why["same_place"] or why["likeness"] >= least]
        kept.sort(key=lambda pair: _weight(pair[1]), reverse=True)
        return {"cases": [_suggestion(one, why) for one, why in kept[:MAX_SUGGESTIONS]]}


def _reasons(matter: _Matter, candidate: Candidate) -> dict[str, Any]:
    return {
        "contact": matter.contact_of(candidate.variables),
        "likeness": matter.likeness_to(candidate.variables),
        "same_place": matter.is_at_place_of(candidate.variables),
    }


def _weight(why: Mapping[str, Any]) -> int:
    """A known contact or place counts as much as a text that is quite the same."""
    return int(why["likeness"]) + 100 * bool(why["contact"]) + 100 * bool(why["same_place"])


def _suggestion(candidate: Candidate, why: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "case_no": candidate.case_no,
        "subject": candidate.subject,
        "status": candidate.status,
        "received_on": candidate.received_on,
        **why,
    }


def _dice(one: str, another: str) -> int:
    mine, theirs = grams(one), grams(another)
    return round(200 * len(mine & theirs) / (len(mine) + len(theirs))) if mine and theirs else 0


def _compared(values: Mapping[str, Any]) -> dict[str, str]:
    return {key: _plain(value) for key, value in values.items()}


def _context(arguments: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    given = arguments.get(name) or {}
    if not isinstance(given, Mapping):
        raise _failure("This is not a context.", argument=name)
    return given


def _whole(arguments: Mapping[str, Any], name: str, default: int) -> int:
    value = arguments.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value < 0:
        raise _failure("This is not a number.", argument=name)
    return int(value)


def _plain(value: Any) -> str:
    """A text without what people write in different ways: width, capitals, spaces, hyphens."""
    kept = unicodedata.normalize("NFKC", str(value or "")).casefold()
    return "".join(letter for letter in kept if letter.isalnum() or letter in "@.")


def _failure(message: str, **params: Any) -> ConnectorError:
    return ConnectorError(message, retryable=False, error_code=FAILED, **params)
