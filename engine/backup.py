"""Backups: all of the database at one moment in one file, and its way into an empty place.

A backup is a zip file with the dump, the anchors of the history, and `manifest.json`, which is
written last and says of which moment it is and what belongs into it. The keys are not inside unless
somebody asks for them: whoever finds a backup must not be able to sign with it. A fingerprint tells at
the restore whether the history key at hand is the one the chains were signed with.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, BinaryIO

from engine.errors import EngineError
from engine.store import dump as programs
from engine.store.dump import Cut
from engine.store.schema import head, known_revisions, upgrade
from engine.whole_files import sync_folder, write_whole

FORMAT = 1
DUMP, MANIFEST, ANCHORS, KEYS = "database.dump", "manifest.json", "anchors/", "keys/"
NAME = "siwei-{at:%Y%m%dT%H%M%SZ}.backup"
PATTERN = "siwei-*.backup"
_CHUNK = 1 << 20

Progress = Callable[[int, int], None]


class BackupRefused(EngineError):
    """A backup cannot be made or taken in; the text says why."""


class SchemaKept(EngineError):
    """A backup is taken in and its schema is still the older one; the text says what to do."""


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    format: int
    cut: Cut
    dump_bytes: int
    dump_sha256: str
    key_fingerprint: str
    anchors: int

    def to_json(self) -> bytes:
        """As it lies in the file."""
        return json.dumps(asdict(self), default=_moment, ensure_ascii=False, indent=2).encode() + b"\n"

    @classmethod
    def of_json(cls, content: bytes) -> Manifest:
        """Read it. Raises BackupRefused."""
        try:
            found = json.loads(content)
            if found["format"] > FORMAT:
                raise BackupRefused("This backup was made by a newer version of Siwei.")
            cut = {field.name: found["cut"][field.name] for field in fields(Cut)}
            for name in ("at", "last_entry_at"):
                cut[name] = datetime.fromisoformat(cut[name]) if cut[name] else None
            return cls(**{**found, "cut": Cut(**cut)})
        except (ValueError, KeyError, TypeError) as error:
            raise BackupRefused("The manifest of this backup cannot be read.") from error


def make(
    url: str,
    folder: Path,
    *,
    history_key: str,
    anchors: Iterable[Path] = (),
    keys: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> tuple[Path, Manifest]:
    """Write a backup of the database at `url` (as its owner) into `folder`; work goes on meanwhile.

    The file has its name only once it is whole and on the disk.

    Args:
        anchors: files to lay into it.
        keys: secrets to lay into it, by name; None keeps them out.
        progress: told how many of how many tables are done.

    Raises:
        StoreUnavailable: the database cannot be reached.
        BackupRefused: the folder cannot be written to, or is full.
        DumpFailed: PostgreSQL's program did not finish.
    """
    part = folder / f".siwei-{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as file:
            manifest = _write(file, url, history_key, sorted(anchors), keys or {}, progress or _silently)
            file.flush()
            os.fsync(file.fileno())
        path = folder / NAME.format(at=manifest.cut.at.astimezone(UTC))
        part.rename(path)
        sync_folder(folder)
    except OSError as error:
        raise BackupRefused(f"The backup cannot be written to {folder}: {error.strerror or error}") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return path, manifest


def keep_newest(folder: Path, count: int) -> list[Path]:
    """Delete all backups of `folder` but the newest `count`; gives what was deleted. Their names say their moment."""
    gone = sorted(folder.glob(PATTERN))[:-count]
    for path in gone:
        path.unlink()
    return gone


def inspect(path: Path, progress: Progress | None = None) -> Manifest:
    """Read a backup to its end: is it whole?

    Raises:
        BackupRefused: it is no backup, or not the bytes that were written.
    """
    with _opened(path) as archive:
        manifest = Manifest.of_json(_read(archive, MANIFEST))
        digest = _digest(archive, manifest.dump_bytes, progress or _silently)
    if digest != manifest.dump_sha256:
        raise BackupRefused(f"{path.name} is damaged: its content is not what was written.")
    return manifest


def keys_of(path: Path) -> dict[str, str]:
    """The secrets that lie in a backup, by name. Raises BackupRefused."""
    with _opened(path) as archive:
        names = [name for name in archive.namelist() if name.startswith(KEYS)]
        return {name.removeprefix(KEYS): _read(archive, name).decode() for name in names}


def ensure_fits(manifest: Manifest, url: str, history_key: str, anchors: Path) -> None:
    """Refuse a place that is not empty or cannot take this backup.

    Raises:
        BackupRefused: says what was found there, or what does not fit.
        StoreUnavailable: the database cannot be reached.
    """
    if tables := programs.found_in(url):
        cases = f", {programs.cases_in(url)} cases" if "process_instance" in tables else ""
        raise BackupRefused(f"The database is not empty: {len(tables)} tables{cases}. Restore into a new one.")
    if kept := sorted(anchors.glob("*")):
        raise BackupRefused(f"{anchors} is not empty: {len(kept)} files, {kept[0].name} among them.")
    if manifest.cut.schema not in known_revisions():
        raise BackupRefused(
            f"The backup has the schema {manifest.cut.schema}, which this version of Siwei does not know; it knows up"
            f" to {head()}. Restore it with the version that made it, or a newer one."
        )
    if (owner := programs.owner_of(url)) != manifest.cut.owner:
        raise BackupRefused(f"The backup's tables belong to {manifest.cut.owner}; connect as that role, not {owner}.")
    if fingerprint(history_key) != manifest.key_fingerprint:
        raise BackupRefused(
            "SIWEI_HISTORY_KEY is not the key the backup's history was signed with; without it nothing can be verified."
        )


def restore(path: Path, manifest: Manifest, url: str, anchors: Path, progress: Progress | None = None) -> None:
    """Take a backup into the empty database at `url` (as its owner) and bring it to the newest schema.

    Args:
        anchors: the folder that its anchors are laid into.

    Raises:
        BackupRefused, StoreUnavailable: as `ensure_fits`; the database is as it was.
        DumpFailed: PostgreSQL's program could not do it; the database is as it was.
        SchemaKept: all of it is there, but still has its older schema.
    """
    with _opened(path) as archive:
        with archive.open(DUMP) as content, programs.load(url, manifest.cut.tables, progress or _silently) as into:
            while chunk := content.read(_CHUNK):
                into.write(chunk)
        for name in sorted(archive.namelist()):
            if name.startswith(ANCHORS):
                write_whole(anchors / Path(name).name, _read(archive, name))
    try:
        upgrade(url)
    except Exception as error:
        raise SchemaKept(
            f"Everything is restored, but its schema {manifest.cut.schema} could not be brought to {head()}: {error}\n"
            "Mend the cause, then run `siwei migrate` and `siwei verify`; nothing has to be restored again."
        ) from error
    programs.analyse(url)


def fingerprint(key: str) -> str:
    """What tells one key from another and gives nothing of it away."""
    return hmac.new(key.encode(), b"siwei backup", hashlib.sha256).hexdigest()[:16]


def _write(
    file: BinaryIO | IO[bytes],
    url: str,
    history_key: str,
    anchors: Iterable[Path],
    keys: Mapping[str, str],
    progress: Progress,
) -> Manifest:
    digest, size, laid = hashlib.sha256(), 0, 0
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        with programs.dump(url, progress) as (cut, content), archive.open(DUMP, "w", force_zip64=True) as into:
            while chunk := content.read(_CHUNK):
                into.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        for path in anchors:
            archive.writestr(ANCHORS + path.name, path.read_bytes())
            laid += 1
        for name, secret in keys.items():
            archive.writestr(KEYS + name, secret)
        manifest = Manifest(FORMAT, cut, size, digest.hexdigest(), fingerprint(history_key), laid)
        archive.writestr(MANIFEST, manifest.to_json())
    return manifest


def _digest(archive: zipfile.ZipFile, size: int, progress: Progress) -> str:
    """Of the dump; empty where it cannot be read."""
    digest, done = hashlib.sha256(), 0
    try:
        with archive.open(DUMP) as content:
            while chunk := content.read(_CHUNK):
                digest.update(chunk)
                done += len(chunk)
                progress(done, size)
    except (KeyError, zipfile.BadZipFile):
        return ""
    return digest.hexdigest()


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise BackupRefused(f"{path} is not a whole backup: {error}") from error


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except (KeyError, zipfile.BadZipFile) as error:
        raise BackupRefused(f"This is no backup of Siwei: {name} is missing or damaged.") from error


def _moment(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(type(value).__name__)


def _silently(done: int, total: int) -> None:
    return
