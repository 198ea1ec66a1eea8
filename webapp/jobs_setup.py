"""What a worker needs besides the engine: connectors and the job service, from the settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine import ProcessEngine
from engine.connectors import (
    ConnectorRegistry,
    DeputiesConnector,
    FolderTransport,
    HttpConnector,
    MailConnector,
    MailTransport,
    PastCasesConnector,
    SimilarCasesConnector,
    SmtpTransport,
)
from engine.jobs import JobService
from webapp.settings import Settings, SettingsError

_SMTP_PORT = 25


def make_jobs(engine: ProcessEngine, settings: Settings) -> JobService:
    """The job service of a worker.

    Raises:
        SettingsError: the mail server's port is not a number.
    """
    return JobService(
        engine, make_connectors(engine, settings), anchors=anchor_folder(settings), address=settings.address
    )


def make_connectors(engine: ProcessEngine, settings: Settings) -> ConnectorRegistry:
    """Every connector of this installation, by name. See docs/add-a-connector.md."""

    def addresses_of(candidates: Sequence[str]) -> list[str]:
        return engine.directory.addresses_of(candidates)

    return ConnectorRegistry(
        MailConnector(mail_transport(settings), settings.mail_sender, addresses_of),
        HttpConnector(engine.connector_hosts.registered),
        DeputiesConnector(engine.directory),
        SimilarCasesConnector(engine.store),
        PastCasesConnector(engine.store),
    )


def mail_transport(settings: Settings) -> MailTransport:
    """A mail server, or the folder of .eml files where none is set."""
    if not settings.mail_server:
        return FolderTransport(mail_folder(settings))
    host, _, port = settings.mail_server.rpartition(":")
    if not host:
        host, port = settings.mail_server, str(_SMTP_PORT)
    if not port.isdigit():
        raise SettingsError(f"SIWEI_MAIL_SERVER={settings.mail_server}: host:port")
    return SmtpTransport(
        host,
        int(port),
        settings.mail_user or None,
        settings.mail_password or None,
        starttls=host not in ("localhost", "127.0.0.1", "::1"),
    )


def mail_folder(settings: Settings) -> Path:
    """Where mail goes without a mail server."""
    return settings.home / "mail"


def anchor_folder(settings: Settings) -> Path:
    """Where the history's anchors are written, to be kept outside the database."""
    return settings.home / "anchors"


def anchor_files(settings: Settings) -> list[Path]:
    """The anchors that were written, the oldest first."""
    return sorted(anchor_folder(settings).glob("anchor-*.json"))
