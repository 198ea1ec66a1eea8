"""One petition through the browser: signing in, claiming, filling, deciding."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.site import PASSWORD, REGISTRAR

pytestmark = pytest.mark.xdist_group("browser-flows")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_a_petition_is_entered_claimed_and_decided(site, open_page, script):
    page = open_page(None, "/", java_script_enabled=script)
    page.get_by_role("textbox", name="帳號").fill(REGISTRAR)
    page.get_by_role("textbox", name="密碼").fill(PASSWORD)
    page.get_by_role("button", name="登入").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
