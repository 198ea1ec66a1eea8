"""Running a program over a text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.feel.regex.program import Again, Edge, Fork, Jump, Mark, Program, Take
from engine.feel.running import Run

_PAID_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Match:
    """Where a pattern was found."""

    text: str
    start: int
    end: int
    marks: tuple[int, ...]

    def group(self, number: int) -> str:
        """The text of a group; empty when it took no part. 0 is the whole match."""
        if number == 0:
            return self.text[self.start : self.end]
        start, end = self.marks[2 * number], self.marks[2 * number + 1]
        return self.text[start:end] if start >= 0 and end >= 0 else ""


def search(run: Run, program: Program, text: str, start: int = 0) -> Match | None:
    """The first match at or after `start`; FeelLimit when the run's budget is spent."""
    tried: set[object] = set()
    for at in range(start, len(text) + 1):
        # What failed from one starting place fails from every other: the set is shared.
        found = _match_at(run, program, text, at, tried)
        if found is not None:
            return found
    return None


def find_all(run: Run, program: Program, text: str) -> Iterator[Match]:
    """All matches one after another; an empty one moves on by a character."""
    at = 0
    while at <= len(text):
        found = search(run, program, text, at)
        if found is None:
            return
        yield found
        at = found.end if found.end > found.start else found.end + 1


def _match_at(run: Run, program: Program, text: str, at: int, tried: set[object]) -> Match | None:
    waiting = [(0, at, (-1,) * (2 * program.groups + 2))]
    steps = 0
    while waiting:
        address, place, marks = waiting.pop()
        while True:
            steps += 1
            if steps % _PAID_AT_ONCE == 0:
                run.spend(_PAID_AT_ONCE)
            state: object = (address, place, marks) if program.refers_back else (address, place)
            if state in tried:
                break
            tried.add(state)
            instruction = program.instructions[address]
            if instruction is None:
                run.spend(steps % _PAID_AT_ONCE)
                return Match(text, at, place, marks)
            if isinstance(instruction, Fork):
                waiting.append((instruction.second, place, marks))
                address = instruction.first
            elif isinstance(instruction, Jump):
                address = instruction.to
            elif isinstance(instruction, Mark):
                marks = (*marks[: instruction.slot], place, *marks[instruction.slot + 1 :])
                address += 1
            else:
                length = _taken(program, instruction, text, place, marks)
                if length < 0:
                    break
                place += length
                address += 1
    run.spend(steps % _PAID_AT_ONCE)
    return None


def _taken(program: Program, instruction: Take | Again | Edge, text: str, place: int, marks: tuple[int, ...]) -> int:
    """How many characters the instruction takes at `place`; -1 when it does not fit there."""
    if isinstance(instruction, Take):
        return 1 if place < len(text) and instruction.chars(text[place]) else -1
    if isinstance(instruction, Edge):
        return 0 if _at_edge(program, text, place, instruction.start) else -1
    start, end = marks[2 * instruction.group], marks[2 * instruction.group + 1]
    again = text[start:end] if end >= 0 else ""
    here = text[place : place + len(again)]
    same = here == again or (program.ignore_case and here.casefold() == again.casefold())
    return len(again) if same else -1


def _at_edge(program: Program, text: str, place: int, start: bool) -> bool:
    if place == (0 if start else len(text)):
        return True
    if not program.multiline:
        return False
    return text[place - 1] == "\n" if start else text[place] == "\n"
