"""How much a page asks of the database: statements and commits under a ceiling that was measured."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.counting import counting
from tests.web.conftest import HANDLER

PAGES = {
    "/inbox/mine": 7,
    "/tasks/{task}": 17,
    "/tasks/{task}?view=history": 16,
    "/cases/{case}": 11,
    "/cases/mine": 7,
    "/start": 5,
    "/help": 2,
    "/session": 1,
}
"""Two of each say who asks; one what is on every page: how many notices are unread."""


@pytest.mark.parametrize("path", sorted(PAGES))
def test_a_page_stays_under_its_ceiling(browser, claimed, path):
    case, task = claimed()
    who = browser(HANDLER)
    address = path.format(case=case.id, task=task)
    who.get(address)  # what a process reads once is read now
    with counting() as counted:
        assert who.get(address).status_code == 200
    assert 0 < len(counted.statements) <= PAGES[path], counted.statements
    assert counted.commits == 0, "looking changes nothing"


def test_deciding_over_http_takes_ten_statements_and_one_commit(browser, claimed):
    who = browser(HANDLER)
    for _ in range(2):  # the second time nothing has to be read that a process reads once
        _case, task = claimed()
        form = {
            "csrf_token": who.csrf(),
            "token": str(uuid4()),
            "form_action": "submit",
            "f.opinion": "同意",
            "f.decision": "forward",
        }
        with counting() as counted:
            answer = who.post(f"/tasks/{task}", form, csrf=False)
        assert answer.status_code == 303, answer.text
    assert 0 < len(counted.statements) <= 9, counted.statements
    assert counted.commits == 1
