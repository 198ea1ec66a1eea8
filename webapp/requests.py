"""Requests as they are read here."""

from __future__ import annotations

import io
from typing import IO

import flask


class Request(flask.Request):
    """Files that people send stay in memory until they are in the database.

    A whole request is no larger than `SIWEI_MAX_UPLOAD_MB`, and each file is looked at as a whole. On the machine's
    disk it would be a copy that nobody tidies away after a power cut, and a full disk would cost what was typed.
    """

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return io.BytesIO()
