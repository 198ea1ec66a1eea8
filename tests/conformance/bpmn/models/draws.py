"""Random decisions as a list of numbers: drawn once, played again, made fewer and smaller."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")
LARGE = 10_000


class Draws:
    """Gives the numbers it was made with, then new ones from `more`, or 0 for ever. `taken` is what it gave."""

    def __init__(self, numbers: Sequence[int] = (), more: Random | None = None) -> None:
        self._numbers = list(numbers)
        self._more = more
        self.taken: list[int] = []

    def below(self, count: int) -> int:
        """A number from 0; 0 is the simplest."""
        if self._numbers:
            number = self._numbers.pop(0) % count
        else:
            number = self._more.randrange(LARGE) % count if self._more is not None else 0
        self.taken.append(number)
        return number

    def one(self, options: Sequence[T]) -> T:
        """One of these; the first is the simplest."""
        return options[self.below(len(options))]

    def sometimes(self, often: int = 2) -> bool:
        """True once in so many times."""
        return self.below(often) == often - 1
