"""A decision is tried out on its page: entered values or those of a past case, the rows hit, the chain."""

from __future__ import annotations

import re
from html import unescape

import pytest

from engine import SYSTEM, SourceFile
from tests.web.conftest import HANDLER, STARTER, STRANGER, found
from tests.web.decisions.conftest import fees_files

OWNER = "aia.it.owner"
PATH = "/studio/fees/try/1/fee"


def plain(markup):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).split())


@pytest.fixture
def page(browser, fees):
    return browser(STARTER).get(PATH).text


def field(page, label):
    """The id of the field under a heading."""
    return found(rf'<label for="(try-\d+)">{label}', page)


def fill(browser, page, person=STARTER, path=PATH, lang="zh", **values):
    """Send the page's form with these values by the names the decision asks for."""
    ids = dict(re.findall(r'<label for="(try-\d+)">[^<]*(?:<span[^>]*>[^<]*</span>)? <code>(\w+)</code>', page))
    return browser(person, lang).post(path, {id_: values.get(name, "") for id_, name in ids.items()})


def test_the_page_asks_for_what_the_chain_takes_from_outside_by_its_type(page):
    labels = re.findall(r'<label for="try-\d+">(\S+) <code>(\w+)</code>', page)
    assert labels == [("使用時數", "hours"), ("使用日", "use_on"), ("申請人別", "applicant_kind")]
    assert 'inputmode="decimal"' in page
    assert '<option value="學校">' in page
    assert "share</code>" not in page  # required, not asked for
    assert "-kind" not in page  # the tables say the types


def test_entered_values_give_the_row_the_chain_and_the_result(browser, page):
    answer = fill(browser, page, hours="6", use_on="115/12/1", applicant_kind="學校")
    assert answer.status_code == 200
    result = found(r'<p class="decided-result" role="status">(.*?)</p>', answer.text)
    assert plain(result) == (
        "因為使用時數為6、使用日為民國115年12月1日，依決策表「規費」第2列，規費（元）為2,400、須主管核定為是。"
    )
    assert re.findall(r'<tr class="is-hit"><th scope="row" class="num">(\d+)', answer.text) == ["1", "2"]
    assert "依決策表「減免成數」第1列，應繳比例為0.5。" in plain(answer.text)
    assert 'value="115/12/1"' in answer.text  # what was typed stays


def test_what_cannot_be_read_is_said_at_its_field_and_kept(browser, page):
    answer = fill(browser, page, hours="很多", use_on="明天", applicant_kind="學校")
    assert answer.status_code == 422
    assert "有2個地方需要修正" in answer.text
    hours = field(answer.text, "使用時數")
    assert f'id="{hours}-error"' in answer.text
    assert 'value="很多"' in answer.text
    assert "decided-result" not in answer.text


def test_what_no_row_matches_says_so_and_shows_what_was_decided_before(browser, page):
    answer = fill(browser, page, hours="40", use_on="115/12/1", applicant_kind="學校")
    assert answer.status_code == 200
    assert "決策表「規費」：沒有符合的列，也沒有預設值" in plain(answer.text)
    assert " / " not in found(r'<div class="flash flash-warning"(.*?)</div>', answer.text).replace("</", "")
    assert re.findall(r'<tr class="is-hit"><th scope="row" class="num">(\d+)', answer.text) == ["1"]


def test_errors_come_in_the_readers_language(browser, fees):
    page = browser(STARTER, "en").get(PATH).text
    answer = fill(browser, page, lang="en", hours="40", use_on="2026-12-01", applicant_kind="學校")
    assert "no row matches and there is no default" in plain(answer.text)
    assert "沒有符合的列" not in answer.text


def test_past_values_of_cases_one_may_see_fill_the_form_and_decide(browser, case):
    page = browser(STARTER).get(PATH).text
    link = found(rf'<a href="({PATH}\?past=[^"]+)">{case.business_key}（第1版）', page)
    page = browser(STARTER).get(unescape(link)).text
    for name, value in (("使用時數", "6"), ("使用日", "2026-12-01"), ("申請人別", "學校")):
        assert f'value="{value}"' in found(rf'(<input[^>]*id="{field(page, name)}".*?>)', page)
    assert "規費（元）為2,400" in plain(page)
    stranger = browser(STRANGER).get(PATH).text
    assert case.business_key not in stranger
    assert "decided-result" not in browser(STRANGER).get(unescape(link)).text


def test_confidential_cases_are_no_examples(engine, fees, actor):
    given = {"applicant_kind": "個人", "hours": 2, "use_on": None}
    engine.runtime.start("fees", actor=actor(STARTER), variables=given)
    secret = engine.runtime.start("fees", actor=actor(STARTER), variables={**given, "security_class": "密"})
    if not engine.runtime.instance(secret.id, SYSTEM).is_confidential:
        pytest.fail("the case is not confidential")
    found = engine.history.decisions("fees", "fee", SYSTEM, limit=50)
    assert found
    assert secret.business_key not in {past.business_key for past in found}


def test_the_draft_is_tried_out_by_those_who_may_edit_it(browser, engine, fees):
    changed = [SourceFile(file.name, file.content.replace(b"4800 * share", b"9600 * share")) for file in fees_files()]
    engine.repository.save_draft("fees", changed, SYSTEM, revision=None)
    path = PATH.replace("/1/", "/draft/")
    page = browser(OWNER).get(path).text
    answer = fill(browser, page, OWNER, path, hours="6", use_on="115/12/1", applicant_kind="學校")
    assert "規費（元）為4,800" in plain(answer.text)
    assert browser(HANDLER).get(path).status_code == 403
    engine.repository.discard_draft("fees", SYSTEM)


def test_a_name_without_a_type_can_be_given_any(browser, engine, fees):
    free = (
        b"<decision id='free' name='free'><variable name='free'/><literalExpression><text>count(things) + n</text>"
        b"</literalExpression></decision></definitions>"
    )
    files = [
        SourceFile(file.name, file.content.replace(b"</definitions>", free) if file.kind == "dmn" else file.content)
        for file in fees_files()
    ]
    engine.repository.save_draft("fees", files, SYSTEM, revision=None)
    path = "/studio/fees/try/draft/free"
    browser(OWNER).get(path)
    sent = {"try-0": "3", "try-0-kind": "number", "try-1": '["a", "b"]', "try-1-kind": "feel"}
    assert "結果為5" in plain(browser(OWNER).post(path, sent).text)
    answer = browser(OWNER).post(path, {**sent, "try-1": "[1,"})
    assert answer.status_code == 422
    assert "這不是FEEL的值：第 1 行第 4 字" in answer.text
    engine.repository.discard_draft("fees", SYSTEM)


@pytest.mark.parametrize("path", ["/studio/fees/try/1/none", "/studio/fees/try/9/fee", "/studio/none/try/1/fee"])
def test_what_is_not_there_is_404(browser, fees, path):
    assert browser(STARTER).get(path).status_code == 404


def test_the_tables_lead_to_it(browser, fees):
    page = browser(STARTER).get("/studio/fees/1/files/fees.dmn").text
    assert re.findall(r'href="(/studio/fees/try/1/\w+)"', page) == ["/studio/fees/try/1/share", PATH]


def test_findings_stand_at_the_row_and_column_they_are_about_without_javascript_too(browser, engine, fees):
    column = "<input id='fee_in3' label='備用'><inputExpression><text>spare</text></inputExpression></input>".encode()
    empty = b"<inputEntry id='%d'><text>-</text></inputEntry><outputEntry id=\"fee_r%do1\">"
    content = next(file.content for file in fees_files() if file.name == "fees.dmn")
    content = content.replace(b'<output id="fee_out1"', column + b'<output id="fee_out1"')
    for row in (1, 2):
        content = content.replace(b'<outputEntry id="fee_r%do1">' % row, empty % (row, row))
    content = content.replace(b"(4..12]", "&quot;很久&quot;".encode())
    files = [SourceFile(file.name, content) if file.name == "fees.dmn" else file for file in fees_files()]
    engine.repository.save_draft("fees", files, SYSTEM, revision=None)
    page = browser(OWNER).get("/studio/fees/draft/files/fees.dmn").text
    engine.repository.discard_draft("fees", SYSTEM)
    assert '<th scope="col" class="is-marked">備用</th>' in page
    assert re.findall(r'<tr class="is-marked"><th scope="row" class="num">(\d+)', page) == ["2"]
    listed = plain(found(r'規費 <span class="muted code-name">fee</span>.*?<ul class="findings">(.*?)</ul>', page))
    assert "第 2 列「使用時數」欄的值是 string，這一欄要 number" in listed
    assert "輸入欄「備用」每一列都空著，沒有作用" in listed
