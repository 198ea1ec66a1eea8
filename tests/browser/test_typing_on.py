"""A form follows the answers while somebody types on: a slow answer of the server loses nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.site import REGISTRAR

ADDRESS = "/start/petition"


@pytest.fixture
def page(open_page):
    """The petition form; the first request for a refreshed form is held back until `let_go`."""
    page = open_page(REGISTRAR, ADDRESS)
    page.wait_for_selector("[data-task-form][data-started]")  # its script is fetched once the page is there
    page.evaluate("""() => {
        const fetch = window.fetch;
        window.fetch = async (address, options) => {
            const first = options?.method === "POST" && !window.letGo;
            if (first) await new Promise((resolve) => { window.letGo = resolve; });
            return fetch(address, options);
        };
    }""")
    return page


def field(page, name):
    return page.locator(f"[name='f.{name}']")


def ask(page):
    """Answer what others depend on: the form asks the server, which will warn of the missing name."""
    field(page, "channel").select_option("市長信箱")
    page.wait_for_function("() => window.letGo")


def let_go(page):
    page.evaluate("() => window.letGo()")


def test_what_was_typed_while_the_answer_was_under_way_stays(page):
    ask(page)
    field(page, "subject").fill("人行道地磚破損")
    field(page, "reply_method").select_option("電子郵件")
    field(page, "pdpa_ack").check()
    field(page, "content").press_sequentially("多處地磚")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        let_go(page)
    expect(field(page, "subject")).to_have_value("人行道地磚破損")
    expect(field(page, "reply_method")).to_have_value("電子郵件")
    expect(field(page, "pdpa_ack")).to_be_checked()
    expect(field(page, "content")).to_be_focused()
    page.keyboard.type("鬆動")
    expect(field(page, "content")).to_have_value("多處地磚鬆動")


def test_an_answer_that_others_depend_on_is_asked_about_when_the_first_has_come(page):
    ask(page)
    field(page, "petitioner_kind").select_option("代理人")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        let_go(page)
    expect(page.get_by_text("委任書").first).to_be_visible()
    expect(field(page, "petitioner_kind")).to_have_value("代理人")
    expect(field(page, "channel")).to_have_value("市長信箱")
