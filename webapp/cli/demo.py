"""`siwei demo load`: the demonstration's organisation, calendars, processes and cases."""

from __future__ import annotations

import click

from engine import SYSTEM, ProcessEngine
from webapp.cli.common import open_engine
from webapp.cli.progress import Counter, step
from webapp.demo.accounts import DEMO_PASSWORD
from webapp.demo.cases import load_cases
from webapp.demo.organisation import load_organisation
from webapp.process_files import deploy_folders, process_folders, untouched
from webapp.settings import Settings

SHIPPED = "隨系統提供的版本"
"""What the list of versions says of a process as it comes."""


@click.group()
def demo() -> None:
    """The demonstration: invented people, invented cases."""


@demo.command()
def load() -> None:
    """Load what is missing of the demonstration; a second call changes nothing."""
    with open_engine() as (engine, settings):
        if not settings.is_demo:
            raise click.ClickException("SIWEI_MODE=production takes no demo data")
        load_demo(engine, settings)


def load_demo(engine: ProcessEngine, settings: Settings) -> None:
    """Calendars, organisation, processes, then the cases; each part only when it is not there."""
    with step("loading calendars and the demo organisation"):
        engine.calendars.load_shipped()
        load_organisation(engine, password=DEMO_PASSWORD)
    folders = untouched(engine, process_folders())
    deploy_folders(engine, folders, actor=SYSTEM, note=SHIPPED, force_now=True, progress=Counter("deploying processes"))
    load_cases(settings, progress=Counter("playing the demo cases"))
