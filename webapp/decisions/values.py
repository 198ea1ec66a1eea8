"""Values of decisions in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from webapp.dates import roc_date, roc_datetime, span
from webapp.i18n import is_chinese

LONGEST = 80
"""Characters of a text that stands in a sentence."""


def in_words(value: Any) -> str:
    """A value as it stands in a table: 是, 民國107年5月29日, 1,200; 空白 where there is none."""
    if value is None:
        return _("空白")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        return roc_datetime(value)
    if isinstance(value, date):
        return roc_date(value)
    if isinstance(value, timedelta):
        return span(value) if value >= timedelta(0) else str(value)
    if isinstance(value, int | Decimal):
        return number(value)
    if isinstance(value, Mapping):
        return _of_context(value)
    if isinstance(value, list | tuple):
        return in_row(in_words(item) for item in value) if value else _("沒有任何項目")
    return _cut(str(value))


def quoted(value: Any) -> str:
    """The same within a sentence: texts stand in quotation marks."""
    if isinstance(value, str) and value:
        return _("「%(text)s」", text=_cut(value))
    return _("空白") if value == "" else in_words(value)


def in_row(texts: Iterable[str]) -> str:
    """Several texts in a row; the same one may come twice."""
    return ("、" if is_chinese() else ", ").join(texts)


def in_groups(texts: Iterable[str]) -> str:
    """Several rows of texts."""
    return ("；" if is_chinese() else "; ").join(texts)


def number(value: int | Decimal) -> str:
    """1,234 or 1,234.5, without trailing zeros."""
    text = f"{value:,f}" if isinstance(value, Decimal) else f"{value:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _of_context(value: Mapping[str, Any]) -> str:
    label = value.get("label")
    if isinstance(label, str) and "id" in value:  # a person, a unit, a file
        return label
    return in_row(_("%(name)s：%(value)s", name=name, value=in_words(inner)) for name, inner in value.items())


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
