"""Graphs as lists of what comes after what: their parts that go round, without recursion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def components(after: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """The strongly connected parts, each before those that it leads to (Kosaraju).

    `after` names every node; what leads out of it is left aside.
    """
    order = _finished(after)
    back: dict[str, list[str]] = {name: [] for name in after}
    for name, following in after.items():
        for other in following:
            if other in back:
                back[other].append(name)
    found: list[list[str]] = []
    taken: set[str] = set()
    for name in reversed(order):
        if name in taken:
            continue
        taken.add(name)
        part, ahead = [], [name]
        while ahead:
            here = ahead.pop()
            part.append(here)
            for other in back[here]:
                if other not in taken:
                    taken.add(other)
                    ahead.append(other)
        found.append(part)
    return found


def goes_round(part: list[str], after: Mapping[str, Iterable[str]]) -> bool:
    """Whether a part leads back to itself."""
    return len(part) > 1 or part[0] in after[part[0]]


def _finished(after: Mapping[str, Iterable[str]]) -> list[str]:
    """The nodes in the order in which a depth-first walk leaves them."""
    order: list[str] = []
    seen: set[str] = set()
    for root in after:
        if root in seen:
            continue
        seen.add(root)
        stack = [(root, iter(after[root]))]
        while stack:
            name, rest = stack[-1]
            following = next((other for other in rest if other in after and other not in seen), None)
            if following is None:
                order.append(name)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(after[following])))
    return order
