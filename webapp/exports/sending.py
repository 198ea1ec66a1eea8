"""A list on its way: written to a file that has no name, sent from there, gone when it is sent."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from typing import IO, Any
from urllib.parse import quote

from flask import abort, current_app, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.wording import is_of_a_line
from webapp import shared
from webapp.errors import NO_SPACE, error_page
from webapp.exports.formats import FORMATS, Sheet

MOST_ROWS = 1_048_575
"""What a spreadsheet can open, less the line of headings."""
SHORT_ROWS = 2000
"""A list up to this length is taken out beside everything else; of longer ones only so many at a time."""
LONGEST_WRITING_SECONDS = LONGEST_SENDING_SECONDS = 600.0
SLOWEST_PIECE_SECONDS = 30.0
"""Who takes longer to read one piece has stopped reading: the connection is closed, the process serves others."""

_PIECE = 1 << 17
_LOOK_EVERY = 200
_log = logging.getLogger("siwei.exports")


def answer(kind: str, name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]], total: int) -> Response:
    """A download of `rows` as `kind` (`csv` or `ods`); all of them, or a page that says why not.

    Args:
        name: of the file, without ending.
        total: how many rows there are.

    Raises:
        ListsBusy: others take out long lists; later.
    """
    if total > MOST_ROWS:
        _refuse(_("這份清單有%(rows)s列，試算表最多只能容納%(most)s列。", rows=f"{total:,}", most=f"{MOST_ROWS:,}"))
    with ExitStack() as kept:
        if total > SHORT_ROWS:
            kept.enter_context(shared.long_list())
        file, content_type = _written(kind, name, headings, rows, kept)
        length = file.tell()
        file.seek(0)
        if length <= _PIECE:
            response = Response(file.read(), content_type=content_type)
        else:
            response = Response(_pieces(file), content_type=content_type)
            response.call_on_close(kept.pop_all().close)
    response.headers["Content-Length"] = str(length)  # a download that was cut off is noticed by the browser
    response.headers["Content-Disposition"] = disposition(f"{name}.{kind}")
    return response


def disposition(file_name: str, *, inline: bool = False) -> str:
    """A Content-Disposition that keeps Chinese names and lets no header through."""
    clean = "".join(filter(is_of_a_line, file_name)) or "file"
    plain = "".join(sign if sign.isascii() and sign not in '"\\%;' else "_" for sign in clean)
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(clean, safe='')}"


def _written(
    kind: str, name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]], kept: ExitStack
) -> tuple[IO[bytes], str]:
    """All of it in a file that is gone when `kept` ends; or a page that says that there is no room for it."""
    try:
        file = tempfile.TemporaryFile(buffering=_PIECE)  # noqa: SIM115 - closed by `kept`
        kept.callback(_close, file)
        sheet = FORMATS[kind](file, name, headings)
        try:
            _write(sheet, rows)
            file.flush()
        except BaseException:
            sheet.abandon()
            raise
    except OSError as error:
        if error.errno not in NO_SPACE:
            raise
        _log.error("no room to write an export", exc_info=error)
        advice = _("請通知系統管理者騰出空間，再匯出一次；短的清單可能還放得下。")
        abort(error_page(503, _("系統的暫存空間不足，清單沒有匯出。"), heading=_("暫時不能匯出"), advice=advice))
    return file, sheet.content_type


def _close(file: IO[bytes]) -> None:
    """Without a word of what was still to be written, where there was no room for it."""
    with suppress(OSError):
        file.close()


def _write(sheet: Sheet, rows: Iterable[Sequence[Any]]) -> None:
    most = current_app.config["SIWEI"].max_export_mb << 20
    until = time.monotonic() + LONGEST_WRITING_SECONDS
    for number, row in enumerate(rows):
        sheet.write(row)
        if number % _LOOK_EVERY == 0:
            shared.still_at_work()
        if sheet.size > most:
            _refuse(_("這份清單的檔案會超過%(most)s MB。", most=f"{most >> 20:,}"))
        if sheet.is_full:
            _refuse(_("這份清單超過ODS檔可以容納的大小；CSV檔可以容納更多。"))
        if time.monotonic() > until:
            _refuse(_("這份清單要寫十分鐘以上。"))
    sheet.close()


def _refuse(why: str) -> None:
    """Say that it is too long, and what to do; nothing is taken out in part."""
    advice = _("沒有匯出任何資料，以免清單不完整。請用搜尋或篩選（例如流程、日期）縮小範圍，分成幾份匯出。")
    abort(error_page(422, why, heading=_("清單太長，不能匯出"), advice=advice))


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """The file's content for as long as its reader keeps up."""
    if (connection := request.environ.get("gunicorn.socket")) is not None:
        connection.settimeout(SLOWEST_PIECE_SECONDS)
    return _read(file, time.monotonic() + LONGEST_SENDING_SECONDS)


def _read(file: IO[bytes], until: float) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
        shared.still_at_work()
        if time.monotonic() > until:
            _log.warning("an export was read too slowly and is broken off")
            raise TimeoutError
