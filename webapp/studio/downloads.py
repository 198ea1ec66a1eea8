"""Files out of the studio: one, or all of a version or draft."""

from __future__ import annotations

import io
import zipfile

from flask import Response, send_file

from engine import SourceFile
from webapp.studio import bp, sources

_TYPES = {"bpmn": "application/xml", "dmn": "application/xml", "form": "application/json", "yaml": "text/yaml"}
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The same files make the same archive."""


@bp.get("/studio/<key>/<which>/source/<path:name>")
def source(key: str, which: str, name: str) -> Response:
    """One file as it was written."""
    file = sources.named(key, which).file(name)
    answer = send_file(
        io.BytesIO(file.content), _TYPES[file.kind], as_attachment=True, download_name=file.name.rpartition("/")[2]
    )
    answer.headers["Cache-Control"] = "no-store" if which == sources.DRAFT else "private, max-age=3600"
    return answer


@bp.get("/studio/<key>/<which>.zip")
def archive(key: str, which: str) -> Response:
    """All files of a version or of the draft, as a deployment takes them."""
    files = sources.named(key, which).files
    return send_file(
        io.BytesIO(zipped(files)), "application/zip", as_attachment=True, download_name=f"{key}-{which}.zip"
    )


def zipped(files: tuple[SourceFile, ...]) -> bytes:
    """Files as a ZIP archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(files, key=lambda file: file.name):
            archive.writestr(zipfile.ZipInfo(file.name, _LONG_AGO), file.content, zipfile.ZIP_DEFLATED)
    return made.getvalue()
