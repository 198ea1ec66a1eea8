"""Files that people send: what they are by content, not by name, before they are stored.

Rule source: threats section 7 "Uploads" and "File names".
"""

from __future__ import annotations

import io
import unicodedata
import warnings
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import puremagic
from PIL import Image, ImageOps

from engine.forms import Field, Message
from engine.forms.types.files import accepted_types, max_size
from engine.wording import is_of_a_line

MAX_PIXELS = 40_000_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 100
MAX_ENTRIES = 5000
_JPEG_QUALITY = 92

CONTENT_TYPES = {
    "pdf": "application/pdf",
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "txt": "text/plain",
    "csv": "text/csv",
}


class UploadRefused(Exception):
    """The file cannot be taken; carries the message for the person."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.message = Message(code, params)


@dataclass(frozen=True)
class Upload:
    """A file that passed. `content` of an image is its pixels written anew (no hidden data comes along)."""

    name: str
    content: bytes
    content_type: str


def clean_name(name: str) -> str:
    """A file name as data: no folders, no control or direction characters, at most 200 characters.

    Chinese stays (`secure_filename` would leave `pdf` of 陳情書.pdf).
    """
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(filter(is_of_a_line, base)).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[: 200 - len(ending) - 1]}.{ending}" if dot and len(ending) <= 10 else kept[:200]


def check_upload(field: Field, name: str, content: bytes) -> Upload:
    """Look at one file sent for `field`.

    Raises:
        UploadRefused: with `file-name`, `file-empty`, `file-too-large`, `file-type` (not
            an ending the field takes), `file-content` (is not what its ending says),
            `file-image-too-large`, `file-packed` (unpacks to too much) or `file-macros`.
    """
    label = clean_name(name)
    ending = label.rpartition(".")[2].lower()
    if not label or "." not in label:
        raise UploadRefused("file-name", name=label or "?")
    if ending not in accepted_types(field):
        raise UploadRefused("file-type", name=label, types=", ".join(accepted_types(field)))
    if not content:
        raise UploadRefused("file-empty", name=label)
    if len(content) > max_size(field):
        raise UploadRefused("file-too-large", name=label, max=max_size(field) // 1024 // 1024)
    try:
        checked = _CHECKS[ending](ending, content)
    except UploadRefused as refused:
        raise UploadRefused(refused.message.code, **{**refused.message.params, "name": label}) from None
    return Upload(label, checked, CONTENT_TYPES[ending])


def _pdf(ending: str, content: bytes) -> bytes:
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-2048:]:
        raise UploadRefused("file-content")
    return content


def _text(ending: str, content: bytes) -> bytes:
    """UTF-8, UTF-16 with its mark, or Big5; no control characters; nothing that puremagic takes for a program."""
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp950")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(unicodedata.category(char) == "Cc" and char not in "\r\n\t\f" for char in text):
            break
        if _looks_like(content) & {".exe", ".elf", ".zip", ".pdf", ".png", ".jpg", ".gif", ".html", ".svg"}:
            break
        return content
    raise UploadRefused("file-content")


def _looks_like(content: bytes) -> set[str]:
    try:
        return {match.extension for match in puremagic.magic_string(content)}
    except (puremagic.PureError, ValueError):
        return set()


def _image(ending: str, content: bytes) -> bytes:
    wanted = "PNG" if ending == "png" else "JPEG"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(content), formats=[wanted]) as image:
                if image.width * image.height > MAX_PIXELS:
                    raise UploadRefused("file-image-too-large", pixels=MAX_PIXELS // 1_000_000)
                image.load()
                upright = ImageOps.exif_transpose(image)
                return _written(upright, wanted)
    except UploadRefused:
        raise
    except Image.DecompressionBombError:
        raise UploadRefused("file-image-too-large", pixels=MAX_PIXELS // 1_000_000) from None
    except Exception:  # Pillow raises many kinds for a broken picture; all mean the same to the person
        raise UploadRefused("file-content") from None


def _written(image: Image.Image, wanted: str) -> bytes:
    """The picture's pixels in a new file: comments, places and anything appended stay behind."""
    fresh = Image.new(image.mode, image.size)
    fresh.paste(image)
    if image.mode == "P" and (palette := image.getpalette()) is not None:
        fresh.putpalette(palette)
    out = io.BytesIO()
    if wanted == "PNG":
        transparency = image.info.get("transparency")
        fresh.save(out, "PNG", **({} if transparency is None else {"transparency": transparency}))
    else:
        fresh.save(out, "JPEG", quality=_JPEG_QUALITY)
    return out.getvalue()


def _open_document(ending: str, content: bytes) -> bytes:
    with _archive(content) as archive:
        try:
            declared = archive.read("mimetype")[:200].decode("ascii", "replace").strip()
        except KeyError:
            raise UploadRefused("file-content") from None
        if declared != CONTENT_TYPES[ending] or "content.xml" not in archive.namelist():
            raise UploadRefused("file-content")
        _without_macros(archive.namelist(), ("basic/", "scripts/"))
    return content


def _office_open(ending: str, content: bytes) -> bytes:
    folder = "word/" if ending == "docx" else "xl/"
    with _archive(content) as archive:
        names = archive.namelist()
        if "[Content_Types].xml" not in names or not any(name.startswith(folder) for name in names):
            raise UploadRefused("file-content")
        _without_macros(names, (f"{folder}vbaproject.bin",))
    return content


def _without_macros(names: Iterable[str], starts: tuple[str, ...]) -> None:
    if any(name.lower().startswith(starts) for name in names):
        raise UploadRefused("file-macros")


def _archive(content: bytes) -> zipfile.ZipFile:
    """The archive, when it unpacks to a sensible size."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        raise UploadRefused("file-content") from None
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    bomb = len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(len(content), 1)
    if bomb or any(entry.flag_bits & 1 for entry in entries):
        raise UploadRefused("file-packed" if bomb else "file-content")
    return archive


_CHECKS: dict[str, Callable[[str, bytes], bytes]] = {
    "pdf": _pdf,
    "txt": _text,
    "csv": _text,
    "jpg": _image,
    "jpeg": _image,
    "png": _image,
    "odt": _open_document,
    "ods": _open_document,
    "odp": _open_document,
    "docx": _office_open,
    "xlsx": _office_open,
}
