"""Is the history what was written? One case at once, all of them in parts, with how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from flask import current_app, render_template, request

from engine import ChainFault
from engine.errors import InstanceNotFound
from webapp.jobs_setup import anchor_folder
from webapp.operate import bp, words
from webapp.services import engine

_PART = 200
_MOST_FAULTS = 100


@dataclass(frozen=True)
class Progress:
    """What the parts so far have found."""

    total: int
    cases: int
    entries: int
    faults: tuple[tuple[str, str], ...]
    after: UUID | None

    @property
    def done(self) -> bool:
        """Whether the last part is checked."""
        return self.after is None


@bp.get("/operate/verification")
def verification() -> str:
    """What can be checked."""
    return render_template("operate/verification.html", number="", error="", words=words)


@bp.post("/operate/verification")
def verify() -> str | tuple[str, int]:
    """Check one case by its number, or the next part of all."""
    number = request.form.get("number", "").strip()[:100]
    if number:
        return _verify_one(number)
    if request.form.get("scope") == "one":
        return _page(number, error="required"), 422
    return render_template("operate/verification.html", number="", error="", words=words, progress=_next_part())


def _verify_one(number: str) -> str | tuple[str, int]:
    try:
        found = engine().runtime.by_business_key(number)
    except InstanceNotFound:
        return _page(number, error="unknown"), 422
    result = engine().history.verify(found.id, anchors=_anchors())
    faults = tuple(_line(fault) for fault in result.faults)
    progress = Progress(1, result.cases, result.entries, faults, None)
    return render_template("operate/verification.html", number=number, error="", words=words, progress=progress)


def _next_part() -> Progress:
    after = request.form.get("after", "")
    try:
        start = UUID(after) if after else None
    except ValueError:
        start = None
    found, following = engine().history.verify_some(start, limit=_PART, anchors=_anchors())
    before = request.form if start else {}
    known = tuple(tuple(text.split("\t", 1)) for text in request.form.getlist("fault") if "\t" in text) if start else ()
    return Progress(
        total=engine().history.count(),
        cases=_number(before.get("cases")) + found.cases,
        entries=_number(before.get("entries")) + found.entries,
        faults=(*known, *(_line(fault) for fault in found.faults))[:_MOST_FAULTS],  # type: ignore[arg-type]
        after=following,
    )


def _line(fault: ChainFault) -> tuple[str, str]:
    return f"{fault.business_key or '—'} #{fault.seq}", fault.kind


def _anchors() -> Iterator[bytes]:
    folder = anchor_folder(current_app.config["SIWEI"])
    return (path.read_bytes() for path in sorted(folder.glob("anchor-*.json")))


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 12 else 0


def _page(number: str, error: str) -> str:
    return render_template("operate/verification.html", number=number, error=error, words=words)
