"""A pattern's tree to a program of a few instructions."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

from engine.feel.regex import charsets
from engine.feel.regex.charsets import CharSet
from engine.feel.regex.syntax import (
    Anchor,
    BackReference,
    Char,
    Choice,
    Group,
    Parser,
    Pattern,
    PatternError,
    Repeat,
    Sequence,
)

LONGEST = 10_000
_FLAGS = set("smixq")


@dataclass(frozen=True, slots=True)
class Take:
    """Go on when the next character is in the set."""

    chars: CharSet


@dataclass(frozen=True, slots=True)
class Fork:
    """Go on at `first`, and should that fail at `second`."""

    first: int
    second: int


@dataclass(frozen=True, slots=True)
class Jump:
    """Go on at `to`."""

    to: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Remember this place: even for a group's start, odd for its end."""

    slot: int


@dataclass(frozen=True, slots=True)
class Again:
    """Go on when the text of a group stands here again."""

    group: int


@dataclass(frozen=True, slots=True)
class Edge:
    """Go on at the start (or end) of the text or line."""

    start: bool


Instruction = Take | Fork | Jump | Mark | Again | Edge | None


@dataclass
class Program:
    """Instructions; None is the end. Slots 0 and 1 are the whole match."""

    groups: int = 0
    multiline: bool = False
    ignore_case: bool = False
    instructions: list[Instruction] = field(default_factory=list)
    refers_back: bool = False

    def add(self, instruction: Instruction) -> int:
        """Append an instruction; gives its address. Raises PatternError when the program is too long."""
        if len(self.instructions) >= LONGEST:
            raise PatternError("the pattern is too large")
        self.instructions.append(instruction)
        return len(self.instructions) - 1

    def emit(self, pattern: Pattern) -> None:
        """Append what matches `pattern`."""
        if isinstance(pattern, Char):
            self.add(Take(pattern.chars))
        elif isinstance(pattern, Anchor):
            self.add(Edge(pattern.start))
        elif isinstance(pattern, BackReference):
            self.refers_back = True
            self.add(Again(pattern.group))
        elif isinstance(pattern, Sequence):
            for part in pattern.parts:
                self.emit(part)
        elif isinstance(pattern, Group):
            self._emit_group(pattern)
        elif isinstance(pattern, Choice):
            self._emit_choice(pattern)
        else:
            self._emit_repeat(pattern)

    def _emit_group(self, group: Group) -> None:
        if group.number:
            self.add(Mark(2 * group.number))
        self.emit(group.inner)
        if group.number:
            self.add(Mark(2 * group.number + 1))

    def _emit_choice(self, choice: Choice) -> None:
        jumps = []
        for option in choice.options[:-1]:
            fork = self.add(None)
            self.emit(option)
            jumps.append(self.add(None))
            self.instructions[fork] = Fork(fork + 1, len(self.instructions))
        self.emit(choice.options[-1])
        for jump in jumps:
            self.instructions[jump] = Jump(len(self.instructions))

    def _emit_repeat(self, repeat: Repeat) -> None:
        for _ in range(repeat.least):
            self.emit(repeat.inner)
        if repeat.most is None:
            fork = self.add(None)
            self.emit(repeat.inner)
            self.add(Jump(fork))
            self.instructions[fork] = self._fork(fork + 1, len(self.instructions), repeat.greedy)
            return
        forks = []
        for _ in range(repeat.most - repeat.least):
            forks.append(self.add(None))
            self.emit(repeat.inner)
        for fork in forks:
            self.instructions[fork] = self._fork(fork + 1, len(self.instructions), repeat.greedy)

    @staticmethod
    def _fork(inside: int, past: int, greedy: bool) -> Fork:
        return Fork(inside, past) if greedy else Fork(past, inside)


@functools.lru_cache(maxsize=256)
def compile_pattern(text: str, flags: str = "") -> Program:
    """The program for a pattern with flags out of `s m i x q`.

    Raises:
        PatternError: the pattern or a flag is wrong, or the program would be too large.
    """
    if set(flags) - _FLAGS:
        raise PatternError("the flags are s, m, i, x and q")
    if len(text) > LONGEST:
        raise PatternError("the pattern is too large")
    program = Program(multiline="m" in flags, ignore_case="i" in flags)
    if "q" in flags:
        chars = [charsets.single(char) for char in text]
        pattern: Pattern = Sequence(tuple(Char(charsets.any_case(one) if "i" in flags else one) for one in chars))
    else:
        parser = Parser(text, dot_all="s" in flags, ignore_case="i" in flags, free_spacing="x" in flags)
        pattern = parser.read()
        program.groups = parser.groups
    program.emit(Group(0, pattern))
    program.add(None)
    return program
