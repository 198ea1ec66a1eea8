"""The hosts that the `http` connector may call: registered by an administrator, named by processes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from engine.administration import ADMINISTRATOR, AdminLog, ensure_any_role
from engine.clock import TimeSource
from engine.connectors import RegisteredHost
from engine.errors import InvalidFields, RecordNotFound
from engine.model import Actor
from engine.store import Store
from engine.store import host_queries as queries

NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
MAX_HEADERS = 20
MAX_HEADER_LENGTH = 4000
READERS = (ADMINISTRATOR, "operator")
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection", "idempotency-key"})


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

    def __init__(self, store: Store, clock: TimeSource, log: AdminLog) -> None:
        self._store = store
        self._clock = clock
        self._log = log

    def registered(self) -> Mapping[str, RegisteredHost]:
        """What the connector calls, secrets among it. For workers only."""
        with self._store.transaction() as tx:
            return {
                row["name"]: RegisteredHost(row["name"], row["base_url"], row["headers"], row["allow_private"])
                for row in queries.hosts(tx)
            }

    def hosts(self, actor: Actor) -> tuple[ConnectorHost, ...]:
        """All registered hosts. Raises NotAllowed."""
        ensure_any_role(actor, *READERS)
        with self._store.transaction() as tx:
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
                tx, name, base_url=base_url, headers=headers, allow_private=allow_private, now=self._clock.now(),
                person_id=actor.person_id, replace=False,
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
            if headers is None and _origin(base_url) != _origin(found["base_url"]) and found["headers"]:
                raise InvalidFields({"headers": "again"})  # secrets do not follow to another machine unseen
            new = found["headers"] if headers is None else headers
            queries.save_host(
                tx, name, base_url=base_url, headers=new, allow_private=allow_private, now=self._clock.now(),
                person_id=actor.person_id, replace=True,
            )  # fmt: skip
            before = _shown(found["base_url"], found["headers"], found["allow_private"])
            after = {**_shown(base_url, new, allow_private), "headers_changed": headers is not None}
            self._log.record(tx, actor, "connector.change", ("connector_host", name, name), before=before, after=after)

    def remove(self, name: str, *, actor: Actor) -> None:
        """Forget a host; calls to it fail from now on. Raises RecordNotFound, NotAllowed."""
        ensure_any_role(actor, ADMINISTRATOR)
        with self._store.transaction() as tx:
            found = queries.lock_host(tx, name)
            if found is None:
                raise RecordNotFound(host=name[:40])
            queries.remove_host(tx, name)
            before = _shown(found["base_url"], found["headers"], found["allow_private"])
            self._log.record(tx, actor, "connector.remove", ("connector_host", name, name), before=before)


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


def _shown(base_url: str, headers: Mapping[str, str], allow_private: bool) -> dict[str, Any]:
    return {"base_url": base_url, "header_names": sorted(headers), "allow_private": allow_private}


def _host(row: Any) -> ConnectorHost:
    return ConnectorHost(
        row["name"],
        row["base_url"],
        tuple(sorted(row["headers"])),
        row["allow_private"],
        row["changed_at"],
        row["changed_by"],
    )
