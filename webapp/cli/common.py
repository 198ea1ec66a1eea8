"""What several commands need: the engine, and who acts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import click

from engine import SYSTEM, Actor, ProcessEngine
from engine.store.embedded import APPLICATION, EmbeddedServer
from webapp.assemble import assemble
from webapp.settings import Settings


@contextmanager
def open_database() -> Iterator[Settings]:
    """The settings with the database in use; starts the embedded one when it does not run.

    Beside a running `siwei up` the command joins its database.
    """
    settings = Settings.from_environment().with_kept_keys()
    if settings.database_url:
        yield settings
        return
    server = EmbeddedServer(settings.home)
    running = server.running()
    address = running or server.start()
    try:
        yield replace(settings, database_url=address.url("siwei", APPLICATION), owner_database_url=address.url("siwei"))
    finally:
        if running is None:
            server.stop()


@contextmanager
def open_engine() -> Iterator[tuple[ProcessEngine, Settings]]:
    """The engine over the database in use, as `open_database` finds it."""
    with open_database() as settings:
        engine = assemble(settings)
        try:
            yield engine, settings
        finally:
            engine.close()


def acting(engine: ProcessEngine, person_id: str | None) -> Actor:
    """The person who acts, or the system when nobody is named. Raises RecordNotFound."""
    return engine.directory.actor_for(person_id) if person_id else SYSTEM


def fail(text: str) -> None:
    """End the command with exit code 1 and `text` on the error stream."""
    raise click.ClickException(text)
