"""The `similar_cases` connector on a real database: what is suggested, why, in which order, and what never is."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from engine import Store
from engine.connectors import SimilarCasesConnector
from engine.connectors.similar_cases import FAILED, MAX_SUGGESTIONS
from engine.errors import ConnectorError

TILES = "四維三路人行道多處地磚破損鬆動，行人易跌倒，請派員修復。"
FLOOD = "大雨後地下道積水半天未退，機車無法通行，請改善抽水設備。"


@pytest.fixture
def connector(store):
    return SimilarCasesConnector(store)


@pytest.fixture
def register(begin):
    """Register a petition so many days before today; gives its number."""

    def run(days_ago=0, **given):
        values = {"subject": "人行道地磚破損", "content": TILES, "petitioner_name": None, "phone": None, "email": None}
        return begin({**values, **given}, days_ago).business_key

    return run


def arguments(case_no, **given):
    contact = {name: given.pop(name, None) for name in ("phone", "email", "petitioner_name")}
    texts = {"subject": given.pop("subject", "人行道地磚破損"), "content": given.pop("content", TILES)}
    place = {name: given.pop(name, None) for name in ("district", "location")}
    return {"case_no": case_no, "contact": contact, "texts": texts, "place": place, **given}


def found(connector, case_no, **given):
    return connector.call(arguments(case_no, **given), key="a")["cases"]


def test_the_same_matter_in_other_words_is_suggested_and_another_matter_is_not(connector, register):
    same = register(10, subject="人行道地磚鬆動請修復", content="四維三路人行道地磚多處破損，行人易跌倒，請速修復。")
    register(10, subject="地下道積水", content=FLOOD)
    (suggestion,) = found(connector, register())
    assert suggestion["case_no"] == same
    assert suggestion["subject"] == "人行道地磚鬆動請修復"
    assert suggestion["received_on"] == date(2018, 5, 19)
    assert suggestion["status"] == "active"
    assert 40 <= suggestion["likeness"] < 100
    assert (suggestion["contact"], suggestion["same_place"]) == (None, False)


@pytest.mark.parametrize(
    ("known", "written"),
    [
        ({"phone": "0912-345-678"}, {"phone": "0912-345-678"}),
        ({"email": "yichun@example.org"}, {"email": "YiChun@example.org"}),
        ({"petitioner_name": "陳怡君"}, {"petitioner_name": "陳怡君"}),
    ],
    ids=["phone", "email", "name"],
)
def test_the_same_contact_is_a_reason_whatever_the_matter(connector, register, known, written):
    other = register(3, subject="地下道積水", content=FLOOD, **known)
    (suggestion,) = found(connector, register(), **written)
    assert (suggestion["case_no"], suggestion["contact"]) == (other, next(iter(known)))
    assert suggestion["likeness"] < 40


def test_the_same_place_is_a_reason_even_when_one_says_it_shorter(connector, register):
    other = register(3, subject="路燈不亮", content="入夜後一片漆黑。", district="苓雅區", location="四維三路2號前")
    register(3, subject="路燈不亮", content="入夜後一片漆黑。", district="鳳山區", location="四維三路2號前")
    register(3, subject="路燈不亮", content="入夜後一片漆黑。", district="苓雅區", location=None)
    (suggestion,) = found(connector, register(), district="苓雅區", location="四維三路2號")
    assert (suggestion["case_no"], suggestion["same_place"]) == (other, True)


def test_a_district_alone_is_no_place(connector, register):
    register(3, subject="路燈不亮", content="苓雅區入夜後一片漆黑。", district="苓雅區", location=None)
    assert not found(connector, register(), district="苓雅區")


def test_only_so_many_days_back_and_only_what_was_there_before(connector, register):
    register(92)
    oldest = register(91)
    this = register(1)
    register(0)
    assert [one["case_no"] for one in found(connector, this)] == [oldest]
    assert [one["case_no"] for one in found(connector, this, days=Decimal(90))] == [oldest]
    assert not found(connector, this, days=Decimal(89))


def test_how_alike_texts_must_be_is_the_callers_to_say(connector, register):
    register(2, subject="人行道地磚鬆動請修復", content="四維三路人行道地磚多處破損，行人易跌倒，請速修復。")
    this = register()
    assert found(connector, this, likeness=Decimal(40))
    assert not found(connector, this, likeness=Decimal(99))


def test_a_confidential_case_is_never_suggested(connector, register):
    register(2, phone="0912-345-678", security_class="密")
    assert not found(connector, register(), phone="0912-345-678")


def test_the_likeliest_come_first_and_no_more_than_five(connector, register):
    texts = [register(20 - at) for at in range(6)]
    both = register(30, phone="0912-345-678")
    suggestions = [one["case_no"] for one in found(connector, register(), phone="0912-345-678")]
    assert suggestions[0] == both
    assert len(suggestions) == MAX_SUGGESTIONS
    assert set(suggestions[1:]) < set(texts)


def test_cases_of_other_processes_are_left_alone(connector, register, new_process):
    new_process()({"subject": "人行道地磚破損", "content": TILES})
    assert not found(connector, register())


def test_letters_that_mean_something_to_a_search_are_harmless(connector, register):
    register(1)
    odd = "'&|!():*\\ <-> ''"
    assert found(connector, register(), subject=odd, phone=odd, petitioner_name=odd, location=odd)
    assert not found(connector, register(), subject=odd, content=odd)


@pytest.mark.parametrize(
    "wrong", [{"case_no": "PT-999-00001"}, {"days": "soon"}, {"likeness": Decimal(-1)}, {"contact": "0912-345-678"}]
)
def test_what_cannot_be_searched_is_an_error_that_the_diagram_catches(connector, register, wrong):
    with pytest.raises(ConnectorError) as caught:
        connector.call({**arguments(register()), **wrong}, key="a")
    assert caught.value.params["error_code"] == FAILED
    assert not caught.value.retryable


def test_a_database_that_does_not_answer_keeps_nobody_waiting(register):
    nowhere = Store("postgresql://siwei@127.0.0.1:9/siwei")
    try:
        with pytest.raises(ConnectorError) as caught:
            SimilarCasesConnector(nowhere).call(arguments(register()), key="a")
    finally:
        nowhere.close()
    assert caught.value.params["error_code"] == FAILED
