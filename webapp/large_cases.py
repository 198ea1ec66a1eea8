"""Cases that hold much: told early, while there is still room for the next answer."""

from __future__ import annotations

from flask import flash
from flask_babel import gettext as _

from engine import codec
from engine.model import Variables


def warn_if_large(variables: Variables) -> None:
    """Tell whoever has just sent a form that their case comes near what a case may hold."""
    if codec.is_large(dict(variables)):
        flash(_("這件案件的資料已超過 100 kB，滿 1 MB 就無法再送出。長的文字請改以附件上傳。"), "warning")
