"""Mail that went into the folder because no mail server is set: listed, and shown as plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from flask import abort, current_app, render_template, request, url_for

from webapp.jobs_setup import mail_folder
from webapp.operate import bp
from webapp.settings import Settings

_PAGE = 50
_NAME = re.compile(r"[0-9a-f]{32}")
_MAX_BYTES = 2_000_000


@dataclass(frozen=True)
class Mail:
    """One message of the folder."""

    name: str
    written_at: datetime
    sender: str
    to: str
    subject: str
    body: str = ""


@bp.get("/operate/mails")
def mails() -> str:
    """The newest messages."""
    settings: Settings = current_app.config["SIWEI"]
    offset = max(request.args.get("offset", 0, type=int), 0)
    paths = [] if settings.mail_server else _paths(mail_folder(settings))
    return render_template(
        "operate/mails.html",
        mails=[_read(path) for path in paths[offset : offset + _PAGE]],
        total=len(paths),
        server=settings.mail_server,
        first=url_for("operate.mails") if offset else None,
        next=url_for("operate.mails", offset=offset + _PAGE) if offset + _PAGE < len(paths) else None,
    )


@bp.get("/operate/mails/<name>")
def mail(name: str) -> str:
    """One message, as text; whatever it holds, nothing of it is run or loaded."""
    settings: Settings = current_app.config["SIWEI"]
    path = mail_folder(settings) / f"{name}.eml"
    if not _NAME.fullmatch(name) or not path.is_file():
        abort(404)
    return render_template("operate/mail.html", mail=_read(path, whole=True))


def _paths(folder: Path) -> list[Path]:
    found = [(path.stat().st_mtime, path) for path in folder.glob("*.eml")] if folder.is_dir() else []
    return [path for _written, path in sorted(found, reverse=True)]


def _read(path: Path, *, whole: bool = False) -> Mail:
    with path.open("rb") as file:
        message = message_from_bytes(file.read(_MAX_BYTES), policy=policy.default)
    return Mail(
        name=path.stem,
        written_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        sender=str(message.get("From", "")),
        to=str(message.get("To", "")),
        subject=str(message.get("Subject", "")),
        body=_text(message) if whole else "",
    )


def _text(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    try:
        return str(part.get_content()) if part is not None else ""
    except (LookupError, UnicodeError):
        return ""
