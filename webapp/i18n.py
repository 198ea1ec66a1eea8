"""Two languages: Traditional Chinese as written in the source, English from the catalogs.

Each part of the site keeps its English in `translations/en/LC_MESSAGES/<part>.po`.
They are read and merged when the application starts; there is nothing to compile
and nothing that can be stale.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, Domain, get_locale
from markupsafe import Markup, escape

LANGUAGES = {"zh": "中文", "en": "English"}
LOCALES = {"zh": "zh_Hant_TW", "en": "en"}
HTML_LANG = {"zh": "zh-Hant-TW", "en": "en"}
CATALOGS = Path(__file__).parent / "translations" / "en" / "LC_MESSAGES"

_CHINESE = re.compile(r"[\u3007\u4e00-\u9fff]")
_CHINESE_RUN = re.compile(r"([\u3007\u4e00-\u9fff][\u3001-\u303f\u4e00-\u9fff\uff00-\uffef]*)")
_TAG = re.compile(r"""(<[^>"']*(?:(?:"[^"]*"|'[^']*')[^>"']*)*>)""")
"""A tag with its quoted attributes, whatever stands in them."""

_AS_WRITTEN = Translations()
"""No translations: the texts stand in the source as they are shown."""


class CatalogConflict(Exception):
    """Two catalogs translate the same text differently."""


class _MergedDomain(Domain):
    """Flask-Babel's domain, filled from our merged catalog instead of compiled files."""

    def get_translations(self) -> Translations:
        return _english() if str(get_locale()).startswith("en") else _AS_WRITTEN


def init_i18n(app: Flask) -> None:
    """Let the request's language decide every text, and give templates `lang` and `languages`."""
    babel = Babel(app, default_locale=LOCALES["zh"], default_timezone="Asia/Taipei", locale_selector=_locale)
    babel.domain_instance = _MergedDomain()
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.globals.update(
        html_lang=lambda: HTML_LANG[lang()], lang=lang, languages=LANGUAGES, written_lang=written_lang
    )
    app.jinja_env.filters.update(listed=listed, quoting=quoting, quoting_markup=quoting_markup, written=written)
    _english()


def lang() -> str:
    """The language of this request: `zh` or `en`. Outside a request: `zh`."""
    if not has_request_context():
        return "zh"
    if "lang" not in g:
        chosen = session.get("lang")
        g.lang = chosen if chosen in LANGUAGES else _accepted()
    return g.lang


def written_lang(text: object) -> Markup:
    """The `lang` attribute of a text that people wrote: Chinese on an English page; nothing otherwise."""
    return Markup(' lang="zh-Hant-TW"') if lang() != "zh" and _CHINESE.search(str(text)) else Markup("")


def is_chinese() -> bool:
    """Whether this request is answered in Chinese."""
    return lang() == "zh"


def written(text: object) -> Markup:
    """Text of people, units or authors as it stands; marked as Chinese where it is and the page is not."""
    if text is None or text == "":
        return Markup()
    if is_chinese() or not _CHINESE.search(str(text)):
        return escape(text)
    return Markup('<span lang="zh-Hant-TW">{}</span>').format(text)


def quoting(text: object) -> Markup:
    """A sentence of this page's language that quotes names of authors: only these are marked as Chinese."""
    if is_chinese():
        return escape(text)
    parts = _CHINESE_RUN.split(str(text))
    return Markup("").join(written(part) if part else "" for part in parts)


def quoting_markup(html: object) -> Markup:
    """The same for safe HTML with texts of authors and values of people in it: tags stay as they are."""
    if is_chinese():
        return Markup(html)  # noqa: S704 - it was made safe where it was made
    marked = r'<span lang="zh-Hant-TW">\1</span>'
    parts = (part if _TAG.fullmatch(part) else _CHINESE_RUN.sub(marked, part) for part in _TAG.split(str(html)))
    return Markup("".join(parts))  # noqa: S704


def listed(texts: Iterable[object]) -> str:
    """Several texts in a row, each once, as the reader's language joins them."""
    return ("、" if is_chinese() else ", ").join(dict.fromkeys(map(str, texts)))


def merged_catalog(*, strict: bool = False) -> Catalog:
    """All parts' English in one catalog; the first part by name wins.

    Raises:
        CatalogConflict: `strict`, and one text has two translations.
    """
    merged = Catalog(locale="en")
    for path in sorted(CATALOGS.glob("*.po")):
        for message in read_po(io.BytesIO(path.read_bytes()), locale="en"):
            if not message.id or message.fuzzy or not message.string:
                continue
            known = merged.get(message.id, message.context)
            if known is not None:
                if strict and known.string != message.string:
                    raise CatalogConflict(f"{path.name}: {message.id!r} is {message.string!r} and {known.string!r}")
                continue
            merged.add(message.id, message.string, context=message.context)
    return merged


@lru_cache(maxsize=1)
def _english() -> Translations:
    compiled = io.BytesIO()
    write_mo(compiled, merged_catalog())
    compiled.seek(0)
    return Translations(compiled)


def _accepted() -> str:
    """Chinese unless the browser asks for English and not for Chinese."""
    wanted = request.accept_languages.best_match(["zh-TW", "zh-Hant", "zh", "en"], default="zh")
    return "en" if wanted == "en" else "zh"


def _locale() -> str:
    return LOCALES[lang()]
