"""WTForms forms of the site's own pages: texts in the reader's language, errors from the engine at their field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired, Length, StopValidation

from engine.errors import InvalidFields
from webapp.dates import TAIPEI, parse_day, roc_date

CODES: dict[str, Any] = {
    "required": _l("請填寫這一欄。"),
    "too-long": _l("太長了，請縮短。"),
    "too-short": _l("至少要有12個字元。"),
    "characters": _l("含有不能使用的控制字元。"),
    "format": _l("格式不對。"),
    "unknown": _l("沒有這一項，請從清單中選。"),
    "taken": _l("已經有了，請換一個。"),
    "order": _l("結束不能早於開始。"),
    "past": _l("這個時間已經過去。"),
    "below-itself": _l("不能移到自己下面的單位。"),
    "in-use": _l("底下還有單位或人員，請先處理。"),
    "has-primary": _l("此人在這段期間已有本職；請先結束原職，或改為兼任、代理。"),
    "closed": _l("這個職稱已經裁撤。"),
    "oneself": _l("不能對自己這樣做，請由其他管理者處理。"),
    "inactive": _l("此人已不在職。"),
    "overlaps": _l("與已登錄的請假期間重疊。"),
    "repeated": _l("同一個人列了兩次。"),
    "too-many": _l("最多五位。"),
    "has-account": _l("此人已有帳號。"),
    "wrong": _l("目前的密碼不對。"),
    "common": _l("這是許多人用的密碼，很容易被猜到，請換一個。"),
    "simple": _l("由重複或連續的字元組成，很容易被猜到，請換一個。"),
    "personal": _l("密碼裡有帳號或姓名，請換一個。"),
    "used": _l("不能與最近三次的密碼相同。"),
    "too-soon": _l("密碼剛變更過，依規定要過一段時間才能再變更；如懷疑外洩，請洽管理者重設。"),
    "different": _l("兩次輸入的密碼不一樣。"),
    "encoding": _l("檔案的編碼無法讀取，請存成UTF-8或Big5的CSV檔。"),
    "header": _l("第一列的欄名不對。"),
    "header-line": _l("每一行要是「名稱: 值」。"),
    "again": _l("換了主機，標頭要重新輸入（舊的不會自動帶過去）。"),
}


class SiteForm(FlaskForm):
    """A form whose fields can be refused by the engine."""

    def refuse(self, error: InvalidFields, names: Mapping[str, str] | None = None) -> None:
        """Put the engine's message codes at their fields; `names` maps the engine's field names to the form's."""
        for field, code in error.fields.items():
            self.fail((names or {}).get(field, field), code)

    def fail(self, field: str, code: str) -> None:
        """Put one message at a field (at the form as a whole where there is no such field)."""
        text = _text(code)
        if field in self:
            self[field].errors = [*self[field].errors, text]
        else:
            self.form_errors.append(text)


def required() -> list[Any]:
    """Validators of a field that must be filled."""
    return [InputRequired(message=_l("請填寫這一欄。")), _not_blank]


def at_most(length: int) -> Length:
    """No more than so many characters."""
    return Length(max=length, message=_l("太長了，最多%(max)d個字。"))


def fault_at(error: InvalidFields, field: str) -> str:
    """What the engine found wrong with one field, in words; empty when it found nothing."""
    return _text(error.fields[field]) if field in error.fields else ""


def text_fault(error: InvalidFields, field: str, *, missing: str, most: int) -> str:
    """What the engine found wrong with a text that somebody wrote, in words; empty when it found nothing.

    Args:
        missing: what is said where nothing was written.
        most: how many characters the engine takes.
    """
    if error.fields.get(field) == "required":
        return missing
    if error.fields.get(field) == "too-long":
        return _("太長了，請縮短到%(most)s字以內。", most=f"{most:,}")
    return fault_at(error, field)


def _text(code: str) -> str:
    if code.startswith("line-"):
        line = int(code.removeprefix("line-"))
        return _("第%(line)d列的內容不對：每列八欄，層級只能是擬辦、審核、核定或空白，且恰有一個核定。", line=line)
    return str(CODES.get(code, code))


def _not_blank(form: Any, field: Any) -> None:
    if isinstance(field.data, str) and not field.data.strip():
        raise StopValidation(str(CODES["required"]))


class ChoiceField(SelectField):
    """One of a list; anything else is refused in the reader's language."""

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not on the list."""
        if not any(self.data == value for value, _label, *_rest in self.iter_choices()):
            raise StopValidation(str(CODES["unknown"]))


class DayField(StringField):
    """A day in any of the ways it is written here: 1070529, 107/5/29, 2018-05-29. `day` is the date or None."""

    day: date | None = None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep what was typed; `day` holds what it means."""
        super().process_formdata(valuelist)
        self.day = parse_day(self.data)

    def pre_validate(self, form: Any) -> None:
        """Refuse what is no day."""
        if self.data and self.data.strip() and self.day is None:
            raise StopValidation(str(_l("請輸入日期，例如 115/11/23。")))

    def _value(self) -> str:
        if isinstance(self.data, date):
            return roc_date(self.data, "short")
        return self.data or ""


class ClockField(StringField):
    """A time of day, 8:00 to 23:59. `time` is the value or None."""

    time: time | None = None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep what was typed; `time` holds what it means."""
        super().process_formdata(valuelist)
        self.time = _time(self.data or "")

    def pre_validate(self, form: Any) -> None:
        """Refuse what is no time."""
        if self.data and self.data.strip() and self.time is None:
            raise StopValidation(str(_l("請輸入時間，例如 08:30。")))


def moment(day: date, clock: time) -> datetime:
    """A day and a time of the office's wall clock."""
    return datetime.combine(day, clock, tzinfo=TAIPEI)


def _time(text: str) -> time | None:
    digits = text.strip().replace("：", ":")
    hour, _colon, minute = digits.partition(":")
    try:
        return time(int(hour), int(minute or 0))
    except (ValueError, OverflowError):
        return None
