"""The `mail` connector: one message, sent once for its key."""

from __future__ import annotations

import hashlib
import os
import smtplib
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any, Protocol

from engine.errors import ConnectorError

_TIMEOUT_SECONDS = 15


class MailTransport(Protocol):
    """How a finished message leaves."""

    def send(self, message: EmailMessage, *, key: str) -> None:
        """Send `message`; a second call with the same key changes nothing where the transport can tell."""
        ...


@dataclass(frozen=True)
class SmtpTransport:
    """To a mail server. The receiving server drops doubles by `Message-ID`."""

    host: str
    port: int = 25
    username: str | None = None
    password: str | None = None
    starttls: bool = True

    def send(self, message: EmailMessage, *, key: str) -> None:
        """Hand `message` to the server; a refusal of the address is final, all else may be tried again."""
        try:
            with smtplib.SMTP(self.host, self.port, timeout=_TIMEOUT_SECONDS) as server:
                if self.starttls:
                    server.starttls(context=ssl.create_default_context())
                if self.username:
                    server.login(self.username, self.password or "")
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            raise ConnectorError("The mail server refused every address.", retryable=False) from error
        except (smtplib.SMTPException, OSError) as error:
            raise ConnectorError("The mail server did not take the message.") from error


@dataclass(frozen=True)
class FolderTransport:
    """Into a folder of .eml files, one a key: what the demo shows on a page."""

    folder: Path

    def send(self, message: EmailMessage, *, key: str) -> None:
        """Write the message under a name derived from its key, whole or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True)
        target = self.folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.eml"
        if target.exists():
            return
        part = target.with_suffix(f".{os.getpid()}.part")
        with part.open("wb") as file:
            file.write(message.as_bytes())
            file.flush()
            os.fsync(file.fileno())
        part.rename(target)


class MailConnector:
    """Arguments: `to` and `people` (text or list), `subject`, `body`, and optionally `cc`, `reply_to`.

    `to` and `cc` are addresses. `people` are candidate texts (`role@unit`, `superior:person` …)
    that `addresses_of` turns into the addresses of whoever answers to them now.
    """

    name = "mail"

    def __init__(
        self,
        transport: MailTransport,
        sender: str,
        addresses_of: Callable[[Sequence[str]], Iterable[str]] | None = None,
    ) -> None:
        self._transport = transport
        self._sender = sender
        self._addresses_of = addresses_of

    def call(self, arguments: Mapping[str, Any], *, key: str) -> Mapping[str, Any]:
        """Send one message.

        Returns:
            `{"sent_to": [addresses]}`; an empty list when there was nobody to send to.

        Raises:
            ConnectorError: an address or a header is malformed (final), or the server failed.
        """
        to = _addresses([*_texts(arguments.get("to")), *self._resolved(arguments.get("people"))])
        cc = _addresses(arguments.get("cc"))
        if not to and not cc:
            return {"sent_to": []}
        message = EmailMessage(policy=SMTP)
        try:
            message["From"] = self._sender
            message["To"] = ", ".join(to)
            if cc:
                message["Cc"] = ", ".join(cc)
            if reply_to := _addresses(arguments.get("reply_to")):
                message["Reply-To"] = ", ".join(reply_to)
            message["Subject"] = _line(arguments.get("subject"))
            message["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@siwei>"
            message.set_content(str(arguments.get("body") or ""))
        except ValueError as error:
            raise ConnectorError("The message has a malformed header.", retryable=False) from error
        self._transport.send(message, key=key)
        return {"sent_to": [*to, *cc]}

    def _resolved(self, people: Any) -> Iterable[str]:
        candidates = _texts(people)
        if not candidates:
            return ()
        if self._addresses_of is None:
            raise ConnectorError("This mail connector knows no directory.", retryable=False)
        return self._addresses_of(candidates)


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def _addresses(value: Any) -> list[str]:
    addresses: list[str] = []
    for text in _texts(value):
        text = str(text).strip()
        if not text or text in addresses:
            continue
        try:
            addresses.append(Address(addr_spec=text).addr_spec)
        except Exception as error:
            raise ConnectorError("This is not an e-mail address.", address=text[:100], retryable=False) from error
    return addresses


def _line(value: Any) -> str:
    return " ".join(str(value or "").split())
