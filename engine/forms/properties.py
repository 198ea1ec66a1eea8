"""Our own settings on a component: `properties`, all of them texts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


def texts(given: Any) -> Mapping[str, str]:
    """`properties` with every value as text (the editor writes texts; people write `true`, numbers and objects)."""
    if not isinstance(given, Mapping):
        return MappingProxyType({})
    found = {}
    for key, value in given.items():
        if value is None:
            continue
        found[str(key)] = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return MappingProxyType(found)


def option_labels(text: str, tokens: tuple[str, ...]) -> dict[str, str]:
    """English labels by option: a JSON object value → label, or labels in order separated by `;`.

    Raises:
        ValueError: neither, or a label for an option that is not there.
    """
    stripped = text.strip()
    if not stripped:
        return {}
    if stripped.startswith("{"):
        try:
            given = json.loads(stripped)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error
        labels = {str(key): str(value) for key, value in given.items()}
    else:
        parts = [part.strip() for part in stripped.split(";")]
        if len(parts) != len(tokens):
            raise ValueError(f"{len(parts)} labels for {len(tokens)} options")
        labels = dict(zip(tokens, parts, strict=True))
    unknown = [key for key in labels if key not in tokens]
    if unknown and tokens:
        raise ValueError(f"no option {', '.join(unknown)}")
    return labels
