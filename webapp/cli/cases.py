"""`siwei verify` and `siwei report`: what auditors ask for."""

from __future__ import annotations

import click

from engine import ChainFault
from webapp.cli.common import fail, open_engine
from webapp.jobs_setup import anchor_files
from webapp.totals import year_totals


@click.command()
@click.argument("case", required=False)
def verify(case: str | None) -> None:
    """Verify the history of one case (its number), or of all, against its chain and the anchors.

    Names the first bad row: edited, deleted, reordered, or the tail cut off; and cases that were deleted
    altogether. Exit code 1 then.
    """
    with open_engine() as (engine, settings):
        instance = engine.runtime.by_business_key(case).id if case else None
        anchors = (path.read_bytes() for path in anchor_files(settings))
        result = engine.history.verify(instance, anchors=anchors)
    click.echo(f"{result.cases} cases, {result.entries} entries verified.")
    for fault in result.faults:
        click.echo(_said(fault), err=True)
    if not result.intact:
        fail("history is not what was written")


def _said(fault: ChainFault) -> str:
    if fault.kind == "anchor-broken":
        return f"anchor {fault.seq} is not what was signed"
    if fault.kind == "case-missing":
        return f"{fault.business_key or fault.instance_id}: the case is missing"
    return f"{fault.business_key}: entry {fault.seq} is {fault.kind}"


@click.command()
@click.argument("year", type=int)
@click.option("--csv", "as_csv", is_flag=True, help="As CSV.")
def report(year: int, as_csv: bool) -> None:
    """The totals of a ROC year, from the data of its cases."""
    with open_engine() as (engine, _):
        totals = year_totals(engine, year)
    click.echo(totals.csv() if as_csv else totals.text())
