"""Connectors: what a service task may call, by name.

    mail           an e-mail through SMTP, or into a folder in the demo
    http           a request to a registered host
    deputies       leave of travellers, so that their deputies stand in
    similar_cases  earlier cases that may be about the same matter
    past_cases     earlier cases of the same process that agree with this one

A connector is called by the worker after the step's commit, with the id of the
service task as idempotency key: called twice with one key, its effect happens once
as far as the other side allows. It answers with variables or raises
`ConnectorError`, which says whether another try can help.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from engine.connectors.deputies import DeputiesConnector
from engine.connectors.http import HttpConnector, RegisteredHost
from engine.connectors.mail import FolderTransport, MailConnector, MailTransport, SmtpTransport
from engine.connectors.past_cases import PastCasesConnector
from engine.connectors.similar_cases import SimilarCasesConnector
from engine.errors import ConnectorError

__all__ = [
    "Connector",
    "ConnectorRegistry",
    "DeputiesConnector",
    "FolderTransport",
    "HttpConnector",
    "MailConnector",
    "MailTransport",
    "PastCasesConnector",
    "RegisteredHost",
    "SimilarCasesConnector",
    "SmtpTransport",
]


class Connector(Protocol):
    """One kind of outside effect."""

    name: str

    def call(self, arguments: Mapping[str, Any], *, key: str) -> Mapping[str, Any]:
        """Have the effect once for `key`; give variables back, or raise ConnectorError."""
        ...


class ConnectorRegistry:
    """The connectors this installation knows, by name."""

    def __init__(self, *connectors: Connector) -> None:
        self._by_name = {connector.name: connector for connector in connectors}

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def call(self, name: str, arguments: Mapping[str, Any], *, key: str) -> Mapping[str, Any]:
        """Call the connector `name`.

        Raises:
            ConnectorError: it failed, or there is no connector of that name (then another try is of no use).
        """
        connector = self._by_name.get(name)
        if connector is None:
            raise ConnectorError("No connector of this name is registered.", connector=name, retryable=False)
        return connector.call(arguments, key=key)
