"""Timers of the reference: when `PT3H`, `R2/PT3H`, a date or FEEL of these fires (BPMN 2.0 §10.5.5, ISO 8601)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

CYCLE = re.compile(r"R(\d*)/(?:([^/]+)/)?PT(\d+)H")
SPAN = re.compile(r"PT(\d+)H")
FEEL = re.compile(r'=(?:duration|date and time)\("([^"]+)"\)')


@dataclass
class Clock:
    """A timer that runs. `left`: how many turns it has after the next one, None: without end."""

    due: datetime
    every: timedelta | None = None
    left: int | None = 0

    def turn(self, now: datetime) -> bool:
        """It fires: whether it will again. Missed turns follow each other; without end, the last one stands for all."""
        if self.every is None or self.left == 0:
            return False
        self.due += self.every
        if self.left is not None:
            self.left -= 1
            return True
        while self.due <= now:
            self.due += self.every
        return True


def clock(text: str, now: datetime) -> Clock:
    """The timer of a text, begun now."""
    feel = FEEL.fullmatch(text)
    text = feel[1] if feel else text
    cycle, span = CYCLE.fullmatch(text), SPAN.fullmatch(text)
    if cycle:
        every = timedelta(hours=int(cycle[3]))
        first = datetime.fromisoformat(cycle[2]) if cycle[2] else now + every
        return Clock(first, every, int(cycle[1]) - 1 if cycle[1] else None)
    return Clock(now + timedelta(hours=int(span[1])) if span else datetime.fromisoformat(text))
