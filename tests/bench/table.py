"""The table the bench prints: measured, target, ratio to the reference of the same run, growth."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

HEADINGS = ("measure", "measured", "target", "", "ratio", "growth")


@dataclass(frozen=True)
class Row:
    """One line. `ratio` is to the reference that is named in it, `growth` from small to large."""

    measure: str
    measured: str
    target: str = ""
    ratio: str = ""
    growth: str = ""
    met: bool | None = None
    """Whether the numbers of this run keep to the target; None where there is none."""

    def __post_init__(self) -> None:
        if bool(self.target) == (self.met is None):
            raise ValueError(f"{self.measure}: a target goes with whether it is met")

    @property
    def mark(self) -> str:
        """`met` or `missed`."""
        return "" if self.met is None else "met" if self.met else "missed"


def print_table(rows: Sequence[Row]) -> None:
    """Print the rows in columns, and how many targets are met; wide characters count as two."""
    lines = [HEADINGS, *((row.measure, row.measured, row.target, row.mark, row.ratio, row.growth) for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    for number, line in enumerate(lines):
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)]
        print("  ".join(cells).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))
    marks = [row.mark for row in rows if row.mark]
    if marks:
        print(f"\n{marks.count('met')} of {len(marks)} targets met")


def timed(act: Callable[[], object]) -> float:
    """How long `act` took, in milliseconds."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def p95(times: Sequence[float]) -> float:
    """The 95th percentile."""
    return quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def ms(times: Sequence[float]) -> str:
    """Median and 95th percentile in words."""
    return f"{median(times):.2f} ms (p95 {p95(times):.2f})"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
