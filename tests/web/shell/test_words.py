"""Dates as both languages write them, and English for every text."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from markupsafe import Markup

from webapp import dates
from webapp.i18n import merged_catalog, quoting, quoting_markup, written
from webapp.translations.extract import missing, texts

NOON = datetime(2018, 5, 29, 4, 5, tzinfo=UTC)


@pytest.fixture(params=["zh", "en"])
def lang(request, app):
    with app.test_request_context(headers={"Accept-Language": "en" if request.param == "en" else "zh-TW"}):
        yield request.param


def test_days_are_roc_in_chinese_and_ce_in_english(lang):
    long, short = dates.roc_date(date(2018, 5, 29)), dates.roc_date(date(2018, 5, 29), "short")
    assert (long, short) == {"zh": ("民國107年5月29日", "107/05/29"), "en": ("29 May 2018", "2018-05-29")}[lang]


def test_moments_are_shown_in_taipei(lang):
    assert dates.roc_datetime(NOON) == {"zh": "民國107年5月29日 12:05", "en": "29 May 2018 12:05"}[lang]
    assert dates.roc_date(datetime(2018, 5, 29, 20, tzinfo=UTC), "short").endswith("30")


def test_chinese_is_marked_on_an_english_page_only(lang):
    name, sentence = "<b>王</b>", "table '參數表' & more"
    assert written("plain") == quoting("plain") == "plain"
    assert written(None) == ""
    assert (str(written(name)), str(quoting(sentence))) == {
        "zh": ("&lt;b&gt;王&lt;/b&gt;", "table &#39;參數表&#39; &amp; more"),
        "en": (
            '<span lang="zh-Hant-TW">&lt;b&gt;王&lt;/b&gt;</span>',
            'table &#39;<span lang="zh-Hant-TW">參數表</span>&#39; &amp; more',
        ),
    }[lang]


def test_chinese_inside_safe_html_is_marked_and_its_tags_stay(lang):
    html = Markup('<p>副市長, <a href="/x?q=>甲<b>">王</a> &amp; more</p>')
    marked = '<span lang="zh-Hant-TW">{}</span>'.format
    english = f'<p>{marked("副市長")}, <a href="/x?q=>甲<b>">{marked("王")}</a> &amp; more</p>'
    assert quoting_markup(html) == {"zh": html, "en": english}[lang]


def test_years_before_the_republic_and_before_100(lang):
    if lang == "zh":
        assert dates.roc_date(date(1911, 12, 31)) == "民國前1年12月31日"
        assert dates.roc_date(date(1990, 1, 2), "short") == "79/01/02"


def test_nothing_is_shown_for_no_date(lang):
    assert dates.roc_date(None) == dates.roc_datetime(None) == dates.iso(None) == dates.span(None) == ""


@pytest.mark.parametrize(
    ("minutes", "zh", "en"),
    [
        (0, "不到1分鐘", "under a minute"),
        (1, "1分鐘", "1 minute"),
        (59, "59分鐘", "59 minutes"),
        (60, "1小時", "1 hour"),
        (23 * 60 + 59, "23小時", "23 hours"),
        (24 * 60, "1天", "1 day"),
        (72 * 60, "3天", "3 days"),
    ],
)
def test_spans_are_said_in_the_largest_unit(lang, minutes, zh, en):
    assert dates.span(timedelta(minutes=minutes)) == {"zh": zh, "en": en}[lang]


@pytest.mark.parametrize(
    "text", ["1070529", "107/5/29", "107/05/29", "107-5-29", "民國107年5月29日", "2018-05-29", "20180529", " 107.5.29 "]
)
def test_a_day_is_read_in_every_usual_way(text):
    assert dates.parse_day(text) == date(2018, 5, 29)


@pytest.mark.parametrize("text", ["", None, "107/2/29", "107/13/1", "今天", "5/29", "107/5/29/1", "99999999", "0/1/1"])
def test_what_is_no_day_is_none(text):
    assert dates.parse_day(text) is None


def test_every_text_of_the_pages_has_english():
    assert len(list(texts())) > 300
    found = [f"{part}.po: {path.name}:{line} {ids[0]}" for part, path, line, ids in missing()]
    assert found == []


def test_no_text_is_translated_in_two_ways():
    merged_catalog(strict=True)


def test_placeholders_are_the_same_in_both_languages():
    import re

    for message in merged_catalog():
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        wanted = set(re.findall(r"%\((\w+)\)", ids[0]))
        for text in message.string if isinstance(message.string, tuple) else (message.string,):
            assert set(re.findall(r"%\((\w+)\)", text)) == wanted, ids[0]
