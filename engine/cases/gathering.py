"""What a parallel multiple start event gathers before it begins a case. BPMN 2.0 §10.5.2.

All that it waits for must have happened. Messages belong together by the number they
name: those of one number begin the case of that number, those without one belong to
each other. A signal, a timer or a condition says nothing about a number and serves
whichever case is complete first; until then the latest stands for those before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.model import DeliverMessage, DeliverSignal

Needed = Sequence[tuple[str, str]]
"""Kind and name of all that must happen, as `Executor.start_needs` gives it."""


@dataclass(frozen=True)
class Arrival:
    """Something that has happened at a start event."""

    id: UUID
    kind: str
    """`message`, `signal`, `timer` or `conditional`."""
    name: str
    """Of the message or signal; which of the event's timers or conditions."""
    variables: Mapping[str, Any]
    at: datetime
    business_key: str | None = None
    """The number that a message names."""


def replaced(waiting: Sequence[Arrival], arrival: Arrival) -> list[Arrival]:
    """Those that `arrival` stands for from now on: earlier ones of the same thing. Every message counts."""
    if arrival.kind == "message":
        return []
    return [earlier for earlier in waiting if (earlier.kind, earlier.name) == (arrival.kind, arrival.name)]


def complete(needed: Needed, waiting: Sequence[Arrival]) -> list[Arrival] | None:
    """One arrival for everything that is needed, the oldest there is of each; None as long as something is missing."""
    numbers = dict.fromkeys(arrival.business_key for arrival in waiting if arrival.kind == "message")
    for number in numbers or {None: None}:
        found = [
            next((arrival for arrival in waiting if _is(arrival, kind, name, number)), None)
            for kind, name in dict.fromkeys(needed)
        ]
        chosen = [arrival for arrival in found if arrival is not None]
        if len(chosen) == len(found):
            return sorted(chosen, key=lambda arrival: arrival.at)
    return None


def _is(arrival: Arrival, kind: str, name: str, number: str | None) -> bool:
    return (arrival.kind, arrival.name) == (kind, name) and (kind != "message" or arrival.business_key == number)


def brought(arrivals: Sequence[Arrival]) -> dict[str, Any]:
    """What they brought together; of two values of one name the later counts."""
    return {name: value for arrival in arrivals for name, value in arrival.variables.items()}


def events(arrivals: Sequence[Arrival]) -> tuple[DeliverMessage | DeliverSignal, ...]:
    """The messages and signals among them, as the executor is told of them."""
    kinds: dict[str, type[DeliverMessage] | type[DeliverSignal]] = {"message": DeliverMessage, "signal": DeliverSignal}
    return tuple(kinds[each.kind](each.name, each.variables) for each in arrivals if each.kind in kinds)
