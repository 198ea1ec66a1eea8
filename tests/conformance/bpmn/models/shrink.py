"""Makes a disagreement small: fewer and smaller numbers, as long as engine and reference still disagree."""

from __future__ import annotations

from collections.abc import Callable, Iterator

Numbers = list[int]


def shrunk(numbers: Numbers, fails: Callable[[Numbers], Numbers | None], tries: int = 400) -> Numbers:
    """The smallest numbers found with which it still fails.

    Args:
        fails: what it took of the numbers when it fails with them, else None.
        tries: so many attempts at most.
    """
    best = numbers
    better = True
    while better and tries > 0:
        better = False
        for candidate in _simpler(best):
            tries -= 1
            taken = fails(candidate)
            if taken is not None and (len(taken), sum(taken)) < (len(best), sum(best)):
                best, better = taken, True
                break
            if tries <= 0:
                break
    return best


def _simpler(numbers: Numbers) -> Iterator[Numbers]:
    size = len(numbers) // 2
    while size:
        for begin in range(0, len(numbers) - size + 1, size):
            yield numbers[:begin] + numbers[begin + size :]
        size //= 2
    for index, number in enumerate(numbers):
        if number:
            yield [*numbers[:index], 0, *numbers[index + 1 :]]
            if number > 1:
                yield [*numbers[:index], number - 1, *numbers[index + 1 :]]
