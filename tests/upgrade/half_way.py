"""A small database with petitions half way, as this version leaves it, in a backup: later versions must take it in."""

from __future__ import annotations

import lzma
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from unittest.mock import patch

from engine import SYSTEM, NoJobs, SetClock, backup
from engine.calendar.working_days import TAIPEI
from engine.jobs import ProcrastinateQueue
from engine.store import dump
from engine.store.embedded import APPLICATION, EmbeddedServer
from engine.store.schema import head, upgrade
from webapp.assemble import assemble
from webapp.demo.accounts import DEMO_PASSWORD
from webapp.demo.office import Office
from webapp.demo.opened import open_groups
from webapp.demo.organisation import load_organisation
from webapp.demo.player import Player
from webapp.process_files import deploy_folders, process_folders
from webapp.settings import Settings

KEPT = Path(__file__).parent / "databases"
PROCESSES = ("petition", "petition_event")
OPEN = ("p-assess", "p-co", "p-late", "p-stopped", "p-incident", "p-withdraw")
"""Claimed, offered to several, overdue, waiting for a supplement, with an incident, about to be withdrawn."""


def keep_database(name: str) -> Path | None:
    """Write `databases/<name>.backup.xz`; None where one with this version's schema is kept already."""
    if any(_schema(path) == head() for path in KEPT.glob("*.backup.xz")):
        return None
    with tempfile.TemporaryDirectory(prefix="siwei-kept-") as folder:
        with _city_hall(Path(folder) / "home") as settings:
            _play(settings)
            keys = {"secret_key": settings.secret_key, "history_key": settings.history_key}
            with patch.object(dump, "PACKED", "none"):  # all of it is packed once, and more tightly, below
                made, _ = backup.make(
                    settings.owner_database_url, Path(folder), history_key=settings.history_key, keys=keys
                )
        kept = KEPT / f"{name}.backup.xz"
        kept.write_bytes(lzma.compress(made.read_bytes(), preset=9 | lzma.PRESET_EXTREME))
    return kept


def unpacked(kept: Path, folder: Path) -> Path:
    """The backup as a file in `folder`."""
    path = folder / kept.name.removesuffix(".xz")
    path.write_bytes(lzma.decompress(kept.read_bytes()))
    return path


def _schema(kept: Path) -> str:
    with tempfile.TemporaryDirectory(prefix="siwei-kept-") as folder:
        return backup.inspect(unpacked(kept, Path(folder))).cut.schema


@contextmanager
def _city_hall(home: Path) -> Iterator[Settings]:
    """The settings of a new database of its own, with people and processes in it."""
    server = EmbeddedServer(home, durable=False)
    address = server.start()
    try:
        settings = replace(
            Settings(home=home).with_kept_keys(),
            database_url=address.url("siwei", APPLICATION),
            owner_database_url=address.url("siwei"),
        )
        upgrade(settings.owner_database_url)
        with closing(assemble(settings)) as engine:
            engine.calendars.load_shipped()
            load_organisation(engine, password=DEMO_PASSWORD)
            folders = [folder for folder in process_folders() if folder.name in PROCESSES]
            deploy_folders(engine, folders, actor=SYSTEM, force_now=True)
        yield settings
    finally:
        server.stop()
        shutil.rmtree(server.base, ignore_errors=True)


def _play(settings: Settings) -> None:
    """Let people and machines work on the cases up to now."""
    now = datetime.now(TAIPEI)
    with closing(assemble(settings, clock=SetClock(now), queue=NoJobs())) as engine:
        player = Player(engine)
        for group in open_groups(Office(engine.calendars.calendar()), now):
            if group.key.removeprefix("open/") in OPEN:
                player.play(group)
        engine.machine.hand_over(ProcrastinateQueue())
