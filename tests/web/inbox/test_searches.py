"""Searches kept under a name: saved where they were made, called up again, deleted; one's own only."""

from __future__ import annotations

import pytest

from tests.web.conftest import CHIEF, HANDLER, STARTER, found


def keep(browser, address, name):
    return browser.post(address, {"name": name})


@pytest.mark.parametrize(
    ("kept_of", "leads_to"),
    [
        ("page=inbox.show&tab=pending&q=路燈&speed=速件", "/inbox/pending?"),
        ("page=cases.find&q=路燈&overdue=1", "/cases?"),
        ("page=cases.mine&scope=following&q=路燈", "/cases/mine?"),
    ],
)
def test_a_search_is_kept_called_up_and_deleted(browser, kept_of, leads_to):
    mine = browser(HANDLER)
    saved = keep(mine, f"/searches?{kept_of}", "路燈 急件")
    assert saved.status_code == 303
    assert saved.location.startswith(leads_to)
    page = mine.get("/inbox/mine").text
    assert found(r'href="([^"]+)"[^>]*>路燈 急件<', page).replace("&amp;", "&") == saved.location
    assert "路燈 急件" not in browser(STARTER).get("/inbox/mine").text
    forget = found(r'action="(/searches/[0-9a-f-]{36}/forget)"', page)
    assert browser(STARTER).post(forget).status_code == 404
    assert mine.post(forget).status_code == 303
    assert "路燈 急件</a>" not in mine.get("/inbox/mine").text


@pytest.mark.parametrize(("name", "said"), [("", "請給這個搜尋一個名稱。"), ("長" * 61, "名稱太長")])
def test_a_name_that_will_not_do_is_said(browser, name, said):
    mine = browser(HANDLER)
    assert keep(mine, "/searches?page=inbox.show&tab=mine&q=x", name).status_code == 422
    assert said in found(r'id="search-name-error">(.*?)</p>', mine.last.text)
    assert f'name="name" value="{name}"' in mine.last.text


@pytest.mark.parametrize("address", ["page=admin.index", "page=inbox.show&tab=nowhere", "q=x"])
def test_only_lists_can_be_kept(browser, address):
    assert keep(browser(HANDLER), f"/searches?{address}", "名稱").status_code == 404


def test_only_a_narrowed_list_offers_to_be_kept(browser):
    assert "存成常用搜尋" in browser(HANDLER).get("/inbox/mine?q=路燈").text
    assert "存成常用搜尋" not in browser(HANDLER).get("/inbox/mine").text


def test_more_than_fifty_are_refused_with_what_to_do(browser, engine, actor):
    for number in range(len(engine.searches.of(actor(CHIEF))), 50):
        engine.searches.save(actor(CHIEF), f"搜尋{number}", {"page": "cases.find", "q": "路燈"})
    mine = browser(CHIEF)
    assert keep(mine, "/searches?page=cases.find&q=路燈", "第五十一個").status_code == 422
    assert "最多保留50個常用搜尋，請先刪除不用的。" in mine.last.text
    assert 'value="路燈"' in mine.last.text, "the list is shown as it was asked for"
