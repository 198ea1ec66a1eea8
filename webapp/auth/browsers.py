"""Which browser on which system somebody signed in with, in words, read from what the browser calls itself."""

from __future__ import annotations

import re

from flask_babel import gettext as _

_BROWSERS = (
    ("Microsoft Edge", re.compile(r"\bEdg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"\bOPR/|\bOpera\b")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("LINE", re.compile(r"\bLine/")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"Chrome/|\bCriOS/|\bChromium/")),
    ("Safari", re.compile(r"\bSafari/")),
)
"""In this order: nearly every browser also claims to be those below it."""
_SYSTEMS = (
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMac(?:intosh| OS X)\b")),
    ("Linux", re.compile(r"\bLinux\b|\bX11\b")),
)


def browser_words(user_agent: str | None) -> str:
    """`Chrome（Windows）`, `Firefox`; what calls itself none of the usual browsers is another program."""
    if not user_agent:
        return _("不明")
    browser, system = _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)
    if not browser:
        return _("其他程式（%(system)s）", system=system) if system else _("其他程式")
    return _("%(browser)s（%(system)s）", browser=browser, system=system) if system else browser


def _first(known: tuple[tuple[str, re.Pattern[str]], ...], text: str) -> str:
    return next((name for name, sign in known if sign.search(text)), "")
