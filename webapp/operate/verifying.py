"""Is the history what was written? One case at once, all of them in parts, with how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from flask import current_app, render_template, request
from werkzeug.datastructures import MultiDict

from engine import ChainFault
from engine.errors import InstanceNotFound
from webapp.jobs_setup import anchor_files
from webapp.operate import bp, words
from webapp.services import engine

_PART = 200
_END = "end"
_MOST_FAULTS = 100


@dataclass(frozen=True)
class Progress:
    """What the parts so far have found."""

    total: int
    cases: int
    entries: int
    faults: tuple[tuple[str, str], ...]
    after: str = _END
    """The case the next part begins after; `end` when all are checked."""
    anchor: int = 0
    """How many anchors have been compared."""
    anchors: int = 0

    @property
    def done(self) -> bool:
        """Whether the last part is checked."""
        return self.after == _END and self.anchor >= self.anchors


@bp.get("/operate/verification")
def verification() -> str:
    """What can be checked."""
    return render_template("operate/verification.html", number="", error="", words=words)


@bp.post("/operate/verification")
def verify() -> str | tuple[str, int]:
    """Check one case by its number, or the next part of all."""
    number = request.form.get("number", "").strip()
    if number:
        return _verify_one(number)
    if request.form.get("scope") == "one":
        return _page(number, error="required"), 422
    return render_template("operate/verification.html", number="", error="", words=words, progress=_next_part())


def _verify_one(number: str) -> str | tuple[str, int]:
    try:
        found = engine().runtime.by_business_key(number[:100])
    except InstanceNotFound:
        return _page(number, error="unknown"), 422
    result = engine().history.verify(found.id, anchors=(path.read_bytes() for path in _anchors()))
    faults = tuple(_line(fault) for fault in result.faults)
    progress = Progress(1, result.cases, result.entries, faults)
    return render_template("operate/verification.html", number=number, error="", words=words, progress=progress)


def _next_part() -> Progress:
    """So many further cases, and so many further anchors: each is read once in a verification."""
    before = request.form if _after(request.form.get("after", "")) else MultiDict()
    after, compared, files = _after(before.get("after", "")), _number(before.get("anchor")), _anchors()
    history = engine().history
    faults = [tuple(text.split("\t", 1)) for text in before.getlist("fault") if "\t" in text]
    cases, entries = _number(before.get("cases")), _number(before.get("entries"))
    if after is None:
        faults += map(_line, history.missing())
    following: object = _END
    if after != _END:
        found, following = history.verify_some(after, limit=_PART)
        cases, entries = cases + found.cases, entries + found.entries
        faults += map(_line, found.faults)
    anchored = history.verify_anchors(path.read_bytes() for path in files[compared : compared + _PART])
    return Progress(
        total=history.count(),
        cases=cases,
        entries=entries,
        faults=tuple(dict.fromkeys([*faults, *map(_line, anchored)]))[:_MOST_FAULTS],
        after=str(following or _END),
        anchor=min(compared + _PART, len(files)),
        anchors=len(files),
    )


def _after(text: str) -> UUID | str | None:
    """Where to go on; None begins anew, also for what no page wrote."""
    if text == _END:
        return _END
    try:
        return UUID(text)
    except ValueError:
        return None


def _line(fault: ChainFault) -> tuple[str, str]:
    if fault.kind == "case-missing":
        return fault.business_key or str(fault.instance_id), fault.kind
    return f"{fault.business_key or '—'} #{fault.seq}", fault.kind


def _anchors() -> list[Path]:
    return anchor_files(current_app.config["SIWEI"])


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() and len(text) < 12 else 0


def _page(number: str, error: str) -> str:
    return render_template("operate/verification.html", number=number, error=error, words=words)
