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
from webapp.memory import keep_what_is_loaded
from webapp.production import ensure_fit
from webapp.settings import Settings
from webapp.waiting import until_available
from webapp.worker_metrics import WorkerMeters, serve


@click.command()
def web() -> None:
    """Serve the pages on HOST and PORT.

    Needs DATABASE_URL and a schema that is up to date (`siwei migrate`). TERM stops it once the requests in hand are
    answered; with SIWEI_DRAIN_SECONDS it first tells balancers that it goes.
    """
    settings = Settings.from_environment().with_kept_keys()
    os.environ["SIWEI_SECRET_KEY"] = settings.secret_key
    os.environ["SIWEI_HISTORY_KEY"] = settings.history_key
    command = [sys.executable, "-m", "gunicorn", "--config", "python:webapp.gunicorn_conf", "webapp.wsgi:app"]
    os.execv(sys.executable, command)  # noqa: S606 - this process becomes the web server


@click.command()
@click.option("--concurrency", default=4, show_default=True, metavar="N", help="Jobs at once.")
def worker(concurrency: int) -> None:
    """Do what nobody has to be there for: timers, calls of other systems, messages, notices.

    Needs DATABASE_URL. Any number of workers share the work; what one that is killed was at, another does. While the
    database cannot be reached, it waits. TERM stops it once the jobs in hand are done.
    """
    settings = Settings.from_environment().with_kept_keys()
    configure_logs(settings)
    engine = assemble(settings, pool_size=concurrency)
    try:
        until_available(lambda: ensure_fit(settings, engine))
        service, meters = make_jobs(engine, settings), WorkerMeters()
        serve(meters, engine, settings)
        keep_what_is_loaded()
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
    """Bring the database to the newest schema.

    Needs OWNER_DATABASE_URL. Web and workers may go on meanwhile: a schema works with the code before it, too.
    """
    settings = Settings.from_environment()
    if not settings.owner_database_url:
        raise click.ClickException("OWNER_DATABASE_URL is not set")
    upgrade(settings.owner_database_url)
    click.echo("The database has the newest schema.")
