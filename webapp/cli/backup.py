"""`siwei backup` and `siwei restore`: everything in one file, and back into an empty place."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from engine import backup as backups
from engine.store.embedded import APPLICATION, EmbeddedServer
from engine.store.schema import head
from webapp.assemble import assemble
from webapp.cli.common import fail, open_database
from webapp.cli.progress import Counter
from webapp.cli.verifying import verify_all
from webapp.jobs_setup import anchor_files, anchor_folder
from webapp.settings import Settings

_KEYS = ("secret_key", "history_key")
_FOLDER = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.command()
@_FOLDER
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    metavar="N",
    help="Keep the newest N backups of the folder and delete older ones.",
)
@click.option(
    "--with-keys", is_flag=True, help="Lay the keys into it, too. Whoever has the file can then sign with them."
)
def backup(folder: Path, keep: int | None, with_keys: bool) -> None:
    """Write a backup of everything, as one moment saw it, into FOLDER.

    Work goes on meanwhile. The file has its name once it is whole and on the disk. It is taken from the database of
    OWNER_DATABASE_URL, else from the embedded one in SIWEI_HOME. The keys are not inside unless asked for: keep
    them elsewhere, for without them nothing can be restored.
    """
    begun = time.monotonic()
    with open_database() as settings:
        path, manifest = backups.make(
            settings.owner_database_url,
            folder,
            history_key=settings.history_key,
            anchors=anchor_files(settings),
            keys={name: getattr(settings, name) for name in _KEYS} if with_keys else None,
            progress=Counter("backing up tables"),
        )
    cut = manifest.cut
    click.echo(f"{path}  {path.stat().st_size / 1e6:.1f} MB, {time.monotonic() - begun:.1f} s")
    click.echo(f"{cut.cases} cases, {cut.entries} history entries, {cut.files} files, as of {_said(cut.at)}")
    if keep is not None:
        for gone in backups.keep_newest(folder, keep):
            click.echo(f"deleted {gone.name}")


@click.command()
@_FILE
def restore(file: Path) -> None:
    """Take a backup into an empty place and check all of it.

    The place is the database of OWNER_DATABASE_URL, else a new embedded one in SIWEI_HOME. What is not empty is
    refused. SIWEI_HISTORY_KEY and SIWEI_SECRET_KEY must be the keys of the backup. A backup of an older version is
    brought to the newest schema; one of a newer version is refused.

    Prints what the backup does not have (RPO) and how long it took until all was checked (RTO). Exit code 1 when
    something does not hold.
    """
    begun = time.monotonic()
    manifest = backups.inspect(file, Counter("reading MB of the backup", unit=1_000_000))
    keys = backups.keys_of(file)
    with _empty_place(keys) as settings:
        backups.ensure_fits(manifest, settings.owner_database_url, settings.history_key, anchor_folder(settings))
        _keep(settings, keys)
        backups.restore(
            file, manifest, settings.owner_database_url, anchor_folder(settings), Counter("restoring tables")
        )
        if manifest.cut.schema != head():
            click.echo(f"The backup's schema {manifest.cut.schema} was brought to {head()}.")
        engine = assemble(settings)
        try:
            whole = verify_all(engine, settings)
        finally:
            engine.close()
    _print_times(manifest.cut.at, manifest.cut.last_entry_at, time.monotonic() - begun)
    if not whole:
        fail("the restored database is not whole")


@contextmanager
def _empty_place(keys: dict[str, str]) -> Iterator[Settings]:
    """The settings of the place to restore into; keys of the backup count where none are set.

    An embedded database that was started here and stayed empty, because the restore was refused, is left as it is.
    """
    settings = Settings.from_environment()
    found = {name: getattr(settings, name) or keys.get(name, "") for name in _KEYS}
    settings = replace(settings, **found)
    if not settings.history_key and (settings.home / "keys").is_dir():
        settings = settings.with_kept_keys()
    if not settings.history_key:
        fail("SIWEI_HISTORY_KEY must be set to the key of the backup; it is not inside")
    if settings.database_url:
        yield settings
        return
    server = EmbeddedServer(settings.home)
    if server.running() is not None:
        fail(f"the database in {settings.home} is running; stop `siwei up`, or set another SIWEI_HOME")
    address = server.start()
    try:
        yield replace(settings, database_url=address.url("siwei", APPLICATION), owner_database_url=address.url("siwei"))
    finally:
        server.stop()


def _keep(settings: Settings, keys: dict[str, str]) -> None:
    """Lay the keys of a backup where a demonstration looks for them; production is told its keys."""
    if settings.mode == "production":
        return
    for name in _KEYS:
        path = settings.home / "keys" / name
        if (secret := getattr(settings, name)) and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secret)


def _print_times(cut: datetime, last: datetime | None, seconds: float) -> None:
    age = datetime.now(UTC) - cut
    click.echo(f"RPO: the backup is of {_said(cut)}; what was done in the {_span(age)} since is not in it.")
    if last is not None:
        click.echo(f"     The last entry of its history is {_span(cut - last)} older than the backup.")
    click.echo(f"RTO: {seconds:.1f} s from the start of the restore until everything was checked.")


def _said(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _span(span: timedelta) -> str:
    seconds = max(span.total_seconds(), 0.0)
    return f"{seconds:.1f} s" if seconds < 120 else str(timedelta(seconds=round(seconds)))
