"""A year's figures as rows of words and numbers; no web request is needed."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from engine import ProcessEngine
from engine.calendar.working_days import TAIPEI
from engine.reports import Fact, YearFigures
from webapp import exports

SYNTHETIC, SYNTHETIC_EN = "示範資料（非真實案件）", "Demonstration data (no real cases)"


@dataclass(frozen=True)
class Row:
    """One line: a name in both languages, a number, its unit, what it is made of, where its cases are."""

    key: str
    name: str
    name_en: str
    value: int
    unit: str
    unit_en: str
    detail: str = ""
    detail_en: str = ""
    process: str = ""
    since: date | None = None
    until: date | None = None

    def words(self, lang: str) -> tuple[str, str, str]:
        """Name, unit and detail in `lang`."""
        if lang == "en":
            return self.name_en, self.unit_en, self.detail_en or self.detail
        return self.name, self.unit, self.detail


@dataclass(frozen=True)
class Totals:
    """The totals of a ROC year."""

    year: int
    figures: YearFigures
    rows: tuple[Row, ...]

    def csv(self, lang: str = "zh") -> str:
        """The table as CSV, with the mark of a UTF-8 file in front."""
        return exports.as_csv(*self.cells(lang)).decode()

    def cells(self, lang: str = "zh") -> tuple[list[str], list[list[Any]]]:
        """Headings and rows, as a spreadsheet has them."""
        headings = ["Item", "Total", "Unit", "Of which"] if lang == "en" else ["項目", "合計", "單位", "內容"]
        body = [[words[0], row.value, words[1], words[2]] for row in self.rows for words in (row.words(lang),)]
        if self.figures.synthetic:
            mark, unit = (SYNTHETIC_EN, "cases") if lang == "en" else (SYNTHETIC, "案")
            body.append([mark, self.figures.synthetic, unit, ""])
        return headings, body

    def text(self, lang: str = "zh") -> str:
        """The table for a terminal."""
        title = f"Totals of ROC {self.year}" if lang == "en" else f"{self.year}年度成果統計"
        width = max(_width(row.words(lang)[0]) for row in self.rows)
        lines = [title]
        for row in self.rows:
            name, unit, detail = row.words(lang)
            lines.append(f"  {name}{' ' * (width - _width(name))}  {row.value:>12,} {unit} {detail}".rstrip())
        if self.figures.synthetic:
            lines.append(f"  ※ {SYNTHETIC_EN if lang == 'en' else SYNTHETIC}: {self.figures.synthetic}")
        return "\n".join(lines)


def year_totals(engine: ProcessEngine, year: int) -> Totals:
    """Count the totals of a ROC year from its cases."""
    figures = engine.reports.year(year)
    return Totals(year, figures, tuple(_rows(figures)))


def _rows(f: YearFigures) -> list[Row]:
    year = (date(f.year + 1911, 1, 1), date(f.year + 1911, 12, 31))
    asked_before = (date(f.year + 1910, 11, 1), year[1])
    granted = [fact for fact in f.applications if fact.values.get("amount")]
    return [
        _row("meetings", "臨時人員審核小組會議", "Panel meetings on temporary staff", len(f.meetings), "次/meetings",
             "hiring_meeting", year, "、".join(_day(fact.values["meeting_at"]) for fact in f.meetings)),
        _row("proposals", "臨時人員進用提案", "Proposals for temporary staff", len(f.proposals), "案/proposals",
             "temp_staff_hiring", year, f"{len(f.agencies)}個機關：{'、'.join(f.agencies)}" if f.agencies else "",
             f"{len(f.agencies)} agencies: {', '.join(f.agencies)}" if f.agencies else ""),
        _row("persons", "同意進用臨時人員", "Temporary staff agreed to", f.approved_persons, "人/persons",
             "temp_staff_hiring", year, f"申請{f.requested_persons}人", f"{f.requested_persons} asked for"),
        _row("vehicles", f"{f.year + 1}年度車輛設備預算議定", f"Vehicle budget agreed for ROC {f.year + 1}",
             f.vehicle_amount, "元/NT$", "vehicle_prereview", year,
             f"{len(f.applications)}案申請，{len(granted)}案核列，{f.vehicle_amount / 10_000:,.1f}萬元",
             f"{len(f.applications)} applications, {len(granted)} granted"),
        _row("petitions", "陳情及市長交辦案件", "Petitions and mayor-assigned cases", f.petitions, "案/cases",
             "petition", year),
        _row("visits", "外賓接待", "Inbound visits", len(f.visits), "案/visits", "visit_inbound", asked_before),
        _row("visitors", "接待外賓人數", "Visitors received", f.visitors, "人/visitors", "visit_inbound", asked_before),
        _row("trips", "出國訪問團", "Outbound delegations", len(f.trips), "團/delegations", "visit_outbound", year),
        _row("agreements", "城市締盟文件", "City agreements signed", len(f.agreements), "件/agreements",
             "city_alliance", year, "、".join(_agreement(fact) for fact in f.agreements)),
    ]  # fmt: skip


def _row(
    key: str,
    name: str,
    name_en: str,
    value: int,
    unit: str,
    process: str,
    days: tuple[date, date],
    detail: str = "",
    detail_en: str = "",
) -> Row:
    zh, _, en = unit.partition("/")
    return Row(key, name, name_en, value, zh, en, detail, detail_en, process, *days)


def _agreement(fact: Fact) -> str:
    return f"{fact.values['partner']}{fact.values['instrument']} {_day(fact.values['signed_on'])}"


def by_month(
    facts: tuple[Fact, ...], name: str, value: Callable[[Fact], int] = lambda fact: 1
) -> list[tuple[int, int]]:
    """How much of a year's facts falls in each month, by the day they carry under `name`."""
    months = dict.fromkeys(range(1, 13), 0)
    for fact in facts:
        months[fact.values[name].month] += value(fact)
    return list(months.items())


def _day(moment: Any) -> str:
    day = moment.astimezone(TAIPEI).date() if isinstance(moment, datetime) else moment
    return f"{day.month:02d}-{day.day:02d}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
