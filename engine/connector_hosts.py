"""The hosts that the `http` connector may call: registered by an administrator, named by processes.

Headers hold secrets of neighbour systems. They are sealed with a key of the settings and bound
to the host's name and origin, so that nobody can have them sent to another machine by changing
the address in the database.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson

from engine.administration import ADMINISTRATOR, AdminLog, ensure_any_role
from engine.clock import TimeSource
from engine.connectors import RegisteredHost
from engine.errors import InvalidFields, RecordNotFound, SealBroken
from engine.model import Actor
from engine.sealing import Sealer
from engine.store import Store
from engine.store import host_queries as queries

NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
MAX_HEADERS = 20
MAX_HEADER_LENGTH = 4000
READERS = (ADMINISTRATOR, "operator")
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "idempotency-key"})
_log = logging.getLogger("siwei.connectors")


@dataclass(frozen=True)
class ConnectorHost:
    """A registered host as pages may show it: the values of its headers are not among it."""

    name: str
    base_url: str
    header_names: tuple[str, ...]
    allow_private: bool
    changed_at: datetime
    changed_by: str


class ConnectorHosts:
    """Registers hosts; every change leaves an entry in the administrators' log, without the secrets."""

    def __init__(self, store: Store, clock: TimeSource, log: AdminLog, sealer: Sealer) -> None:
        self._store = store
        self._clock = clock
        self._log = log
        self._sealer = sealer

    def registered(self) -> Mapping[str, RegisteredHost]:
        """What the connector calls, secrets among it. For workers only."""
        with self._store.reading() as tx:
            return {row["name"]: self._opened(row) for row in queries.hosts(tx)}

    def reseal(self) -> int:
        """Seal with the current key what a former one sealed; how many hosts. For a periodic job.

        When nothing is left to do, former keys can be taken out of the settings.
        """
        done = 0
        with self._store.transaction() as tx:
            for row in queries.hosts(tx):
                sealed = row["sealed_headers"]
                if sealed is None or self._sealer.is_current(sealed):
                    continue
                found = queries.lock_host(tx, row["name"])
                host = self._opened(found) if found is not None else None
                if host is not None and not host.unreadable:
                    queries.reseal(tx, host.name, self._sealed(host.name, host.base_url, host.headers) or "")
                    done += 1
        return done

    def hosts(self, actor: Actor) -> tuple[ConnectorHost, ...]:
        """All registered hosts. Raises NotAllowed."""
        ensure_any_role(actor, *READERS)
        with self._store.reading() as tx:
            return tuple(_host(row) for row in queries.hosts(tx))

    def host(self, name: str, actor: Actor) -> ConnectorHost:
        """One. Raises RecordNotFound, NotAllowed."""
        found = next((host for host in self.hosts(actor) if host.name == name), None)
        if found is None:
            raise RecordNotFound(host=name[:40])
        return found

    def add(
        self, name: str, *, base_url: str, headers: Mapping[str, str], allow_private: bool = False, actor: Actor
    ) -> None:
        """Register a host.

        Raises:
            NotAllowed: the actor is no administrator.
            InvalidFields: `name` (required, format, taken), `base_url` (required, format), `headers` (format).
        """
        ensure_any_role(actor, ADMINISTRATOR)
        _check(name, base_url, headers)
        with self._store.transaction() as tx:
            stored = queries.save_host(
                tx, name, base_url=base_url, header_names=list(headers),
                sealed_headers=self._sealed(name, base_url, headers), allow_private=allow_private,
                now=self._clock.now(), person_id=actor.person_id, replace=False,
            )  # fmt: skip
            if not stored:
                raise InvalidFields({"name": "taken"})
            after = _shown(base_url, headers, allow_private)
            self._log.record(tx, actor, "connector.add", ("connector_host", name, name), after=after)

    def change(
        self, name: str, *, base_url: str, headers: Mapping[str, str] | None, allow_private: bool, actor: Actor
    ) -> None:
        """Change a host.

        Args:
            headers: None keeps those there are; else all of them anew, since nobody can read the old ones.

        Raises:
            RecordNotFound, NotAllowed, InvalidFields: as `add`.
        """
        ensure_any_role(actor, ADMINISTRATOR)
        _check(name, base_url, headers or {})
        with self._store.transaction() as tx:
            found = queries.lock_host(tx, name)
            if found is None:
                raise RecordNotFound(host=name[:40])
            if headers is None and _origin(base_url) != _origin(found["base_url"]) and found["header_names"]:
                raise InvalidFields({"headers": "again"})  # secrets do not follow to another machine unseen
            names = found["header_names"] if headers is None else list(headers)
            sealed = found["sealed_headers"] if headers is None else self._sealed(name, base_url, headers)
            queries.save_host(
                tx, name, base_url=base_url, header_names=names, sealed_headers=sealed, allow_private=allow_private,
                now=self._clock.now(), person_id=actor.person_id, replace=True,
            )  # fmt: skip
            before = _shown(found["base_url"], found["header_names"], found["allow_private"])
            after = {**_shown(base_url, names, allow_private), "headers_changed": headers is not None}
            self._log.record(tx, actor, "connector.change", ("connector_host", name, name), before=before, after=after)

    def remove(self, name: str, *, actor: Actor) -> None:
        """Forget a host; calls to it fail from now on. Raises RecordNotFound, NotAllowed."""
        ensure_any_role(actor, ADMINISTRATOR)
        with self._store.transaction() as tx:
            found = queries.lock_host(tx, name)
            if found is None:
                raise RecordNotFound(host=name[:40])
            queries.remove_host(tx, name)
            before = _shown(found["base_url"], found["header_names"], found["allow_private"])
            self._log.record(tx, actor, "connector.remove", ("connector_host", name, name), before=before)

    def _sealed(self, name: str, base_url: str, headers: Mapping[str, str]) -> str | None:
        return self._sealer.seal(orjson.dumps(dict(headers)), _belonging(name, base_url)) if headers else None

    def _opened(self, row: Any) -> RegisteredHost:
        host = RegisteredHost(row["name"], row["base_url"], {}, row["allow_private"])
        if not row["header_names"]:
            return host
        try:
            headers = self._sealer.open(row["sealed_headers"] or "", _belonging(row["name"], row["base_url"]))
        except SealBroken as error:
            _log.error("host %s: %s", row["name"], error)
            return replace(host, unreadable=True)
        return replace(host, headers=orjson.loads(headers))


def _check(name: str, base_url: str, headers: Mapping[str, str]) -> None:
    faults: dict[str, str] = {}
    if not NAME.fullmatch(name):
        faults["name"] = "format" if name else "required"
    if not _is_base_url(base_url):
        faults["base_url"] = "format" if base_url else "required"
    if len(headers) > MAX_HEADERS or not all(_is_header(*item) for item in headers.items()):
        faults["headers"] = "format"
    if faults:
        raise InvalidFields(faults)


def _is_base_url(url: str) -> bool:
    """An http address of a machine, with nothing secret and nothing to be tricked by in it."""
    if len(url) > 500 or not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts = urlsplit(url)
        port_is_valid = parts.port is None or 0 < parts.port < 65536
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and port_is_valid
        and not (parts.username or parts.password or parts.query or parts.fragment)
    )


def _is_header(name: str, value: str) -> bool:
    return (
        HEADER.fullmatch(name) is not None
        and name.lower() not in _OURS
        and 0 < len(value) <= MAX_HEADER_LENGTH
        and value.isascii()
        and value.isprintable()
    )


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _belonging(name: str, base_url: str) -> str:
    """What the headers of a host are bound to."""
    scheme, netloc = _origin(base_url)
    return f"connector_host {name} {scheme}://{netloc}"


def _shown(base_url: str, header_names: Iterable[str], allow_private: bool) -> dict[str, Any]:
    return {"base_url": base_url, "header_names": sorted(header_names), "allow_private": allow_private}


def _host(row: Any) -> ConnectorHost:
    return ConnectorHost(
        row["name"],
        row["base_url"],
        tuple(row["header_names"]),
        row["allow_private"],
        row["changed_at"],
        row["changed_by"],
    )
