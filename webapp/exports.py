"""Lists as files: CSV (UTF-8 with BOM, safe to open in a spreadsheet) and ODS (typed cells).

Rule sources: domain.md D "Formats", threats-and-faults.md section 7 "Export".
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from flask import Response
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from webapp.dates import local

_BOM = "\ufeff"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CSV_TYPE = "text/csv; charset=utf-8"
ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
FORMATS = ("csv", "ods")


def answer(kind: str, name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """A download of `rows` as `kind` (`csv` or `ods`); `name` without ending."""
    if kind == "csv":
        body, content_type = as_csv(headings, rows), CSV_TYPE
    else:
        body, content_type = as_ods(name, headings, rows), ODS_TYPE
    response = Response(body, content_type=content_type)
    response.headers["Content-Disposition"] = disposition(f"{name}.{kind}")
    return response


def disposition(file_name: str, *, inline: bool = False) -> str:
    """A Content-Disposition that keeps Chinese names and lets no header through."""
    clean = "".join(sign for sign in file_name if sign.isprintable()) or "file"
    plain = "".join(sign if sign.isascii() and sign not in '"\\%;' else "_" for sign in clean)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV with BOM and CRLF; a text that a spreadsheet would run as a formula gets a leading apostrophe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([guarded(heading) for heading in headings])
    for row in rows:
        writer.writerow([guarded(_plain(value)) if isinstance(value, str) else _plain(value) for value in row])
    return (_BOM + text.getvalue()).encode()


def guarded(text: str) -> str:
    """`text`, harmless as a cell."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_STARTS) or text.startswith(_FORMULA_STARTS) else text


def as_ods(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """An OpenDocument spreadsheet of one sheet. Texts are typed as text, so no formula can arise."""
    book = OpenDocumentSpreadsheet()
    sheet = Table(name=title[:31])
    book.spreadsheet.addElement(sheet)
    for values in (headings, *rows):
        line = TableRow()
        for value in values:
            line.addElement(_cell(value))
        sheet.addElement(line)
    out = io.BytesIO()
    book.write(out)
    return out.getvalue()


def _cell(value: Any) -> TableCell:
    text = _plain(value)
    if isinstance(value, bool) or value is None or isinstance(value, str):
        cell = TableCell(valuetype="string")
    elif isinstance(value, (int, Decimal)):
        cell = TableCell(valuetype="float", value=str(value))
    elif isinstance(value, (date, datetime)):
        iso = local(value).replace(tzinfo=None).isoformat() if isinstance(value, datetime) else value.isoformat()
        cell = TableCell(valuetype="date", datevalue=iso)
    else:
        cell = TableCell(valuetype="string")
    cell.addElement(P(text="".join(sign for sign in str(text) if sign.isprintable() or sign in "\n\t")))
    return cell


def _plain(value: Any) -> Any:
    """What the cell shows: ISO dates in Taipei time, text for everything else that is no number."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, (int, Decimal, str)) and not isinstance(value, bool) else str(value)
