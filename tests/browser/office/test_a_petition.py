"""A petition from registration to closing, through the hands of the seven people it takes."""

from __future__ import annotations

from datetime import timedelta

from engine import SYSTEM
from tests.browser.site import REGISTRAR

DISPATCHER, HANDLER, CHIEF, HEAD = "aia.documents.chief", "works.handler", "works.chief", "works.head"
ARCHIVIST = "aia.documents.archivist"
PETITION = {
    "channel": "市長信箱",
    "petitioner_name": "陳怡君",
    "petitioner_kind": "個人",
    "reply_method": "電子郵件",
    "subject": "人行道地磚破損請儘速修復",
    "content": "苓雅區四維三路人行道多處地磚破損鬆動，行人易跌倒，請派員修復。",
    "category": "行政興革建議",
    "topic_code": "道路養護",
    "district": "苓雅區",
    "pdpa_ack": True,
}
ADMISSIBLE = {
    "speed": "普通件",
    "complexity": "一般",
    "has_identity": "yes",
    "has_content": "yes",
    "same_matter": "no",
    "competence": "yes",
    "filed_elsewhere": "no",
    "private_dispute": "no",
}
REPLY = "臺端反映之人行道地磚破損，本局已派員會勘並將完成修復，感謝您的建議。"


def test_a_petition_goes_through_the_house_until_it_is_archived(both):
    address = f"petitioner-{'script' if both.script else 'plain'}@example.org"
    case = both.start(REGISTRAR, "petition", {**PETITION, "email": address})
    today = both.site.engine.clock.now().date()
    both.play(
        case,
        (REGISTRAR, "dedupe", {"decision": "new"}),
        (REGISTRAR, "assess", ADMISSIBLE),
        (DISPATCHER, "assign", {"lead_agency": "works", "co_agencies": []}),
        (HANDLER, "receive_assignment", {"decision": "accept"}),
        (
            HANDLER,
            "investigate",
            {
                "decision": "done",
                "findings": "派員會勘，地磚破損屬實，已列入修復。",
                "justified": "有理由",
                "measures": "兩週內完成修復。",
                "completion_date": (today + timedelta(days=14)).isoformat(),
            },
        ),
        (
            HANDLER,
            "draft_reply",
            {
                "reply_text": REPLY,
                "legal_basis": [{"law": "高雄市市區道路管理自治條例第5條"}, {"law": "行政程序法第171條"}],
                "reply_channel": "電子郵件",
            },
        ),
        (CHIEF, "review_reply", {"decision": "return", "opinion": "請敘明完成日期。"}),
        (HANDLER, "draft_reply", {"reply_text": REPLY + "預定兩週內完成。"}),
        (CHIEF, "review_reply", {"decision": "agree"}),
        (HEAD, "decide_head", {"decision": "agree", "opinion": "如擬"}),
        (
            HANDLER,
            "dispatch_reply",
            {
                "reply_channel": "電子郵件",
                "doc_no_out": "高市工養字第11530001200號",
                "issued_on": today.isoformat(),
            },
        ),
        (REGISTRAR, "close_case", {"close_code": "已解決", "retention_class": "5年", "file_class": "0703"}),
        (ARCHIVIST, "archive_case", {"decision": "accept"}),
    )
    assert both.open_elements(case) == []
    settled = both.site.engine.runtime.variables(case.id, SYSTEM)
    assert [row["law"] for row in settled["legal_basis"]] == ["高雄市市區道路管理自治條例第5條", "行政程序法第171條"]
    assert settled["reply_text"].endswith("預定兩週內完成。")
    assert any(REPLY in mail for mail in both.mails_to(address))
    page = both.clerk(REGISTRAR).page
    page.goto(f"/cases/{case.id}/print")
    for person in (REGISTRAR, DISPATCHER, HANDLER, CHIEF, HEAD, ARCHIVIST):
        assert page.get_by_text(both.name(person)).count(), person
