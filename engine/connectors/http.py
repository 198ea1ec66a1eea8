"""The `http` connector: a request to a host that an administrator has registered.

A process names the host, never an address. The address is looked up once, refused
when it is not public (unless the registration allows it), and then called as looked
up, so that a second look-up cannot give another one. Redirects are not followed.
"""

from __future__ import annotations

import ipaddress
import socket
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from engine.codec import decode, encode
from engine.connectors.deadline import Deadline
from engine.errors import ConnectorError

_TIMEOUT_SECONDS = 10.0
"""To connect, and without hearing anything."""
_WHOLE_SECONDS = 30.0
"""For the whole exchange."""
_MAX_BYTES = 1_000_000
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})

Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True)
class RegisteredHost:
    """A neighbour system that processes may call by `name`."""

    name: str
    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every request; secrets live here, not in diagrams."""
    allow_private: bool = False
    unreadable: bool = False
    """Its headers are sealed with a key that the settings do not name any more."""


def resolve_address(host: str, port: int) -> list[str]:
    """Every address of `host`, as text."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class HttpConnector:
    """Arguments: `host` (a registered name), `path`, `method` (GET), `query`, `body`."""

    name = "http"

    def __init__(
        self,
        hosts: Callable[[], Mapping[str, RegisteredHost]],
        *,
        resolve: Resolve = resolve_address,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._hosts = hosts
        self._resolve = resolve
        self._transport = transport

    def call(self, arguments: Mapping[str, Any], *, key: str) -> Mapping[str, Any]:
        """Make one request; the idempotency key goes along as `Idempotency-Key`.

        Returns:
            `{"status": int, "body": …}`; the body as JSON where the answer says so, else as text.

        Raises:
            ConnectorError: unregistered host, refused address, status 4xx (final); no answer in
                time, 429 or 5xx (may be tried again); an answer over 1 MB (final).
        """
        host = self._hosts().get(str(arguments.get("host")))
        if host is None:
            raise ConnectorError("This host is not registered.", host=arguments.get("host"), retryable=False)
        if host.unreadable:
            raise ConnectorError("Its headers cannot be read; enter them again.", host=host.name, retryable=False)
        method = str(arguments.get("method") or "GET").upper()
        if method not in _METHODS:
            raise ConnectorError("This method is not allowed.", method=method, retryable=False)
        url, headers, extensions = self._pinned(host, str(arguments.get("path") or ""))
        headers |= {**host.headers, "Idempotency-Key": key, "User-Agent": "Siwei", "Accept-Encoding": "gzip, deflate"}
        body = arguments.get("body")
        try:
            with (
                Deadline(_WHOLE_SECONDS) as deadline,
                httpx.Client(transport=self._transport, timeout=_TIMEOUT_SECONDS, trust_env=False) as client,
                client.stream(
                    method,
                    url,
                    params=_query(arguments.get("query")),
                    json=encode(body) if body is not None else None,
                    headers=headers,
                    extensions={**extensions, "trace": deadline.trace},
                ) as response,
            ):
                content = _content(host, response)
                deadline.ensure_not_passed()  # an answer without a length looks complete where it was cut
                return self._answer(host, response, content)
        except (httpx.HTTPError, TimeoutError) as error:
            raise ConnectorError("The host did not answer.", host=host.name) from error

    def _pinned(self, host: RegisteredHost, path: str) -> tuple[str, dict[str, str], dict[str, Any]]:
        base = urlsplit(host.base_url)
        port = base.port or (443 if base.scheme == "https" else 80)
        try:
            addresses = self._resolve(base.hostname or "", port)
        except OSError as error:
            raise ConnectorError("The host's name was not found.", host=host.name) from error
        if not addresses:
            raise ConnectorError("The host's name was not found.", host=host.name)
        for text in addresses:
            if not host.allow_private and not ipaddress.ip_address(text).is_global:
                raise ConnectorError(
                    "The host's address is not a public one.", host=host.name, address=text, retryable=False
                )
        address = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
        url = f"{base.scheme}://{address}:{port}{base.path.rstrip('/')}/{path.lstrip('/')}"
        return url, {"Host": base.netloc}, {"sni_hostname": base.hostname}

    def _answer(self, host: RegisteredHost, response: httpx.Response, content: bytes) -> Mapping[str, Any]:
        status = response.status_code
        if status >= 300:
            retryable = status == 429 or status >= 500
            raise ConnectorError("The host refused the request.", host=host.name, status=status, retryable=retryable)
        if "json" in response.headers.get("content-type", ""):
            return {"status": status, "body": _json(host, content)}
        return {"status": status, "body": content.decode("utf-8", errors="replace")}


def _content(host: RegisteredHost, response: httpx.Response) -> bytes:
    """The body, unpacked. No more than the limit is ever unpacked: 1 MB sent may be 1 GB once it is open."""
    packed = response.headers.get("content-encoding", "identity").lower()
    if packed not in ("identity", "gzip", "deflate", ""):
        raise ConnectorError("The answer is packed in a way that was not asked for.", host=host.name, retryable=False)
    opened = zlib.decompressobj(_GZIP_OR_ZLIB) if packed in ("gzip", "deflate") else None
    content = bytearray()
    for chunk in response.iter_raw():
        try:
            content += opened.decompress(chunk, _MAX_BYTES + 1 - len(content)) if opened else chunk
        except zlib.error as error:
            raise ConnectorError("The answer cannot be unpacked.", host=host.name, retryable=False) from error
        if len(content) > _MAX_BYTES:
            raise ConnectorError("The answer is larger than 1 MB.", host=host.name, retryable=False)
    return bytes(content)


def _query(value: Any) -> dict[str, str]:
    return {str(name): str(item) for name, item in (value or {}).items()}


def _json(host: RegisteredHost, content: bytes) -> Any:
    import json
    from decimal import Decimal

    try:
        return decode(encode(json.loads(content, parse_float=Decimal)))
    except ValueError as error:
        raise ConnectorError("The host's answer is not valid JSON.", host=host.name, retryable=False) from error
