"""`siwei verify` and `siwei report`: what auditors ask for."""

from __future__ import annotations

import click

from webapp.cli.common import fail, open_engine
from webapp.cli.verifying import said, verify_all
from webapp.jobs_setup import anchor_files
from webapp.totals import year_totals


@click.command()
@click.argument("case", required=False)
def verify(case: str | None) -> None:
    """Verify the history of one case (its number); or all of it, and whether everything else agrees with it.

    Names the first bad row: edited, deleted, reordered, or the tail cut off; and cases that were deleted
    altogether. Without a case also what must hold beside the history: nothing completed twice, no case that
    cannot be moved, no state, call, file or index that does not fit. Exit code 1 then.
    """
    with open_engine() as (engine, settings):
        if case is None:
            if not verify_all(engine, settings):
                fail("not everything is what was written")
            return
        anchors = (path.read_bytes() for path in anchor_files(settings))
        result = engine.history.verify(engine.runtime.by_business_key(case).id, anchors=anchors)
    click.echo(f"{result.cases} cases, {result.entries} entries verified.")
    for fault in result.faults:
        click.echo(said(fault), err=True)
    if not result.intact:
        fail("history is not what was written")


@click.command()
@click.argument("year", type=int)
@click.option("--csv", "as_csv", is_flag=True, help="As CSV.")
def report(year: int, as_csv: bool) -> None:
    """The totals of a ROC year, from the data of its cases."""
    with open_engine() as (engine, _):
        totals = year_totals(engine, year)
    click.echo(totals.csv() if as_csv else totals.text())
