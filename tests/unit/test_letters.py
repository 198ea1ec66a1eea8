"""Letter templates are checked before they are taken in: what nobody reads or nobody can evaluate is named."""

from __future__ import annotations

import pytest
import yaml

from engine import SourceFile
from engine.repository import letters

GOOD = {
    "name": "送件通知",
    "type": "書函",
    "when": 'outcome = "approved"',
    "issuer": "=lead_agency.id",
    "to": "{{ who | label }}",
    "subject": "{{ title }}一案，請查照。",
    "explanation": [
        "依{{ received_at | roc_date }}辦理。",
        {"if": "pieces > 1", "text": "共{{ pieces }}件：", "items": [{"for": "p in parts", "text": "{{ p.name }}"}]},
    ],
    "meeting": {"reason": "研商", "attendees": ["衛生局"]},
    "sections": [{"title": "討論事項", "items": ["無"], "if": "true"}],
    "copies": "工務局",
}


def found(**changed):
    text = yaml.safe_dump({**GOOD, **changed}, allow_unicode=True)
    return [(f.code, f.element_id) for f in letters.findings([SourceFile("letters/note.yaml", text.encode())])]


def test_a_letter_of_every_part_passes():
    assert found() == []


@pytest.mark.parametrize(
    ("changed", "code", "place"),
    [
        ({"subjekt": "x"}, "letter-unknown-key", "subjekt"),
        ({"explanation": [{"txt": "x"}]}, "letter-unknown-key", "explanation[1].txt"),
        ({"meeting": {"where": "x"}}, "letter-unknown-key", "meeting.where"),
        ({"sections": [{"name": "x"}]}, "letter-unknown-key", "sections[1].name"),
        ({"when": "outcome ="}, "letter-feel", "when"),
        ({"issuer": "=lead_agency."}, "letter-feel", "issuer"),
        ({"subject": "{{ title + }}"}, "letter-feel", "subject"),
        ({"subject": "{{ title | shout }}"}, "letter-feel", "subject"),
        ({"explanation": ["好", {"text": "x", "items": ["{{ 1 + }}"]}]}, "letter-feel", "explanation[2].items[1]"),
        ({"explanation": [{"if": "a >", "text": "x"}]}, "letter-feel", "explanation[1].if"),
        ({"explanation": [{"for": "parts", "text": "x"}]}, "letter-loop", "explanation[1].for"),
        ({"subject": "{{ title }"}, "letter-braces", "subject"),
        ({"subject": 12}, "letter-type", "subject"),
        ({"when": True}, "letter-type", "when"),
        ({"explanation": "一段"}, "letter-type", "explanation"),
        ({"explanation": [["x"]]}, "letter-type", "explanation[1]"),
        ({"meeting": ["x"]}, "letter-type", "meeting"),
        ({"sections": ["x"]}, "letter-type", "sections"),
        ({"type": "情書"}, "letter-value", "type"),
        ({"language": "fr"}, "letter-value", "language"),
        ({"name": None}, "letter-incomplete", "name"),
        ({"subject": ""}, "letter-incomplete", "subject"),
    ],
)
def test_what_is_wrong_is_named_at_its_place(changed, code, place):
    assert found(**changed) == [(code, place)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("name: [", 1),
        ("- a list", None),
        ("name: 一\nname: 二", 1),
        ("name: &a 一\ntype: 函\nsubject: *a", 3),
        ("name: !!python/object/apply:os.getcwd []", 1),
        ("explanation: " + "[" * 5000, None),
    ],
)
def test_what_is_no_letter_is_refused_whole(text, line):
    (finding,) = letters.findings([SourceFile("letters/note.yaml", text.encode())])
    assert (finding.code, finding.level, finding.line) == ("letter-unreadable", "error", line)
    assert finding.text("zh") != finding.text("en")


def test_bytes_that_are_no_text_are_refused():
    (finding,) = letters.findings([SourceFile("letters/note.yaml", b"\xff\xfe")])
    assert finding.code == "letter-unreadable"


@pytest.mark.parametrize("name", ["note.yaml", "letters/a/b.yaml", "letters/a.b.yaml", "cases/a.yaml", "letters/.yaml"])
def test_only_files_of_the_folder_are_letters(name):
    assert not letters.is_letter(SourceFile(name, b""))
