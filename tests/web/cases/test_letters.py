"""Letters: FEEL in braces becomes the words of an office."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from engine import SYSTEM, SourceFile
from tests.web.conftest import HANDLER, STARTER, errand_files, found
from webapp.cases import letters
from webapp.cases.letter_office import Office
from webapp.cases.letter_text import LetterFault, Names, chinese, filled, holds, items, lines, money
from webapp.expressions import functions

NAMES = Names(
    {
        "who": {"id": "health", "label": "衛生局"},
        "units": [{"id": "a", "label": "工務局"}, {"id": "b", "label": "水利局"}],
        "day": date(2018, 5, 29),
        "at": datetime(2018, 5, 29, 5, 30, tzinfo=UTC),
        "cost": Decimal("14286"),
        "people": [{"name": "甲", "count": 3}, {"name": "乙", "count": 4}],
        "nothing": None,
        "案由": "路面破損",
    },
    {},
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("受文者：{{ who | label }}", "受文者：衛生局"),
        ("{{ who.label }}", "衛生局"),
        ("{{ units | label }}", "工務局、水利局"),
        ("{{ day | roc_date }}", "107年5月29日"),
        ("{{ day | roc_full }}", "中華民國107年5月29日"),
        ("{{ at | roc_datetime }}", "107年5月29日下午1時30分"),
        ("{{ day | en_date }}", "29 May 2018"),
        ("{{ at | en_datetime }}", "29 May 2018, 1:30 p.m."),
        ("{{ cost | money }}", "新臺幣1萬4,286元"),
        ("{{ cost | number }}", "14,286"),
        ("{{ cost * 2 }}", "28,572"),
        ("{{ nothing }}{{ unknown_name }}", ""),
        ("{{ 案由 }}", "路面破損"),
        ('{{ if cost > 10000 then "大" else "小" }}', "大"),
        ("沒有括號", "沒有括號"),
    ],
)
def test_placeholders(text, words):
    assert filled(text, NAMES) == words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "新臺幣0元"),
        (999, "新臺幣999元"),
        (10000, "新臺幣1萬元"),
        (77604000, "新臺幣7,760萬4,000元"),
        (100000000, "新臺幣1億元"),
        (123456789, "新臺幣1億2,345萬6,789元"),
    ],
)
def test_money_is_written_as_the_manual_says(amount, words):
    assert money(amount) == words


def test_points_are_numbered_by_depth_and_empty_ones_leave_no_gap():
    entries = [
        "第一點",
        {"if": "cost < 1", "text": "不出現"},
        "{{ nothing }}",
        {"text": "第二點：", "items": ["子一", "子二"]},
    ]
    first, second = items(entries, NAMES)
    assert (first.number, first.text) == ("一、", "第一點")
    assert (second.number, [item.number for item in second.items]) == ("二、", ["（一）", "（二）"])


def test_a_single_point_has_no_number():
    assert items(["只有一點"], NAMES)[0].number == ""


def test_one_point_for_each_of_a_list():
    entries = [{"for": "p in people", "text": "{{ p.name }}：{{ p.count }}人"}]
    assert [item.text for item in items(entries, NAMES)] == ["甲：3人", "乙：4人"]
    assert lines([{"for": "u in units", "text": "{{ u.label }}"}], NAMES) == ("工務局", "水利局")


def test_conditions_are_true_only_when_true():
    assert holds(None, NAMES)
    assert holds("cost = 14286", NAMES)
    assert not holds("nothing", NAMES)
    assert not holds("unknown_name > 1", NAMES)


def test_a_template_that_cannot_be_read_is_named():
    with pytest.raises(LetterFault, match="cost >"):
        filled("{{ cost > }}", NAMES)


def test_numbers_in_chinese():
    assert [chinese(n) for n in (1, 10, 11, 20, 21, 99)] == ["一", "十", "十一", "二十", "二十一", "九十九"]


# -- on a page --------------------------------------------------------------------------------

TEMPLATES = {
    "10-note": {
        "name": "送件通知",
        "name_en": "Note",
        "type": "書函",
        "issuer": "aia",
        "to": "{{ initiator.label }}",
        "subject": "{{ title }}一案，請查照。",
        "explanation": ["共{{ pieces }}件。", "<b>不是標記</b>"],
        "main_copies": ["衛生局"],
    },
    "20-after": {"name": "結果函", "type": "函", "when": "outcome != null", "subject": "結果"},
    "30-locked": {
        "name": "承諾函",
        "type": "函",
        "when": "outcome != null",
        "locked": "核定前不得發出",
        "subject": "承諾",
    },
}


def letter_files(changed=None):
    """The letters as files of a deployment."""
    return [
        SourceFile(f"letters/{name}.yaml", yaml.safe_dump(template, allow_unicode=True).encode())
        for name, template in {**TEMPLATES, **(changed or {})}.items()
    ]


@pytest.fixture
def with_letters(engine):
    engine.repository.deploy([*errand_files(), *letter_files()], actor=SYSTEM, approver="tests")


def test_a_running_case_keeps_the_letters_it_started_with(browser, engine, errand, with_letters):
    case, _ = errand("舊案")
    shorter = {"10-note": {**TEMPLATES["10-note"], "name": "新通知"}}
    engine.repository.deploy([*errand_files(), *letter_files(shorter)], actor=SYSTEM, approver="tests")
    later, _ = errand("新案")
    starter = browser(STARTER)
    assert "送件通知" in starter.get(f"/cases/{case.id}?view=letters").text
    assert "新通知" in starter.get(f"/cases/{later.id}?view=letters").text
    without = engine.repository.deploy(errand_files(), actor=SYSTEM, approver="tests")
    assert without.definitions, "letters alone make a version"
    last, _ = errand("無函稿")
    assert starter.get(f"/cases/{last.id}/letters/10-note").status_code == 404
    assert starter.get(f"/cases/{case.id}/letters/10-note").status_code == 200


def test_a_letter_is_listed_filled_and_escaped(browser, errand, with_letters):
    case, _ = errand("公文送件", pieces=12)
    starter = browser(STARTER)
    tab = starter.get(f"/cases/{case.id}?view=letters").text
    assert "送件通知" in tab
    assert "結果函" not in tab
    assert "核定前不得發出" in tab
    page = starter.get(f"/cases/{case.id}/letters/10-note").text
    letter = found(r'<article class="letter"(.*?)</article>', page)
    for text in (
        "高雄市政府行政暨國際處",
        "書函",
        "公文送件一案，請查照。",
        "共12件。",
        "&lt;b&gt;不是標記&lt;/b&gt;",
        "衛生局",
    ):
        assert text in letter
    assert 'lang="zh-Hant-TW"' in letter


def test_the_head_says_who_issues_where_and_who_handles_it(browser, engine, errand, with_letters):
    contact = {
        "address": "高雄市示範區四維路1號",
        "phone": "07-0001020",
        "fax": "07-0001029",
        "email": "aia@kcg.example",
    }
    engine.directory.set_contact("aia", actor=SYSTEM, **contact)
    case, _ = errand()
    head = found(
        r'<dl class="letter-address">(.*?)</dl>', browser(STARTER).get(f"/cases/{case.id}/letters/10-note").text
    )
    for text in ("高雄市示範區四維路1號", "07-0001020", "07-0001029", "aia@kcg.example"):
        assert text in head


@pytest.mark.parametrize("name", ["20-after", "30-locked", "40-none", "..%2F..%2Fsecret"])
def test_a_letter_that_may_not_be_issued_is_not_there(browser, errand, with_letters, name):
    case, _ = errand()
    assert browser(STARTER).get(f"/cases/{case.id}/letters/{name}").status_code == 404


def test_who_may_not_see_the_case_sees_no_letter(browser, errand, with_letters):
    case, _ = errand()
    assert browser("works.handler").get(f"/cases/{case.id}/letters/10-note").status_code == 404
    assert browser(HANDLER).get(f"/cases/{case.id}/letters/10-note").status_code == 200


@pytest.mark.parametrize(
    "path", sorted(Path("processes").glob("*/letters/*.yaml")), ids=lambda path: f"{path.parts[-3]}/{path.stem}"
)
def test_every_shipped_letter_is_filled_even_when_the_case_knows_nothing(app, path):
    template = yaml.safe_load(path.read_text("utf-8"))
    with app.test_request_context():
        words = letters.fill(template, Names({}, functions()), Office())
    assert words["name"]
    assert "{{" not in str(words)
