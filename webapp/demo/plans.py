"""What is to be played: a case, the answers people give in it, what comes from outside.

A plan is data. The player (`webapp.demo.player`) plays it through the engine's services as
people and machines would. In YAML an answer is a mapping of form values; keys that begin
with an underscore are for the player:

    _after   working time the person takes: `3h`, `2d` (a day has 7.5 hours); else a little, by chance
    _at      the very moment instead
    _by      who does it, of those who may; `a for b` when a stands in for b
    _leave   `open` (nobody takes it), `claimed` (somebody takes it and goes no further), `draft` (with a draft kept)
    _give    whoever has taken it gives it to this person, with a reason

A list of answers is used one after the other, the last again and again. `element/label`
names one of several tasks of one element.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

WORKING_DAY = timedelta(hours=7.5)
_SPAN = re.compile(r"(\d+(?:\.\d+)?)([hd])")


@dataclass(frozen=True)
class Answer:
    """What one person does with one task."""

    values: Mapping[str, Any] = field(default_factory=dict)
    after: timedelta | None = None
    """Working time from when the task is there."""
    at: datetime | None = None
    by: str | None = None
    leave: str | None = None
    give: str | None = None

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Answer:
        """An answer of a YAML file. Raises ValueError for a key of the player that is not known."""
        own = {key: value for key, value in given.items() if key.startswith("_")}
        if unknown := own.keys() - {"_after", "_at", "_by", "_leave", "_give"}:
            raise ValueError(f"unknown keys in an answer: {sorted(unknown)}")
        return cls(
            values={key: value for key, value in given.items() if key not in own},
            after=span(own["_after"]) if "_after" in own else None,
            at=own.get("_at"),
            by=own.get("_by"),
            leave=own.get("_leave"),
            give=own.get("_give"),
        )


Answers = Mapping[str, Sequence[Answer]]


@dataclass(frozen=True)
class Event:
    """Something that comes to a case from outside: a letter registered by a case of its own, a comment."""

    on: str
    """The element whose answer it follows; `start` for the beginning."""
    after: timedelta
    plan: Plan | None = None
    comment: str | None = None
    by: str | None = None


@dataclass(frozen=True)
class Plan:
    """One case, or one that another case starts by message.

    `key` names it for ever: it is stored in the case (variable `synthetic`), so that what
    is there already is not played again.
    """

    key: str
    process: str
    at: datetime | None = None
    """When it is started; None for a case that another one starts."""
    by: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    where: Mapping[str, Any] = field(default_factory=dict)
    """For a case that another one starts: which one is meant, by its variables (a unit by its id)."""
    failing: tuple[str, ...] = ()
    """Connectors that give up in this case."""
    followers: tuple[str, ...] = ()
    """People who keep an eye on it."""
    flat: bool = False
    """Every task sees the case's own variables and no others, so that nobody need ask what it sees."""
    fragile: bool = False
    """Incidents are meant to happen in it."""


@dataclass(frozen=True)
class Group:
    """Cases that belong together and are played side by side: a campaign with its applications."""

    key: str
    plans: tuple[Plan, ...]
    children: tuple[Plan, ...] = ()
    """Plans for cases that the others start."""
    known: Mapping[str, str] = field(default_factory=dict)
    """Numbers of cases of the group that were played before."""
    until: datetime | None = None
    """Where the player stops; None plays until nothing is left to do."""

    @property
    def begins(self) -> datetime:
        """When its first case starts."""
        return min(plan.at for plan in self.plans if plan.at is not None)


def read_answers(given: Mapping[str, Any] | None) -> dict[str, list[Answer]]:
    """Answers by element, as a YAML file has them."""
    found = {}
    for element, what in (given or {}).items():
        listed = what if isinstance(what, list) else [what]
        found[element] = [Answer.read(one or {}) for one in listed]
    return found


def span(text: str) -> timedelta:
    """`3h` or `2.5d` as working time."""
    match = _SPAN.fullmatch(str(text))
    if match is None:
        raise ValueError(f"not a span of working time: {text}")
    unit = WORKING_DAY if match[2] == "d" else timedelta(hours=1)
    return float(match[1]) * unit
