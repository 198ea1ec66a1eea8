"""Files sent with a form: looked at, stored once, kept through errors, never somebody else's."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from PIL import Image

from engine import forms
from webapp.taskforms.kept import sign, unsign
from webapp.taskforms.uploads import UploadRefused, check_upload, clean_name

FIELD = forms.parse(b'{"components": [{"type": "filepicker", "key": "a"}]}').fields[0]
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n%%EOF\n"
TEXT = "一,二\n三,四\n".encode()


def picture(kind="PNG", size=(4, 3), mode="RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else 1).save(out, kind, **options)
    return out.getvalue()


def archive(entries: dict[str, bytes], stored: bool = False) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            made.writestr(name, content)
    return out.getvalue()


ODT = archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"})
ODS = archive({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"})
DOCX = archive({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
XLSX = archive({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"})


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("陳情書.pdf", PDF),
        ("名單.csv", TEXT),
        ("說明.txt", "說明".encode("cp950")),
        ("u.txt", "說明".encode("utf-16")),
        ("a.odt", ODT),
        ("a.ods", ODS),
        ("a.docx", DOCX),
        ("a.xlsx", XLSX),
        ("a.png", picture()),
        ("A.JPG", picture("JPEG")),
    ],
)
def test_what_is_what_it_says_is_taken(name, content):
    upload = check_upload(FIELD, name, content)
    assert upload.name == name
    assert upload.content_type.split("/")[0] in ("application", "text", "image")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.exe", b"MZ", "file-type"),
        ("a.svg", b"<svg/>", "file-type"),
        ("a.html", b"<html>", "file-type"),
        ("a", PDF, "file-name"),
        ("", PDF, "file-name"),
        ("a.pdf", b"", "file-empty"),
        ("a.pdf", b"MZ\x90", "file-content"),
        ("a.pdf", b"<html>%PDF-1.7 %%EOF", "file-content"),
        ("a.png", PDF, "file-content"),
        ("a.png", picture("GIF"), "file-content"),
        ("a.jpg", picture("PNG"), "file-content"),
        ("a.txt", b"a\x00b", "file-content"),
        ("a.csv", b"MZ\x00\x01", "file-content"),
        ("a.txt", b"\xff\xfe\x00", "file-content"),
        ("a.odt", ODS, "file-content"),
        ("a.odt", DOCX, "file-content"),
        ("a.docx", XLSX, "file-content"),
        ("a.docx", b"PK\x03\x04", "file-content"),
        ("a.docx", archive({"[Content_Types].xml": b"", "word/vbaProject.bin": b"x", "word/a": b""}), "file-macros"),
        (
            "a.odt",
            archive({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"", "Basic/x.xml": b""}),
            "file-macros",
        ),
        ("a.xlsx", archive({"[Content_Types].xml": b"", "xl/a": b"\x00" * 30_000_000}), "file-packed"),
        ("a.png", picture()[:40], "file-content"),
        ("a.pdf", PDF + b"x" * 10 * 1024 * 1024, "file-too-large"),
    ],
)
def test_what_is_not_is_refused_with_its_reason(name, content, code):
    with pytest.raises(UploadRefused) as refused:
        check_upload(FIELD, name, content)
    assert refused.value.message.code == code


def test_pictures_with_too_many_pixels_are_refused_before_they_are_unpacked():
    huge = picture(size=(7000, 7000), mode="1")
    assert len(huge) < 100_000
    with pytest.raises(UploadRefused) as refused:
        check_upload(FIELD, "a.png", huge)
    assert refused.value.message.code == "file-image-too-large"


def test_pictures_are_written_anew_without_what_hides_in_them():
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    content = picture("JPEG", exif=exif) + b"<script>trailing</script>"
    assert b"secret place" in content
    upload = check_upload(FIELD, "a.jpg", content)
    assert b"secret place" not in upload.content
    assert b"script" not in upload.content
    with Image.open(io.BytesIO(upload.content)) as image:
        assert image.size == (4, 3)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "1"])
def test_pictures_of_every_kind_survive(mode):
    content = io.BytesIO()
    Image.new("RGBA", (3, 2), (10, 20, 30, 128)).convert(mode).save(content, "PNG")
    with Image.open(io.BytesIO(check_upload(FIELD, "a.png", content.getvalue()).content)) as image:
        assert (image.size, image.mode) == ((3, 2), mode)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("陳情書.pdf", "陳情書.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\x\\y.pdf", "y.pdf"),
        ("a\r\nb.pdf", "ab.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        (".pdf", "pdf"),
        ("長" * 300 + ".pdf", "長" * 196 + ".pdf"),
        (" a .pdf ", "a .pdf"),
    ],
)
def test_names_are_data(given, kept):
    assert clean_name(given) == kept


# -- on the page -----------------------------------------------------------------------


def send(probe, files, **data):
    marker = {"f.attachments.#": ""}
    return probe.post({**marker, **data, "f.attachments.file": [(io.BytesIO(content), name) for name,
        content in files]},
                      content_type="multipart/form-data")  # fmt: skip


def tokens(answer) -> list[str]:
    return re.findall(r'name="f.attachments" value="([^"]+)" checked', answer.get_data(as_text=True))


def test_a_chosen_file_survives_an_error_elsewhere_and_is_stored_once(probe):
    first = send(probe, [("計畫.pdf", PDF), ("名單.csv", TEXT)])
    assert first.status_code == 422
    assert len(probe.stored) == 2
    kept = tokens(first)
    again = probe.post({"f.attachments.#": "", "f.attachments": kept})
    assert tokens(again) == kept
    assert len(probe.stored) == 2
    assert [file["label"] for file in probe.last.state.node("attachments").value] == ["計畫.pdf", "名單.csv"]


def test_unticking_a_kept_file_leaves_it_out(probe):
    kept = tokens(send(probe, [("a.pdf", PDF), ("b.pdf", PDF)]))
    probe.post({"f.attachments.#": "", "f.attachments": kept[1:]})
    assert [file["label"] for file in probe.last.state.node("attachments").value] == ["b.pdf"]


def test_a_refused_file_is_named_at_the_field_and_in_the_summary(probe):
    answer = send(probe, [("a.exe", b"MZ"), ("b.pdf", PDF)])
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "「a.exe」的類型不收" in html[html.index("error-summary") :]
    assert [name for name, _, _ in probe.stored] == ["b.pdf"]


def test_a_refused_file_is_said_on_a_refresh_too(probe):
    assert "「a.exe」的類型不收" in send(probe, [("a.exe", b"MZ")], form_action="refresh").get_data(as_text=True)


def test_a_required_file_that_was_refused_is_not_also_called_missing(probe):
    probe.use({"type": "filepicker", "key": "attachments", "label": "附件", "validate": {"required": True}})
    send(probe, [("a.exe", b"MZ")])
    assert [message.code for message in probe.last.result.errors["attachments"]] == ["file-type"]


def test_nothing_is_stored_for_a_field_that_may_not_be_changed(probe):
    probe.use({"type": "filepicker", "key": "attachments", "label": "附件", "readonly": True})
    send(probe, [("a.pdf", PDF)])
    probe.use({"type": "filepicker", "key": "attachments", "label": "附件", "conditional": {"hide": "=true"}})
    send(probe, [("a.pdf", PDF)])
    assert probe.stored == []


def test_nobody_can_name_a_file_that_was_not_theirs(probe):
    with probe.app.test_request_context():
        theirs = sign({"id": "f9", "label": "x.pdf", "size": 1}, "somebody.else")
        mine = sign({"id": "f1", "label": "y.pdf", "size": 1}, probe.person)
        assert unsign(theirs, probe.person) is None
        assert unsign(mine, probe.person) == {"id": "f1", "label": "y.pdf", "size": 1}
    answer = probe.post({"f.attachments.#": "", "f.attachments": [theirs, mine, "f9", "garbage"]})
    assert [file["id"] for file in probe.last.state.node("attachments").value] == ["f1"]
    assert "有檔案已失效" in answer.get_data(as_text=True)


def test_files_in_rows(probe):
    row = {"type": "filepicker", "key": "proof", "label": "證明"}
    probe.use({"type": "dynamiclist", "path": "rows", "label": "列", "components": [row]})
    data = {"f.rows.#": "", "f.rows.0.#": "", "f.rows.0.proof.#": "", "f.rows.0.proof.file": (io.BytesIO(PDF), "a.pdf")}
    answer = probe.post(data, content_type="multipart/form-data")
    assert answer.get_data(as_text=True) == "done"
    assert probe.last.result.values["rows"][0]["proof"][0]["label"] == "a.pdf"


def test_a_draft_keeps_stored_files(probe):
    send(probe, [("a.pdf", PDF)], form_action="draft")
    assert len(tokens(probe.client.get("/probe"))) == 1
