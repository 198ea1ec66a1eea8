"""What a browser calls itself, in words."""

from __future__ import annotations

import pytest

from tests.web.conftest import HANDLER, PASSWORD
from webapp.auth.browsers import browser_words

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "zh", "en"),
    [
        (f"{WINDOWS} {CHROME}", "Chrome（Windows）", "Chrome on Windows"),
        (f"{WINDOWS} {CHROME} Edg/140.0.0.0", "Microsoft Edge（Windows）", "Microsoft Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Firefox/143.0", "Firefox（Linux）", "Firefox on Linux"),
        (f"{IPHONE} Version/18.5 Mobile/15E148 Safari/604.1", "Safari（iPhone）", "Safari on iPhone"),
        (f"{IPHONE} CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome（iPhone）", "Chrome on iPhone"),
        (f"Mozilla/5.0 (Linux; Android 15; K) {CHROME}", "Chrome（Android）", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15", "Safari（macOS）", "Safari on macOS"),
        ("curl/8.5.0", "其他程式", "Other program"),
        ("Widget (Windows NT 10.0)", "其他程式（Windows）", "Other program (Windows)"),
        ("", "不明", "Unknown"),
        (None, "不明", "Unknown"),
    ],
)  # fmt: skip
def test_the_browser_and_the_system_are_named(app, user_agent, zh, en):
    for language, words in (("zh-TW", zh), ("en", en)):
        with app.test_request_context(headers={"Accept-Language": language}):
            assert browser_words(user_agent) == words


def test_ones_own_sessions_and_attempts_say_it_in_words(browser, engine):
    engine.accounts.sign_in(HANDLER, PASSWORD, ip="10.1.1.1", user_agent=f"{WINDOWS} {CHROME}")
    page = browser(HANDLER).get("/account/sessions").text
    assert page.count(">Chrome（Windows）</span>") == 2
    assert f">{WINDOWS}" not in page
