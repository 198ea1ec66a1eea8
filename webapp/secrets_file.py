"""Keys for a laptop: made once, kept beside the data, never a default."""

from __future__ import annotations

import os
import secrets
from dataclasses import replace

from webapp.settings import Settings


def with_local_secrets(settings: Settings) -> Settings:
    """The settings with both keys filled in from files below `SIWEI_HOME`.

    Production gives its keys itself (`Settings.checked` demands it); elsewhere a key is
    made at the first start and read at every later one.
    """
    if settings.mode == "production":
        return settings
    return replace(
        settings,
        secret_key=settings.secret_key or _kept(settings, "secret_key"),
        history_key=settings.history_key or _kept(settings, "history_key"),
    )


def _kept(settings: Settings, name: str) -> str:
    folder = settings.home.absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
    return path.read_text().strip()
