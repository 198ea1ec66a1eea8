"""Every message has words in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import engine.forms
from engine.forms import Message
from webapp.taskforms.messages import TEXTS, message_text

SOURCES = [*Path(engine.forms.__file__).parent.rglob("*.py"),
    Path(engine.forms.__file__).parents[2] / "webapp" / "taskforms" / "uploads.py",
           Path(engine.forms.__file__).parents[2] / "webapp" / "taskforms" / "taskform.py"]  # fmt: skip
PARAMS = dict.fromkeys(("max", "min", "length", "digits", "step", "words", "given", "name", "types", "pixels",
    "text", "reason"), "1") | {
    "min_en": "1", "max_en": "1", "kind": "person", "candidates": [{"id": "a", "label": "甲"}]}  # fmt: skip


def codes_in_the_sources() -> set[str]:
    found: set[str] = set()
    for path in SOURCES:
        found |= set(re.findall(r'(?:Message|Refused|UploadRefused)\(\s*"([a-z-]+)"', path.read_text("utf-8")))
    return found


def test_every_code_of_the_sources_has_words():
    assert len(codes_in_the_sources()) > 30
    assert codes_in_the_sources() <= set(TEXTS)


def test_every_message_is_translated(probe):
    for code in TEXTS:
        message = Message(code, {**PARAMS, "text": ""})
        with probe.app.test_request_context(headers={"Accept-Language": "zh-TW"}):
            chinese = message_text(message)
        with probe.app.test_request_context(headers={"Accept-Language": "en"}):
            english = message_text(message)
        assert chinese != english, code
        assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"某某字第.*號|甲", "", english)), code


def test_an_authors_own_words_go_first(probe):
    message = Message("check", {"text": "迄日須晚於起日", "text_en": "After the start"})
    with probe.app.test_request_context(headers={"Accept-Language": "en"}):
        assert message_text(message) == "After the start"
    with probe.app.test_request_context():
        assert message_text(message) == "迄日須晚於起日"
        assert message_text(Message("never-heard-of")) == "這個欄位的內容無法使用。"
