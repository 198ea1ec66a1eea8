"""Whole lists: what the pages show one after the other, at once, however long."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta

import pytest

from engine import SYSTEM, InboxQuery, InstanceQuery
from engine.cases.listing import AT_ONCE
from engine.errors import Invalid, ListsBusy
from engine.store.paging import MAX_ROWS
from tests.engine.services.diagrams import APPROVAL
from tests.multiplied import forget_copies, multiply

CASES = 7


@pytest.fixture
def some(engine, deploy, people, clock):
    """Cases of a clerk, one of them claimed, the last one confidential."""
    deploy(APPROVAL)
    for number in range(CASES):
        clock.advance(timedelta(minutes=1))
        more = {"security_class": "密"} if number == CASES - 1 else {}
        engine.runtime.start("approval", actor=people["kuo"], variables={"subject": f"第{number % 3}件", **more})
    yield
    for case in engine.runtime.find(InstanceQuery(status="active", limit=MAX_ROWS), SYSTEM).rows:
        engine.runtime.cancel(case.id, reason="測試結束", actor=SYSTEM)


def paged(page_of, query):
    """All pages of a list, small ones."""
    rows, after = [], None
    while True:
        page = page_of(query(after))
        rows += page.rows
        if (after := page.after) is None:
            return rows


@pytest.mark.parametrize("who", ["kuo", "wang", "chief"])
@pytest.mark.parametrize(
    "options", [{}, {"sort": "subject", "descending": False}, {"text": "第1件"}, {"scope": "started"}]
)
def test_a_list_of_cases_is_what_its_pages_are(engine, people, some, who, options):
    pages = paged(
        lambda query: engine.runtime.find(query, people[who]),
        lambda after: InstanceQuery(limit=2, after=after, **options),
    )
    with engine.lists.cases(InstanceQuery(**options), people[who]) as found:
        rows = list(found.rows)
    assert rows == pages
    assert found.total == len(pages)


@pytest.mark.parametrize("tab", ["pending", "mine", "overdue", "deputy", "following", "done"])
def test_a_tab_is_what_its_pages_are(engine, people, some, tab):
    first = engine.tasks.inbox(people["tsai"]).rows[0].task
    engine.tasks.claim(first.id, people["tsai"])
    pages = paged(
        lambda query: engine.tasks.inbox(people["tsai"], query), lambda after: InboxQuery(tab=tab, limit=2, after=after)
    )
    with engine.lists.tasks(InboxQuery(tab=tab), people["tsai"]) as found:
        assert list(found.rows) == pages
    assert found.total == len(pages) == {"pending": CASES - 1, "mine": 1}.get(tab, 0)


def test_the_work_of_a_unit_is_what_its_page_shows(engine, people, some):
    with engine.lists.unit_tasks(people["chief"]) as found:
        rows = list(found.rows)
    assert rows == [task for row in engine.tasks.unit_work(people["chief"]) for task in row.tasks]
    assert found.total == len(rows)


def test_a_list_is_longer_than_any_page(engine, people, some, intruder):
    more = MAX_ROWS + 150
    query = InstanceQuery(scope="started")
    with engine.lists.cases(query, people["kuo"]) as found:
        before = found.total
    multiply(intruder, more)
    with engine.lists.cases(query, people["kuo"]) as found:
        rows = list(found.rows)
    forget_copies(intruder)
    assert len({row.id for row in rows}) == len(rows) == found.total == before + more


def test_who_breaks_off_or_fails_holds_nothing(engine, people, some):
    with engine.lists.cases(InstanceQuery(), people["kuo"]) as found:
        next(found.rows)
    with pytest.raises(RuntimeError), engine.lists.cases(InstanceQuery(), people["kuo"]):
        raise RuntimeError
    assert engine.store.engine.pool.checkedout() == 0


def test_an_unknown_order_is_refused(engine, people):
    with pytest.raises(Invalid), engine.lists.cases(InstanceQuery(sort="weight"), people["kuo"]):
        pass


def test_so_many_lists_at_one_time_leave_connections_for_others(engine, people, some):
    with ExitStack() as opened:
        for _ in range(AT_ONCE):
            opened.enter_context(engine.lists.cases(InstanceQuery(), people["kuo"]))
        with pytest.raises(ListsBusy):
            opened.enter_context(engine.lists.unit_tasks(people["chief"]))
    with engine.lists.unit_tasks(people["chief"]) as found:
        assert found.total


def test_a_filter_by_what_no_text_can_hold_leaves_no_case(engine, some):
    assert engine.runtime.find(InstanceQuery(), SYSTEM).rows
    assert engine.runtime.find(InstanceQuery(filters={"source": "前\x00後"}), SYSTEM).rows == ()
