"""Many tasks at once: which were ticked, and what became of them: refusals counted by their reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from webapp.errors import text_of


def refusals(results: Iterable[tuple[Any, bool, Any]]) -> list[tuple[int, str]]:
    """How many were refused for which reason, in words; in the order in which the reasons came up.

    Args:
        results: what the engine says of each task: its id, whether it was done, the error where it was not.
    """
    reasons = Counter(text_of(error) for _id, done, error in results if not done)
    return [(count, why) for why, count in reasons.items()]


def is_uuid(text: str) -> bool:
    """Whether a ticked box has sent an id."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
