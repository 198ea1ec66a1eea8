"""The two formats, written line by line: nothing of a list is kept in memory."""

from __future__ import annotations

import contextlib
import csv
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Protocol

from engine.wording import is_forbidden
from webapp.dates import local

_BOM = "\ufeff"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_TITLE_LENGTH = 31
_MOST_UNPACKED = 2_000_000_000
"""Of an ODS: beyond it the archive would need what older programs cannot read."""
_NOT_IN_A_TITLE = re.compile(r"[\[\]*?:/\\']")
_SPACES = re.compile(r"(?<= ) +|^ +")
_MARKS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})

_MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_URN = "urn:oasis:names:tc:opendocument:xmlns"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<office:document-content xmlns:office="{_URN}:office:1.0" xmlns:table="{_URN}:table:1.0"'
    f' xmlns:text="{_URN}:text:1.0" office:version="1.3"><office:body><office:spreadsheet><table:table table:name="%s">'
)
_FOOT = "</table:table></office:spreadsheet></office:body></office:document-content>"
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<manifest:manifest xmlns:manifest="{_URN}:manifest:1.0" manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{_MIMETYPE}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


class Sheet(Protocol):
    """A file that is being written."""

    content_type: str

    def write(self, row: Sequence[Any]) -> None:
        """Add one line."""

    @property
    def size(self) -> int:
        """Bytes of the file so far."""

    @property
    def is_full(self) -> bool:
        """Whether the format holds no more."""

    def close(self) -> None:
        """Write what comes at the end."""

    def abandon(self) -> None:
        """Leave it as it is."""


class CsvSheet:
    """CSV with BOM and CRLF; a text that a spreadsheet would run as a formula gets a leading apostrophe."""

    content_type = "text/csv; charset=utf-8"

    def __init__(self, out: IO[bytes], title: str, headings: Sequence[str]) -> None:
        self._out = _Counted(out)
        self._out.write(_BOM)
        self._writer = csv.writer(self._out)
        self.write(headings)

    def write(self, row: Sequence[Any]) -> None:
        """Add one line."""
        self._writer.writerow([guarded(_plain(value)) if isinstance(value, str) else _plain(value) for value in row])

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._out.size

    @property
    def is_full(self) -> bool:
        """Never."""
        return False

    def close(self) -> None:
        """Nothing comes at the end."""

    def abandon(self) -> None:
        """Leave it as it is."""


class OdsSheet:
    """An OpenDocument spreadsheet of one sheet. Texts are typed as text, so no formula can arise."""

    content_type = _MIMETYPE

    def __init__(self, out: IO[bytes], title: str, headings: Sequence[str]) -> None:
        self._file = out
        self._book = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        try:
            self._begin(_NOT_IN_A_TITLE.sub("_", _clean(title))[:_TITLE_LENGTH])
            self.write(headings)
        except BaseException:
            self.abandon()
            raise

    def write(self, row: Sequence[Any]) -> None:
        """Add one line."""
        self._out.write(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>\n")

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._file.tell()

    @property
    def is_full(self) -> bool:
        """Whether programs could not unpack it."""
        return self._out.size > _MOST_UNPACKED

    def close(self) -> None:
        """Close sheet and archive."""
        self._out.write(_FOOT)
        self._content.close()
        self._book.close()

    def abandon(self) -> None:
        """Leave it as it is; an archive that is not closed would try to close itself later."""
        with contextlib.suppress(OSError, AttributeError):
            self._content.close()
        with contextlib.suppress(OSError):
            self._book.close()

    def _begin(self, title: str) -> None:
        self._book.writestr("mimetype", _MIMETYPE, zipfile.ZIP_STORED)  # first and as it is: programs look for it
        self._book.writestr("META-INF/manifest.xml", _MANIFEST)
        self._content = self._book.open("content.xml", "w")
        self._out = _Counted(self._content)
        self._out.write(_HEAD % title.translate(_MARKS))


FORMATS: dict[str, type[CsvSheet | OdsSheet]] = {"csv": CsvSheet, "ods": OdsSheet}


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A short list as CSV."""
    out = io.BytesIO()
    sheet = CsvSheet(out, "", headings)
    for row in rows:
        sheet.write(row)
    return out.getvalue()


def guarded(text: str) -> str:
    """`text`, harmless as a cell."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) or text.startswith(_FORMULA_STARTS) else text


class _Counted:
    """Takes text, writes bytes, knows how many."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.size = 0

    def write(self, text: str) -> int:
        content = text.encode()
        self.size += len(content)
        return self._out.write(content)


def _cell(value: Any) -> str:
    kind = '"string"'
    if isinstance(value, bool) or value is None or isinstance(value, str):
        pass
    elif isinstance(value, (int, Decimal)):
        kind = f'"float" office:value="{value}"'
    elif isinstance(value, (date, datetime)):
        iso = local(value).replace(tzinfo=None).isoformat() if isinstance(value, datetime) else value.isoformat()
        kind = f'"date" office:date-value="{iso}"'
    shown = _paragraphs(_clean(str(_plain(value))))
    return f"<table:table-cell office:value-type={kind}>{shown}</table:table-cell>"


def _clean(text: str) -> str:
    return text if text.isprintable() else "".join(sign for sign in text if not is_forbidden(sign))


def _paragraphs(text: str) -> str:
    """A cell's text as it was typed: lines, tabs and rows of spaces would else be one space each."""
    text = text.translate(_MARKS)
    if "  " in text or text.startswith(" ") or "\n" in text or "\t" in text:
        lines = (_SPACES.sub(_spaces, line).replace("\t", "<text:tab/>") for line in text.split("\n"))
        return "".join(f"<text:p>{line}</text:p>" for line in lines)
    return f"<text:p>{text}</text:p>"


def _spaces(found: re.Match[str]) -> str:
    return f'<text:s text:c="{len(found.group())}"/>'


def _plain(value: Any) -> Any:
    """What the cell shows: ISO dates in Taipei time, text for everything else that is no number."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, (int, Decimal, str)) and not isinstance(value, bool) else str(value)
