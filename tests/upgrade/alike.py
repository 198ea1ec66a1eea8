"""Steps that an earlier version made in the same way are kept once: of a new version only what it does otherwise.

Two steps are alike when they differ in nothing but ids that are made anew each time.
"""

from __future__ import annotations

import hashlib
import lzma
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def read(path: Path) -> dict[str, Any]:
    """What one version saved: sources, calendars, steps, and how many more are `alike` to those of earlier ones."""
    kept: dict[str, Any] = orjson.loads(lzma.decompress(path.read_bytes()))
    return kept


def write(path: Path, body: Mapping[str, Any]) -> None:
    """The same, as small as it gets."""
    path.write_bytes(lzma.compress(orjson.dumps(body), preset=9 | lzma.PRESET_EXTREME))


def without_alike(body: Mapping[str, Any], earlier: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The steps that no earlier version made, with the sources and calendars they need."""
    known = {name for other in earlier for name in _names(other)}
    steps = [step for step, name in zip(body["steps"], _names(body), strict=True) if name not in known]
    sources, calendars = _used(steps, "source"), _used(steps, "calendar")
    return {
        "sources": [body["sources"][number] for number in sources],
        "calendars": [body["calendars"][number] for number in calendars],
        "steps": [
            {**step, "source": sources[step["source"]], "calendar": calendars[step["calendar"]]} for step in steps
        ],
        "alike": body.get("alike", 0) + len(body["steps"]) - len(steps),
    }


def _used(steps: Iterable[Mapping[str, Any]], kind: str) -> dict[int, int]:
    """The new number of each that is used, by its old one."""
    return {old: new for new, old in enumerate(dict.fromkeys(step[kind] for step in steps))}


def _names(body: Mapping[str, Any]) -> list[bytes]:
    """A name for each step; steps that are alike have the same."""
    drawn = [
        hashlib.sha256(orjson.dumps([source["process"], source["files"]])).hexdigest() for source in body["sources"]
    ]
    names = []
    for step in body["steps"]:
        source = step["source"]
        told = {**step, "source": drawn[source], "calendar": body["calendars"][step["calendar"]]}
        text = orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode().replace(body["sources"][source]["digest"], "")
        numbers: dict[str, str] = {}
        text = ID.sub(lambda found, numbers=numbers: numbers.setdefault(found[0], f"id {len(numbers)}"), text)
        names.append(hashlib.sha256(text.encode()).digest())
    return names
