"""Messages of the engine's forms in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from engine.forms import Message
from webapp.i18n import is_chinese, listed

Words = Callable[[Mapping[str, Any]], str]


def message_text(message: Message) -> str:
    """What to tell the person. An author's own words go before ours."""
    own = message.params.get("text" if is_chinese() else "text_en") or message.params.get("text")
    if own and message.code != "check-not-computable":
        return str(own)
    words = TEXTS.get(message.code)
    return words(message.params) if words else _("這個欄位的內容無法使用。")


def _date_bound(params: Mapping[str, Any], name: str) -> str:
    return str(params[name] if is_chinese() else params[f"{name}_en"])


def _candidates(params: Mapping[str, Any]) -> str:
    return listed(f"{value['label']}（{value['id']}）" for value in params["candidates"])


TEXTS: dict[str, Words] = {
    "required": lambda p: _("這個欄位必填。"),
    "required-reason": lambda p: _("這個欄位必填。"),
    "format": lambda p: _("這個欄位的內容無法使用。"),
    "bad-characters": lambda p: _("含有無法使用的控制字元，請刪除後重新輸入。"),
    "too-long": lambda p: _("最多%(max)s個字，目前%(length)s個字。", max=p["max"], length=p["length"]),
    "too-short": lambda p: _("至少%(min)s個字，目前%(length)s個字。", min=p["min"], length=p["length"]),
    "pattern": lambda p: _("格式不符。"),
    "blocked-words": lambda p: _("請刪除這些文字：%(words)s", words=p["words"]),
    "number": lambda p: _("請輸入數字，例如 12 或 1,200。"),
    "number-too-large": lambda p: _("數字太大。"),
    "not-whole": lambda p: _("請輸入整數。"),
    "too-many-decimals": lambda p: _("小數最多%(digits)s位。", digits=p["digits"]),
    "too-small": lambda p: _("不得小於%(min)s。", min=p["min"]),
    "too-large": lambda p: _("不得大於%(max)s。", max=p["max"]),
    "not-a-step": lambda p: _("須為%(step)s的倍數。", step=p["step"]),
    "date": lambda p: _("請輸入日期，例如 107/05/29、1070529 或 2018-05-29。"),
    "time": lambda p: _("請輸入時間，例如 14:30。"),
    "datetime": lambda p: _("請輸入日期與時間，例如 107/05/29 14:30。"),
    "datetime-half": lambda p: _("日期與時間都要填。"),
    "date-not-exist": lambda p: _("沒有這一天，請檢查年、月、日。"),
    "time-not-exist": lambda p: _("沒有這個時間，請檢查時與分。"),
    "date-passed": lambda p: _("日期不得早於今天。"),
    "date-too-early": lambda p: _("日期不得早於%(day)s。", day=_date_bound(p, "min")),
    "date-too-late": lambda p: _("日期不得晚於%(day)s。", day=_date_bound(p, "max")),
    "tw-phone": lambda p: _("請輸入電話，例如 07-3368333#2101 或 0912-345678。"),
    "tw-mobile": lambda p: _("請輸入手機號碼，例如 0912-345678。"),
    "tw-company-no": lambda p: _("統一編號應為8位數字且檢查碼正確。"),
    "email": lambda p: _("請輸入電子郵件地址，例如 name@example.org。"),
    "url": lambda p: _("請輸入完整網址，例如 https://www.kcg.gov.tw/。"),
    "doc-no": lambda p: _("文號格式應為「某某字第10730001234號」。"),
    "not-an-option": lambda p: _("請從選項中選擇。"),
    "too-few": lambda p: _("至少選%(min)s項。", min=p["min"]),
    "too-many": lambda p: _("最多選%(max)s項。", max=p["max"]),
    "too-few-rows": lambda p: _("至少填%(min)s列。", min=p["min"]),
    "too-many-rows": lambda p: _("最多%(max)s列。", max=p["max"]),
    "picker-unknown": lambda p: (
        _("找不到「%(given)s」這個單位。", given=p["given"])
        if p["kind"] == "unit"
        else _("您沒有案號「%(given)s」的進行中案件；請核對案號，已結案者不能再送達。", given=p["given"])
        if p["kind"] == "case"
        else _("找不到「%(given)s」這個人。", given=p["given"])
    ),
    "picker-ambiguous": lambda p: _("有多個符合，請選定其中一個：%(names)s", names=_candidates(p)),
    "check": lambda p: _("與其他欄位的內容不符。"),
    "warning": lambda p: _("請再確認這個欄位。"),
    "check-not-computable": lambda p: _("這條規則無法計算，請通知流程負責人：%(rule)s", rule=p["text"] or p["reason"]),
    "too-many-files": lambda p: _("最多%(max)s個檔案。", max=p["max"]),
    "file-name": lambda p: _("檔名「%(name)s」沒有副檔名，無法收下。", name=p["name"]),
    "file-empty": lambda p: _("「%(name)s」是空的檔案。", name=p["name"]),
    "file-too-large": lambda p: _("「%(name)s」超過%(max)s MB。", name=p["name"], max=p["max"]),
    "file-type": lambda p: _("「%(name)s」的類型不收，可用：%(types)s。", name=p["name"], types=p["types"]),
    "file-content": lambda p: _("「%(name)s」的內容與副檔名不符，或檔案已損壞。", name=p["name"]),
    "file-image-too-large": lambda p: _(
        "「%(name)s」的圖片超過%(pixels)s百萬像素。", name=p["name"], pixels=p["pixels"]
    ),
    "file-packed": lambda p: _("「%(name)s」解開後太大，無法收下。", name=p["name"]),
    "file-macros": lambda p: _("「%(name)s」含有巨集，請移除巨集後再上傳。", name=p["name"]),
    "file-lost": lambda p: _("有檔案已失效，請重新選擇。"),
}
