"""Every setting, read from the environment in this one file.

`Settings.from_environment` is the only place of the project that reads
environment variables; `SETTINGS` is the table that `docs/settings.md` shows.
"""

# ruff: noqa: RUF009 - `_setting` gives a dataclass field, nothing shared
from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal

from webapp.keys import HOW_TO_MAKE_A_KEY, weakness

Mode = Literal["demo", "production", "test"]
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]", "::1")


class SettingsError(Exception):
    """A setting is missing or cannot be used; the message names it."""


def _integer(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text)
        if not low <= value <= high:
            raise ValueError(f"between {low} and {high}")
        return value

    return read


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _switch(text: str) -> bool:
    if text.lower() in {"1", "yes", "true", "on"}:
        return True
    if text.lower() in {"0", "no", "false", "off", ""}:
        return False
    raise ValueError("yes or no")


def _mode(text: str) -> str:
    if text not in {"demo", "production", "test"}:
        raise ValueError("demo, production or test")
    return text


def _level(text: str) -> str:
    if text.lower() not in {"debug", "info", "warning", "error"}:
        raise ValueError("debug, info, warning or error")
    return text.lower()


def _setting(variable: str, default: Any, read: Callable[[str], Any], about: str, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"variable": variable, "read": read, "about": about, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """What a start of Siwei may be told. Each field names its variable and says what it does."""

    mode: Mode = _setting(
        "SIWEI_MODE",
        "demo",
        _mode,
        "`demo` lists the demo accounts on the sign-in page and loads demo data; `production` refuses both.",
    )
    home: Path = _setting(
        "SIWEI_HOME", Path(".siwei"), Path, "Folder of the embedded database, the mail folder, backups and anchors."
    )
    database_url: str = _setting(
        "DATABASE_URL", "", str, "PostgreSQL server for web and worker; empty starts the embedded one.", secret=True
    )
    owner_database_url: str = _setting(
        "OWNER_DATABASE_URL",
        "",
        str,
        "The same server as the owner of the tables, for migrations; needed when `DATABASE_URL` is set.",
        secret=True,
    )
    host: str = _setting("HOST", "127.0.0.1", str, "Address the web server listens on.")
    port: int = _setting("PORT", 8000, _integer(1, 65535), "Port the web server listens on.")
    secret_key: str = _setting(
        "SIWEI_SECRET_KEY",
        "",
        str,
        "Signs cookies and file references and seals the secrets of neighbour systems; at least 32 random characters. "
        "Production refuses to start without it.",
        secret=True,
    )
    former_secret_keys: tuple[str, ...] = _setting(
        "SIWEI_FORMER_SECRET_KEYS",
        (),
        _words,
        "Keys used before, comma separated, still accepted while a key is changed.",
        secret=True,
    )
    history_key: str = _setting(
        "SIWEI_HISTORY_KEY",
        "",
        str,
        "Key of the history's HMAC chain; at least 32 random characters. Production refuses to start without it.",
        secret=True,
    )
    trusted_hosts: tuple[str, ...] = _setting(
        "TRUSTED_HOSTS", LOOPBACK_HOSTS, _words, "Host names the site answers to, comma separated."
    )
    proxy_count: int = _setting(
        "PROXY_COUNT", 0, _integer(0, 5), "Number of reverse proxies in front that set X-Forwarded headers."
    )
    workers: int = _setting("SIWEI_WEB_WORKERS", 0, _integer(0, 256), "Web processes; 0 means one a processor core.")
    web_memory_mb: int = _setting(
        "SIWEI_WEB_MEMORY_MB",
        768,
        _integer(64, 65536),
        "A web process that holds more memory than this, in megabytes, is replaced after the request it is at.",
    )
    max_upload_mb: int = _setting("SIWEI_MAX_UPLOAD_MB", 25, _integer(1, 500), "Largest request body, in megabytes.")
    max_export_mb: int = _setting(
        "SIWEI_MAX_EXPORT_MB", 512, _integer(1, 4096), "Largest list that is taken out as a file, in megabytes."
    )
    mail_server: str = _setting(
        "SIWEI_MAIL_SERVER", "", str, "SMTP server as host:port; empty writes .eml files below `SIWEI_HOME`."
    )
    mail_user: str = _setting("SIWEI_MAIL_USER", "", str, "User name at the SMTP server.")
    mail_password: str = _setting("SIWEI_MAIL_PASSWORD", "", str, "Password at the SMTP server.", secret=True)
    mail_sender: str = _setting("SIWEI_MAIL_SENDER", "siwei@localhost", str, "Sender address of notifications.")
    public_url: str = _setting("SIWEI_PUBLIC_URL", "", str, "Address of the site in e-mails; empty: host and port.")
    require_bwrap: bool = _setting(
        "SIWEI_REQUIRE_BWRAP", False, _switch, "Refuse to start when scripts cannot be confined by bubblewrap."
    )
    idle_account_days: int = _setting(
        "SIWEI_IDLE_ACCOUNT_DAYS", 90, _integer(0, 3650), "Accounts not used for so many days are disabled; 0: never."
    )
    password_min_days: int = _setting(
        "SIWEI_PASSWORD_MIN_DAYS", 0, _integer(0, 30), "A password is changed again after so many days at the earliest."
    )
    password_max_days: int = _setting(
        "SIWEI_PASSWORD_MAX_DAYS",
        0,
        _integer(0, 3650),
        "A password is changed after so many days at the latest; 0: never.",
    )
    drain_seconds: int = _setting(
        "SIWEI_DRAIN_SECONDS",
        0,
        _integer(0, 600),
        "Told to stop, the web says `not ready` and serves on for so long: a balancer sends requests elsewhere.",
    )
    metrics_token: str = _setting(
        "SIWEI_METRICS_TOKEN",
        "",
        str,
        "Who asks for `/metrics` must send it as a bearer token; empty: only this machine itself may ask.",
        secret=True,
    )
    worker_metrics_port: int = _setting(
        "SIWEI_WORKER_METRICS_PORT",
        0,
        _integer(0, 65535),
        "Port at which a worker answers `/metrics`, on `HOST`; 0: none. Each worker of one machine needs its own.",
    )
    log_level: str = _setting("SIWEI_LOG_LEVEL", "info", _level, "debug, info, warning or error.")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings, from the process's environment unless one is given.

        Raises:
            SettingsError: a value cannot be read, or production misses one it needs.
        """
        environment = os.environ if environment is None else environment
        given: dict[str, Any] = {}
        for item in fields(cls):
            variable = item.metadata["variable"]
            if variable not in environment:
                continue
            try:
                given[item.name] = item.metadata["read"](environment[variable])
            except ValueError as error:
                raise SettingsError(f"{variable}={environment[variable]!r}: {error}") from error
        return cls(**given).checked()

    def checked(self) -> Settings:
        """These settings, if they can be used together; else SettingsError."""
        if self.mode == "production":
            for name in ("secret_key", "history_key"):
                if (fault := weakness(getattr(self, name))) is not None:
                    raise SettingsError(f"{variable_of(name)} {fault}; {HOW_TO_MAKE_A_KEY}")
            if self.secret_key == self.history_key:
                raise SettingsError(f"SIWEI_SECRET_KEY and SIWEI_HISTORY_KEY must differ; {HOW_TO_MAKE_A_KEY}")
        if self.password_max_days and self.password_min_days >= self.password_max_days:
            raise SettingsError("SIWEI_PASSWORD_MIN_DAYS must be less than SIWEI_PASSWORD_MAX_DAYS")
        if self.database_url and not self.owner_database_url:
            raise SettingsError("OWNER_DATABASE_URL must be set when DATABASE_URL is")
        if self.host not in LOOPBACK_HOSTS and not self.is_behind_https:
            raise SettingsError(
                f"HOST={self.host} would serve plain http to other machines; put a proxy with TLS in front and set "
                "PROXY_COUNT, or set HOST=127.0.0.1"
            )
        return self

    def with_kept_keys(self) -> Settings:
        """These settings, missing keys filled from files below `home`, made at the first start.

        Not for production, which must be told its keys. The files are readable by their owner only.
        """
        if self.mode == "production":
            return self
        kept = {
            name: getattr(self, name) or _kept_key(self.home / "keys" / name) for name in ("secret_key", "history_key")
        }
        return replace(self, **kept)

    @property
    def is_demo(self) -> bool:
        """Whether demo accounts and demo data belong here."""
        return self.mode != "production"

    @property
    def is_behind_https(self) -> bool:
        """Whether a proxy that speaks TLS stands in front."""
        return self.proxy_count > 0

    @property
    def address(self) -> str:
        """The site's address for people."""
        host = f"[{self.host}]" if _is_v6(self.host) else self.host
        return self.public_url or f"http://{host}:{self.port}"


def variable_of(name: str) -> str:
    """The environment variable of a field of Settings."""
    return next(item.metadata["variable"] for item in fields(Settings) if item.name == name)


def table() -> list[tuple[str, str, str]]:
    """(variable, default, what it does) of every setting, in order."""
    return [
        (item.metadata["variable"], _default_text(item.default), item.metadata["about"]) for item in fields(Settings)
    ]


def _kept_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    return path.read_text().strip()


def _default_text(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _is_v6(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).version == 6
    except ValueError:
        return False
