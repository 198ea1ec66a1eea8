"""Everything that can be checked of a database, with how far it is, in plain lines."""

from __future__ import annotations

from typing import Any

import click

from engine import ChainFault
from webapp.cli.progress import Counter
from webapp.jobs_setup import anchor_files
from webapp.settings import Settings

BREACHES = {
    "completed-twice": "tasks were completed twice",
    "stuck": "open cases can be moved by nobody and nothing",
    "completed-untold": "completed tasks are not in the history",
    "told-not-completed": "the history tells of completing tasks that are not completed",
    "ended-yet-waiting": "cases have ended, yet something is open for them",
    "open-without-state": "open cases have no saved state",
    "history-length": "cases have more or fewer entries than they say",
    "begun-or-ended-otherwise": "cases did not begin or end exactly once in their history",
    "unreadable-state": "saved states cannot be read",
    "state-otherwise": "open tasks, timers or calls are unknown to the saved state of their case",
    "answered-twice": "connector calls were answered twice",
    "file-without-bytes": "files have no content",
    "bytes-in-part": "contents of files are not what was uploaded",
    "bytes-of-nobody": "contents belong to no file",
    "closed-yet-offered": "closed tasks are still offered",
    "offered-otherwise": "tasks are found by other people or filters than their own",
    "invalid-index": "indexes are not valid",
}
"""What `engine.integrity` may find, after the number of it."""


def verify_all(engine: Any, settings: Settings) -> bool:
    """Check every chain, the anchors, and the invariants; prints what does not hold. True when all does."""
    chains, faults = _chains(engine, settings)
    breaches = engine.integrity.check(Counter("checking what belongs together"))
    click.echo(chains)
    for fault in faults:
        click.echo(said(fault), err=True)
    for breach in breaches:
        more = ", …" if breach.count > len(breach.named) else ""
        text = BREACHES.get(breach.kind, breach.kind)
        click.echo(f"{breach.invariant}: {breach.count} {text}: {', '.join(breach.named)}{more}", err=True)
    if not faults and not breaches:
        click.echo("I1-I8 hold: history, tasks, states, calls, files and indexes agree.")
    return not faults and not breaches


def _chains(engine: Any, settings: Settings) -> tuple[str, list[ChainFault]]:
    history = engine.history
    total, cases, entries, after = history.count(), 0, 0, None
    counter, faults = Counter("verifying histories"), []
    while True:
        found, after = history.verify_some(after)
        cases, entries = cases + found.cases, entries + found.entries
        faults += found.faults
        counter(min(cases, total), max(total, 1))
        if after is None:
            break
    faults += history.missing()
    named = {fault.business_key for fault in faults}
    anchored = history.verify_anchors(path.read_bytes() for path in anchor_files(settings))
    faults += [fault for fault in anchored if not fault.business_key or fault.business_key not in named]
    return f"{cases} cases, {entries} entries verified.", faults


def said(fault: ChainFault) -> str:
    """A fault of a chain in one line: which case, which entry, what is wrong."""
    if fault.kind == "anchor-broken":
        return f"I5: anchor {fault.seq} is not what was signed"
    if fault.kind == "case-missing":
        return f"I5: {fault.business_key or fault.instance_id}: the case is missing"
    return f"I5: {fault.business_key}: entry {fault.seq} is {fault.kind}"
