"""The guides name buttons, tabs and fields as the pages do: a word that changes there is changed here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
ENGLISH = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
CHINESE = tuple(sorted((ROOT / "docs" / "zh").glob("*.md")))
SPOKEN = frozenset({"甲代乙"})
"""What the guides put in quotes though it stands on no button."""
_PAIR = re.compile(r"\*{1,2}([^*()\n]+)\*{1,2} ?\(([㐀-鿿、→ ]+)\)")
_QUOTED = re.compile(r"「([^」\n]+)」")


@pytest.fixture(scope="module")
def shown() -> dict[str, set[str]]:
    """What pages say in Chinese, with its English."""
    words: dict[str, set[str]] = {}
    for path in sorted((ROOT / "webapp" / "translations" / "en" / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file):
                first = message.id if isinstance(message.id, str) else message.id[0]
                english = message.string if isinstance(message.string, str) else message.string[0]
                words.setdefault(first, set()).add(english.casefold())
    return words


@pytest.fixture(scope="module")
def drawn() -> str:
    """The texts of diagrams and forms."""
    paths = [*(ROOT / "processes").rglob("*.bpmn"), *(ROOT / "forms").rglob("*.form")]
    return "\n".join(path.read_text("utf-8") for path in sorted(paths))


@pytest.mark.parametrize("guide", ENGLISH, ids=lambda path: path.name)
def test_english_guides_name_what_is_on_the_page(guide, shown, drawn):
    wrong = []
    for english, chinese in _PAIR.findall(guide.read_text("utf-8")):
        for said, there in zip(english.split(" → "), chinese.split(" → "), strict=True):
            if there in shown and said.casefold() not in shown[there]:
                wrong.append(f"{said} ({there}): the page says {shown[there]}")
            elif there not in shown and f'"{there}' not in drawn:
                wrong.append(f"{said} ({there}) is on no page")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("guide", CHINESE, ids=lambda path: path.name)
def test_chinese_guides_name_what_is_on_the_page(guide, shown, drawn):
    named = set(_QUOTED.findall(guide.read_text("utf-8"))) - SPOKEN
    assert not {word for word in named if word not in shown and f'"{word}' not in drawn}
