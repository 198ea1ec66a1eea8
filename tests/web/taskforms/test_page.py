"""The form on the page: what is drawn, and what a request makes of it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from werkzeug.datastructures import MultiDict

FULL = {
    "f.plan_name": "計畫",
    "f.headcount": "3",
    "f.start_date": "1070529",
    "f.end_date": "107/12/31",
    "f.decision": "agree",
    "f.members.#": "",
    "f.members.0.#": "",
    "f.members.0.name": "王小明",
    "f.members.0.days": "2",
    "f.members.0.leader.#": "",
}


class Page(HTMLParser):
    """The ids, names, labels and references of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.references: list[str] = []
        self.controls: dict[str, dict[str, str | None]] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        if "id" in found:
            self.ids.append(found["id"])
        for name in ("for", "aria-describedby", "list"):
            self.references += (found.get(name) or "").split()
        if found.get("href", "").startswith("#"):
            self.references.append(found["href"][1:])
        if tag in ("input", "select", "textarea") and found.get("name"):
            self.controls[found["name"]] = found


def body(answer) -> str:
    return answer.get_data(as_text=True)


def test_every_field_is_drawn_with_its_label(probe):
    answer = probe.client.get("/probe")
    html = body(answer)
    assert answer.status_code == 200
    for field in probe.definition.walk():
        if field.label and field.type != "button" and field.id != "subsidy_doc_no":
            assert field.label in html, field.id


def test_in_english_every_label_is_the_english_one(probe):
    html = body(probe.client.get("/probe", headers={"Accept-Language": "en"}))
    for field in probe.definition.walk():
        english = field.properties.get("label_en")
        if english and field.id != "subsidy_doc_no":
            assert english in html
    assert "Central subsidy" in html
    assert "Return" in html
    assert "必填" not in html


@pytest.mark.parametrize("data", [{}, {"f.handler": "王小明"}, {"form_action": "add:members", "f.members.#": ""}])
def test_ids_are_unique_and_every_reference_points_to_one(probe, data):
    page = Page(body(probe.post(data) if data else probe.client.get("/probe")))
    assert len(page.ids) == len(set(page.ids))
    assert set(page.references) - {"content"} <= set(page.ids)


def test_there_is_no_inline_script_or_style(probe):
    page = Page(body(probe.client.get("/probe")))
    for tag, attributes in page.tags:
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        assert tag != "script" or attributes.get("src")


def test_a_complete_form_passes_and_gives_its_values(probe):
    answer = probe.post(FULL)
    assert body(answer) == "done"
    values = probe.last.result.values
    assert values["headcount"] == 3
    assert values["start_date"].isoformat() == "2018-05-29"
    assert values["members"] == [{"name": "王小明", "days": 2, "leader": False}]
    assert values["alternatives"] == []


def test_errors_are_summed_up_on_top_linked_and_tied_to_the_field(probe):
    answer = probe.post({**FULL, "f.plan_name": "", "f.headcount": "多", "f.decision": "return", "f.opinion": ""})
    html = body(answer)
    assert answer.status_code == 422
    page = Page(html)
    summary = html[html.index('id="error-summary"') :]
    assert summary.index("計畫名稱：這個欄位必填。") < summary.index("申請人數：請輸入數字")
    assert '<a href="#f.plan_name">' in html
    assert "退回時請說明理由" in html
    control = page.controls["f.headcount"]
    assert control["aria-invalid"] == "true"
    assert "f.headcount-error" in control["aria-describedby"].split()
    assert control["value"] == "多"
    assert "aria-invalid" not in page.controls["f.phone"]


def test_the_decision_menu_is_a_group_of_its_own(probe):
    html = body(probe.client.get("/probe"))
    assert re.search(r'<fieldset class="field decision" id="f.decision"', html)
    assert len(re.findall(r'type="radio"', html)) == 2


def test_required_is_said_in_words_and_follows_the_answers(probe):
    def required(html):
        return re.search(r"<label for=\"f.opinion\"[^>]*>意見(.*?)</label>", html, re.DOTALL)[1]

    assert "必填" not in required(body(probe.post({"form_action": "refresh", "f.decision": "agree"})))
    assert "必填" in required(body(probe.post({"form_action": "refresh", "f.decision": "return"})))


def test_refreshing_shows_what_an_answer_asks_for_and_keeps_what_was_typed(probe):
    answer = probe.post({"form_action": "refresh", "f.subsidised": "true", "f.plan_name": "半"})
    page = Page(body(answer))
    assert answer.status_code == 200
    assert "f.subsidy_doc_no" in page.controls
    assert page.controls["f.plan_name"]["value"] == "半"
    assert "aria-invalid" not in page.controls["f.headcount"]


def test_text_in_a_field_that_an_answer_hides_travels_along(probe):
    hidden = Page(body(probe.post({"form_action": "refresh", "f.subsidised.#": "", "f.subsidy_doc_no": "半個文號"})))
    assert hidden.controls["f.subsidy_doc_no"]["type"] == "hidden"
    shown = probe.post({"form_action": "refresh", "f.subsidised": "true", "f.subsidy_doc_no": "半個文號"})
    assert Page(body(shown)).controls["f.subsidy_doc_no"]["value"] == "半個文號"


def test_what_the_case_hides_is_nowhere_on_the_page(probe):
    probe.use({"type": "textfield", "key": "secret", "conditional": {"hide": '=role != "ethics"'}})
    probe.names = {"role": "clerk", "secret": "吹哨者姓名"}
    assert "吹哨者姓名" not in body(probe.client.get("/probe"))
    assert "吹哨者姓名" not in body(probe.post({"form_action": "refresh"}))


def test_rows_are_added_and_removed_by_buttons(probe):
    rows = {
        "f.members.#": "",
        "f.members.0.#": "",
        "f.members.0.name": "甲",
        "f.members.1.#": "",
        "f.members.1.name": "乙",
    }
    added = Page(body(probe.post({**rows, "form_action": "add:members"})))
    assert added.controls["f.members.1.name"]["value"] == "乙"
    assert "autofocus" in added.controls["f.members.2.name"]
    removed = Page(body(probe.post({**rows, "form_action": "remove:members.0"})))
    assert removed.controls["f.members.0.name"]["value"] == "乙"
    assert "f.members.1.name" not in removed.controls


def test_no_more_rows_than_the_form_takes(probe):
    rows = {f"f.members.{n}.#": "" for n in range(3)} | {"f.members.#": ""}
    page = body(probe.post({**rows, "form_action": "refresh"}))
    assert "add:members" not in page
    probe.post({**rows, "form_action": "add:members"})
    assert len(probe.last.state.node("members").rows) == 3


def test_all_rows_can_be_removed(probe):
    probe.names = {"members": [{"name": "甲"}]}
    page = body(probe.post({"f.members.#": "", "f.members.0.#": "0", "form_action": "remove:members.0"}))
    assert "還沒有資料" in page


@pytest.mark.parametrize(
    "action",
    [
        "add:nothing",
        "remove:members.99",
        "remove:members.x",
        "add:",
        "remove:",
        "add:members.0.name",
        "bogus",
        "remove:members.٣",
    ],
)
def test_buttons_nobody_drew_do_nothing(probe, action):
    assert probe.post({"form_action": action, "f.members.#": "", "f.members.0.#": ""}).status_code == 200


def test_posted_values_of_read_only_fields_are_ignored(probe):
    probe.names = {"case_note": "原註記"}
    probe.post({**FULL, "f.case_note": "竄改", "f.fee_total": "1"})
    assert "case_note" not in probe.last.result.values
    assert probe.last.result.values["fee_total"] == 0


def test_an_unticked_box_clears_what_was_ticked(probe):
    probe.names = {"subsidised": True, "alternatives": ["it"]}
    probe.post({**FULL, "f.subsidised.#": "", "f.alternatives.#": ""})
    assert probe.last.result.values["subsidised"] is False
    assert probe.last.result.values["alternatives"] == []


@pytest.mark.parametrize("key", ["validate", "meta", "process", "_x", "data", "errors", "姓 名"])
def test_keys_that_are_names_of_the_form_class_work(probe, key):
    probe.use({"type": "textfield", "key": key, "label": "標", "validate": {"required": True}})
    assert probe.post({f"f.{key}": ""}).status_code == 422
    assert body(probe.post({f"f.{key}": "v"})) == "done"
    assert probe.last.result.values == {key: "v"}


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{7*7}}",
        "\x00",
        "\ud800",
        "%(x)s",
        "‮abc",
        "x" * 100_000,
    ],
)
def test_hostile_text_is_shown_as_text_and_never_an_error_page(probe, text):
    data = dict.fromkeys(
        (
            *FULL,
            "f.phone",
            "f.email",
            "f.handler",
            "f.unit",
            "f.readers",
            "f.fund_source",
            "f.attachments",
            "f.meeting_at.date",
        ),
        text,
    )
    answer = probe.post({name: value.encode("utf-8", "replace") for name, value in data.items()})
    assert answer.status_code in (200, 422)
    assert "<script>alert" not in body(answer)
    assert "<img src=x" not in body(answer)


def test_a_hostile_form_is_shown_as_text(probe):
    bad = "<script>alert(1)</script>"
    probe.use(
        {"type": "textfield", "key": "a", "label": bad, "description": bad, "properties": {"help": bad}},
        {
            "type": "text",
            "text": f"{bad} [x](javascript:alert(1)) <img src=x onerror=y> ![x](https://elsewhere.example/x.png)",
        },
        {"type": "radio", "key": "b", "label": bad, "values": [{"label": bad, "value": bad}]},
        {"type": "table", "label": bad, "dataSource": "=rows", "columns": [{"label": bad, "key": "x"}]},
    )
    probe.names = {"rows": [{"x": bad}]}
    html = body(probe.client.get("/probe"))
    assert "<script>alert" not in html
    assert 'href="javascript:' not in html
    assert "<img" not in html


def test_people_are_found_by_id_and_told_apart_by_it(probe):
    answer = probe.post({**FULL, "f.handler": "王小明"})
    assert answer.status_code == 422
    assert "王小明（works.wang）" in body(answer)
    probe.post({**FULL, "f.handler": "王小明（works.wang）", "f.unit": "health", "f.readers": ["health.lin", ""]})
    values = probe.last.result.values
    assert values["handler"] == {"id": "works.wang", "label": "王小明"}
    assert values["unit"] == {"id": "health", "label": "衛生局"}
    assert values["readers"] == [{"id": "health.lin", "label": "林美玲"}]


def test_without_a_script_a_button_lists_who_is_meant_and_a_choice_counts(probe):
    page = body(probe.post({**FULL, "f.handler": "王", "form_action": "refresh"}))
    assert 'name="form_action" value="refresh" aria-label="尋找承辦人"' in page
    offered = re.findall(r'<input[^>]*type="radio" name="f.handler" value="([^"]+)"', page)
    assert "王小明（works.wang）" in offered
    assert len(offered) > 1
    assert page.index('type="radio" name="f.handler"') < page.index('id="f.handler"'), "what is chosen comes first"
    chosen = [("f.handler", "王小明（works.wang）"), ("f.handler", "王")]
    rest = [(name, value) for name, value in FULL.items() if name != "f.handler"]
    assert body(probe.post(MultiDict([*chosen, *rest]))) == "done"
    assert probe.last.result.values["handler"] == {"id": "works.wang", "label": "王小明"}
    settled = body(probe.post({**FULL, "f.handler": "王小明（works.wang）", "form_action": "refresh"}))
    assert 'type="radio" name="f.handler"' not in settled


def test_several_people_are_ticked_from_what_was_found(probe):
    given = {**FULL, "f.readers": ["health.lin", "王"], "form_action": "refresh"}
    page = body(probe.post(given))
    ticked = re.findall(r'type="checkbox" name="f.readers" value="([^"]+)" checked', page)
    offered = re.findall(r'type="checkbox" name="f.readers" value="([^"]+)"> ', page)
    assert ticked == ["health.lin"]
    assert "王小明（works.wang）" in offered


def test_nobody_is_offered_before_one_asks(probe):
    assert 'class="picker-found"' not in body(probe.client.get("/probe"))
    within = {"picker": "person", "pickerScope": "health"}
    probe.use({"type": "textfield", "key": "x", "label": "人", "properties": within})
    page = body(probe.post({"f.x": "王", "form_action": "refresh"}))
    assert "works.wang" not in page


def test_somebody_who_left_cannot_be_picked(probe):
    assert probe.post({**FULL, "f.handler": "gone"}).status_code == 422


def test_a_picker_may_be_bound_to_a_unit(probe):
    probe.use(
        {"type": "textfield", "key": "x", "label": "人", "properties": {"picker": "person", "pickerScope": "health"}}
    )
    assert body(probe.post({"f.x": "health.lin"})) == "done"
    assert probe.post({"f.x": "works.wang"}).status_code == 422
    probe.use(
        {"type": "textfield", "key": "x", "label": "單位", "properties": {"picker": "unit", "pickerScope": "health"}}
    )
    assert "工務局" not in body(probe.client.get("/probe"))


def test_suggestions_while_typing(probe):
    found = probe.client.get("/forms/pick/person?q=王").get_json()
    assert [value["text"] for value in found] == ["王小明（health.wang）", "王小明（works.wang）"]
    assert probe.client.get("/forms/pick/unit?q=人事&scope=works").get_json() == []
    assert [value["id"] for value in probe.client.get("/forms/pick/unit?q=人事").get_json()] == ["health.hr"]
    assert probe.client.get("/forms/pick/person?q=").get_json() == []
    assert probe.client.get("/forms/pick/thing?q=a").status_code == 404


def test_a_draft_brings_the_form_back_as_it_was_left(probe):
    left = {
        **FULL,
        "f.headcount": "還不確定",
        "f.decision": "",
        "f.members.1.#": "",
        "f.members.1.name": "半",
        "form_action": "draft",
    }
    assert probe.post(left).status_code == 204
    before = Page(body(probe.post({**left, "form_action": "refresh"})))
    probe.draft = json.loads(json.dumps(probe.draft))
    after = Page(body(probe.client.get("/probe")))
    assert after.controls.keys() == before.controls.keys()
    for name in after.controls.keys() - {"csrf_token"}:
        assert after.controls[name] == before.controls[name]
    assert after.controls["f.headcount"]["value"] == "還不確定"


def test_a_draft_of_another_form_is_not_taken(probe):
    probe.post({**FULL, "form_action": "draft"})
    probe.use({"type": "textfield", "key": "plan_name", "label": "別的表單"})
    assert Page(body(probe.client.get("/probe"))).controls["f.plan_name"]["value"] == ""


def test_codes_in_a_table_are_shown_by_their_labels(probe):
    votes = [{"label": "同意", "value": "agree", "label_en": "Agree"}]
    columns = [{"label": "票", "key": "vote", "values": votes}, {"label": "年", "key": "year", "format": "plain"}]
    probe.use({"type": "table", "label": "表決", "dataSource": "=votes", "columns": columns})
    probe.names = {"votes": [{"vote": "agree", "year": 2018}, {"vote": None, "year": None}]}
    html = body(probe.client.get("/probe"))
    assert "同意" in html
    assert "2018" in html
    assert "Agree" in body(probe.client.get("/probe", headers={"Accept-Language": "en"}))


def test_warnings_are_shown_and_do_not_block(probe):
    answer = probe.post({**FULL, "f.headcount": "101", "f.plan_name": ""})
    assert "人數偏多，請確認" in body(answer)
    assert body(probe.post({**FULL, "f.headcount": "101"})) == "done"


def test_the_forms_own_rule_is_said_on_top(probe):
    answer = probe.post({**FULL, "f.fee.wage": "999999", "f.fee.insurance": "1"})
    assert answer.status_code == 422
    assert "經費合計不得達一百萬元" in body(answer)


def test_a_filled_form_is_read_as_a_list(probe):
    probe.names = {"plan_name": "計畫<b>", "headcount": 3, "phone": "0912345678", "members": [{"name": "王小明",
        "days": 2}],
                   "decision": "return", "attachments": [{"id": "a", "label": "單.pdf", "size": 3}],
                       "prior": [{"year": 107, "n": 5}]}  # fmt: skip
    html = body(probe.client.get("/probe/read"))
    assert "計畫&lt;b&gt;" in html
    assert "3 人" in html
    assert "退回補正" in html
    assert "單.pdf" in html
    assert "資格條件" not in html
    assert "0912345678" in html
    masked = body(probe.client.get("/probe/read?masked"))
    assert "0912345678" not in masked
    assert "0912***678" in masked
    assert "王○明" in masked
