"""Telling the person at the terminal what takes so long."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click


@contextmanager
def step(text: str) -> Iterator[None]:
    """Say what starts now, and how long it took when that was more than a moment."""
    click.echo(f"Siwei: {text} …", nl=False)
    sys.stdout.flush()
    begun = time.monotonic()
    try:
        yield
    except BaseException:
        click.echo()
        raise
    seconds = time.monotonic() - begun
    click.echo(f" {seconds:.1f} s" if seconds >= 1 else "")


class Counter:
    """A line that counts up in place on a terminal, and every tenth part elsewhere.

    Args:
        unit: one of what is shown is so many of what is counted.
    """

    def __init__(self, text: str, *, unit: int = 1) -> None:
        self._text = text
        self._unit = unit
        self._shown = -1

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` of `total` are done."""
        tenth = done * 10 // max(total, 1)
        shown = f"{done // self._unit}/{total // self._unit}"
        if sys.stdout.isatty():
            click.echo(f"\rSiwei: {self._text} {shown}", nl=done >= total)
        elif tenth != self._shown:
            click.echo(f"Siwei: {self._text} {shown}")
        self._shown = tenth
