"""Which texts of the pages have no English yet, by catalog.

Usage: python -m webapp.translations.extract [--missing]
Prints every text of a part (or only the missing ones) in the form of its catalog.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract

WEBAPP = Path(__file__).parents[1]
_KEYWORDS = {
    "_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2), "lazy_ngettext": (1, 2),
}  # fmt: skip
_JINJA = {"trimmed": "true", "silent": "false", "extensions": "jinja2.ext.do"}
_PARTS = {
    "taskforms": "forms",
    "site_forms.py": "admin",
    "cli": None,
    "frontend": None,
    "static": None,
    "demo": None,
    "translations": None,
}
_OWN = frozenset(["auth", "admin", "inbox", "cases", "start", "studio", "operate"])


def part_of(path: Path) -> str | None:
    """The catalog a source file's texts belong to; None for files without page texts."""
    top = path.relative_to(WEBAPP).parts[0]
    return _PARTS.get(top, top if top in _OWN else "shell")


def texts() -> Iterator[tuple[str, Path, int, tuple[str, ...]]]:
    """(catalog, file, line, message id or singular and plural) of every text on a page."""
    for path in sorted([*WEBAPP.rglob("*.py"), *WEBAPP.rglob("*.html")]):
        if "node_modules" in path.parts or (part := part_of(path)) is None:
            continue
        method = "python" if path.suffix == ".py" else "jinja2.ext:babel_extract"
        with path.open("rb") as file:
            for line, message, _comments, _context in extract(method, file, _KEYWORDS, options=_JINJA):
                ids = message if isinstance(message, tuple) else (message,)
                if ids[0]:
                    yield part, path, line, tuple(str(text) for text in ids)


def missing() -> list[tuple[str, Path, int, tuple[str, ...]]]:
    """The texts without English."""
    from webapp.i18n import merged_catalog

    known = {entry.id if isinstance(entry.id, str) else entry.id[0] for entry in merged_catalog() if entry.id}
    return [found for found in texts() if found[3][0] not in known]


def main() -> None:
    """Print them."""
    found = missing() if "--missing" in sys.argv else list(texts())
    seen: set[tuple[str, ...]] = set()
    for part, path, line, ids in sorted(found, key=lambda row: (row[0], str(row[1]), row[2])):
        if ids not in seen:
            seen.add(ids)
            print(f"{part}\t{path.relative_to(WEBAPP)}:{line}\t{' | '.join(ids)}")  # noqa: T201 - that is its job


if __name__ == "__main__":
    main()
