"""`siwei up`: database, migrations, demo, web and worker under one parent."""

from __future__ import annotations

import os
import signal
import sys
import time
import urllib.error
import urllib.request
from dataclasses import replace

import click

from engine.store.embedded import APPLICATION, EmbeddedServer
from engine.store.schema import upgrade
from webapp.assemble import assemble
from webapp.cli.demo import load_demo
from webapp.cli.keeper import DatabaseKeeper
from webapp.cli.progress import step
from webapp.cli.supervisor import Child, Supervisor
from webapp.production import ensure_fit
from webapp.settings import Settings
from webapp.waiting import until_available

_READY_SECONDS = 30
_DATABASE_SECONDS = 60.0
"""How long a server of one's own may take to come up before us."""


@click.command()
def up() -> None:
    """Start everything on this machine: database, newest schema, web and worker.

    Without DATABASE_URL the database is the embedded one in SIWEI_HOME. Outside production an empty one is filled with
    the demonstration. Ctrl-C stops all of it; the data stays.
    """
    settings = Settings.from_environment().with_kept_keys()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    database: EmbeddedServer | None = None
    supervisor = Supervisor()
    try:
        if not settings.database_url:
            with step("starting the embedded database"):
                database = EmbeddedServer(settings.home)
                address = database.start()
            settings = replace(
                settings,
                database_url=address.url("siwei", APPLICATION),
                owner_database_url=address.url("siwei"),
            )
        with step("bringing the database to the newest schema"):
            until_available(lambda: upgrade(settings.owner_database_url), seconds=_DATABASE_SECONDS)
        _prepare(settings)
        environment = child_environment(settings)
        supervisor.start(web_child(environment))
        supervisor.start(worker_child(environment))
        _wait_until_ready(settings)
        _greet(settings)
        keeper = DatabaseKeeper(database, lambda said: click.echo(said, err=True)) if database else None
        ended = supervisor.wait(tend=keeper.tend if keeper else None)
        if ended:
            raise click.ClickException(f"the {ended} process ended by itself; its messages stand above")
        click.echo("\nSiwei: stopping …")
    except KeyboardInterrupt:
        click.echo("\nSiwei: stopping …")
    finally:
        supervisor.stop()
        if database:
            database.stop()
    click.echo("Siwei: stopped; the data is kept.")


def child_environment(settings: Settings) -> dict[str, str]:
    """The environment of web and worker: ours, with what was found out at the start."""
    return {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "OWNER_DATABASE_URL": settings.owner_database_url,
        "SIWEI_SECRET_KEY": settings.secret_key,
        "SIWEI_HISTORY_KEY": settings.history_key,
        "SIWEI_HOME": str(settings.home.absolute()),
        "PYTHONUNBUFFERED": "1",
    }


def web_child(environment: dict[str, str]) -> Child:
    """The web server."""
    return Child(
        "web",
        [sys.executable, "-m", "gunicorn", "--config", "python:webapp.gunicorn_conf", "webapp.wsgi:app"],
        environment,
    )


def worker_child(environment: dict[str, str]) -> Child:
    """The worker. With TERM it would wait for a database that may be gone as well, so it is killed with its parent."""
    return Child("worker", [sys.executable, "-m", "webapp.cli", "worker"], environment, on_parent_death="KILL")


def _prepare(settings: Settings) -> None:
    """Fill a new database: demo organisation, processes, cases; or the processes only."""
    engine = assemble(settings)
    try:
        ensure_fit(settings, engine)
        if settings.is_demo:
            load_demo(engine, settings)
    finally:
        engine.close()


def _wait_until_ready(settings: Settings) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    url = f"http://{settings.host}:{settings.port}/health/ready"
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise click.ClickException(f"the web server did not answer at {url} within {_READY_SECONDS} s")


def _greet(settings: Settings) -> None:
    click.echo(f"\nSiwei 四維 is running at {settings.address}   (Ctrl-C stops it)")
    if settings.is_demo:
        from webapp.demo.accounts import greeting

        click.echo(greeting())
