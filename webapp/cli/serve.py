"""`siwei web`, `siwei worker`, `siwei migrate`: the parts `siwei up` puts together, one by one."""

from __future__ import annotations

import os
import sys

import click

from engine.jobs import Worker
from engine.store.schema import upgrade
from webapp.assemble import assemble
from webapp.jobs_setup import make_jobs
from webapp.logs import configure_logs
from webapp.production import ensure_fit
from webapp.settings import Settings
from webapp.waiting import until_available
from webapp.worker_metrics import WorkerMeters, serve


@click.command()
def web() -> None:
    """Serve the web on HOST and PORT; needs DATABASE_URL."""
    settings = Settings.from_environment().with_kept_keys()
    os.environ["SIWEI_SECRET_KEY"] = settings.secret_key
    os.environ["SIWEI_HISTORY_KEY"] = settings.history_key
    command = [sys.executable, "-m", "gunicorn", "--config", "python:webapp.gunicorn_conf", "webapp.wsgi:app"]
    os.execv(sys.executable, command)  # noqa: S606 - this process becomes the web server


@click.command()
@click.option("--concurrency", default=4, show_default=True, help="Jobs at once.")
def worker(concurrency: int) -> None:
    """Do the machine's work: timers, connectors, notifications; needs DATABASE_URL.

    While the database cannot be reached, it waits.
    """
    settings = Settings.from_environment().with_kept_keys()
    configure_logs(settings)
    engine = assemble(settings, pool_size=concurrency)
    try:
        until_available(lambda: ensure_fit(settings, engine))
        service, meters = make_jobs(engine, settings), WorkerMeters()
        serve(meters, engine, settings)
        Worker(
            settings.database_url,
            meters.counted(service.handle),
            meters.counted_round(service.sweep),
            now=engine.clock.now,
            concurrency=concurrency,
        ).run()
    finally:
        engine.close()


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema; needs OWNER_DATABASE_URL."""
    settings = Settings.from_environment()
    if not settings.owner_database_url:
        raise click.ClickException("OWNER_DATABASE_URL is not set")
    upgrade(settings.owner_database_url)
    click.echo("The database has the newest schema.")
