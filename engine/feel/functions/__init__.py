"""The built-in functions of DMN 1.5 section 10.3.4, one file a category."""

from __future__ import annotations

from engine.feel.functions import contexts, conversion, lists, numeric, patterns, ranges, statistics, temporal, texts
from engine.feel.functions.registry import BUILTINS

__all__ = [
    "contexts",
    "conversion",
    "lists",
    "numeric",
    "patterns",
    "ranges",
    "standard",
    "statistics",
    "temporal",
    "texts",
]


def standard() -> frozenset[str]:
    """The names of the built-in functions."""
    return frozenset(BUILTINS)
