"""A form follows the answers while somebody types on: a slow answer of the server loses nothing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.site import REGISTRAR

pytestmark = pytest.mark.xdist_group("browser-flows")
ADDRESS = "/start/petition"


@pytest.fixture
def held(open_page):
    """The petition form, and the requests for its refreshed form, held back until the test lets them go."""
    page = open_page(REGISTRAR, ADDRESS)
    requests = []
    page.route(f"**{ADDRESS}", lambda route: requests.append(route) if route.request.method == "POST" else route.continue_())
    return page, requests


def field(page, name):
    return page.locator(f"[name='f.{name}']")


def ask(page, requests):
    """Leave the name empty: the form asks the server, whose answer is a warning."""
    with page.expect_request(lambda request: request.method == "POST" and request.url.endswith(ADDRESS)):
        field(page, "channel").select_option("市長信箱")
    page.wait_for_function("() => true")
    return requests[-1]


def test_what_was_typed_while_the_answer_was_under_way_stays(held):
    page, requests = held
    route = ask(page, requests)
    field(page, "subject").fill("人行道地磚破損")
    field(page, "petitioner_kind").select_option("個人")
    field(page, "pdpa_ack").check()
    field(page, "content").press_sequentially("多處地磚")
    with page.expect_response(lambda response: response.request.method == "POST"):
        route.continue_()
    expect(page.get_by_text("未具姓名")).to_be_visible()
    expect(field(page, "subject")).to_have_value("人行道地磚破損")
    expect(field(page, "petitioner_kind")).to_have_value("個人")
    expect(field(page, "pdpa_ack")).to_be_checked()
    expect(field(page, "content")).to_have_value("多處地磚")
    expect(field(page, "content")).to_be_focused()
    page.keyboard.type("鬆動")
    expect(field(page, "content")).to_have_value("多處地磚鬆動")


def test_a_second_answer_that_others_depend_on_is_asked_about_too(held):
    page, requests = held
    route = ask(page, requests)
    field(page, "petitioner_name").fill("陳怡君")
    field(page, "subject").focus()
    with page.expect_request(lambda request: "陳怡君" in (request.post_data or "")):
        route.continue_()
    requests[-1].continue_()
    expect(field(page, "petitioner_name")).to_have_value("陳怡君")
    expect(page.get_by_text("未具姓名")).to_have_count(0)
