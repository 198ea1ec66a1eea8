"""The pure parts of the demonstration: what the rows add up to, office hours, placeholders."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from engine.calendar.working_days import TAIPEI, WorkCalendar
from webapp.demo.office import Office
from webapp.demo.opened import open_groups, read_open
from webapp.demo.papers import SAMPLE
from webapp.demo.petitions import petitions_of, total
from webapp.demo.plans import Answer, read_answers, span
from webapp.demo.wording import Wording
from webapp.demo.year import groups_of_year, read_year

OFFICE = Office(
    WorkCalendar(off=frozenset({date(2018, 2, 15), date(2018, 2, 16)}), work=frozenset({date(2018, 3, 31)}))
)
FRIDAY = datetime(2018, 5, 25, 16, 30, tzinfo=TAIPEI)


def worded(now: datetime = FRIDAY) -> Wording:
    return Wording(
        now=now,
        office=OFFICE,
        names={"subject": "路燈不亮"},
        number=lambda: "高市府行字第10730100001號",
        case=lambda key: f"PT-{key}",
        running=lambda key: {"id": f"PT-{key}", "label": "路燈不亮", "agency": None, "security_class": "普通"},
        person=lambda key: {"id": key, "label": "王小明"},
        unit=lambda key: {"id": key, "label": "衛生局"},
        file=lambda name: {"id": "f", "label": name, "size": 1},
    )


def test_the_rows_add_up_to_the_report():
    rows = read_year()
    assert sum(row["approved"] for row in rows["hirings"]) == 132
    assert len({row["meeting"] for row in rows["hirings"]}) == 4
    assert sum(row.get("given", 0) * row.get("price", 0) for row in rows["vehicles"]) == 77_604
    assert (len(rows["visits"]), sum(row[10] for row in rows["visits"])) == (46, 431)
    assert total() == 331
    assert sum(len(group.plans) for group in petitions_of(2018, OFFICE)) == 331


def test_plans_are_the_same_every_time_and_named_once():
    first, second = groups_of_year(OFFICE), groups_of_year(OFFICE)
    assert first == second
    keys = [plan.key for group in first for plan in group.plans]
    assert len(keys) == len(set(keys))
    assert [group.begins for group in first] == sorted(group.begins for group in first)


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2026, 11, 22), date(2027, 2, 15)])
def test_open_cases_began_before_today(day):
    now = OFFICE.at(day, 3.0)
    groups = open_groups(OFFICE, now)
    assert len(groups) > 60
    assert all(plan.at < now for group in groups for plan in group.plans)
    assert {group.until for group in groups} == {now}


def test_open_petitions_are_about_known_topics():
    assert len({row["key"] for row in read_open()["petitions"]}) == len(read_open()["petitions"])


def test_office_hours():
    assert OFFICE.after(FRIDAY, timedelta(hours=2)) == datetime(2018, 5, 28, 9, 30, tzinfo=TAIPEI)
    assert OFFICE.after(FRIDAY.replace(hour=11), timedelta(hours=1)) == FRIDAY.replace(hour=14, minute=0)
    assert OFFICE.after(datetime(2018, 5, 26, 3, tzinfo=UTC), timedelta(0)) == datetime(
        2018, 5, 28, 8, 30, tzinfo=TAIPEI
    )
    assert OFFICE.after(datetime(2018, 3, 30, 17, 0, tzinfo=TAIPEI), timedelta(hours=1)).date() == date(2018, 3, 31)


def test_working_days():
    assert OFFICE.day(date(2018, 2, 14), 1) == date(2018, 2, 19)
    assert OFFICE.day(date(2018, 2, 19), -1) == date(2018, 2, 14)
    assert OFFICE.day(date(2018, 5, 26), 0) == date(2018, 5, 28)


def test_placeholders():
    given = {"on": "${today+3}", "next": "${workday+1}", "no": "${docno}", "list": ["${case 7}"], "at": "${at+1 09:30}"}
    assert worded().fill(given) == {
        "on": "2018-05-28",
        "next": "2018-05-28",
        "no": "高市府行字第10730100001號",
        "list": ["PT-7"],
        "at": "2018-05-26T09:30:00+08:00",
    }
    assert worded().fill("${unit health}") == {"id": "health", "label": "衛生局"}
    assert worded().fill("${unit health}於${today}辦理「${value subject}」") == "衛生局於107年5月25日辦理「路燈不亮」"
    with pytest.raises(ValueError, match="unknown placeholder"):
        worded().fill("${tomorrow}")


def test_answers_of_a_file():
    read = read_answers({"a": {"_after": "2d", "_by": "x", "decision": "agree"}, "b": [{}, {"_leave": "open"}]})
    assert read["a"] == [Answer({"decision": "agree"}, after=timedelta(hours=15), by="x")]
    assert [answer.leave for answer in read["b"]] == [None, "open"]
    with pytest.raises(ValueError, match="_late"):
        read_answers({"a": {"_late": 1}})
    with pytest.raises(ValueError, match="working time"):
        span("2 days")


def test_the_sample_paper_is_a_sound_pdf():
    assert SAMPLE.startswith(b"%PDF-1.4")
    table = int(SAMPLE.rsplit(b"startxref\n", 1)[1].split()[0])
    assert SAMPLE[table : table + 4] == b"xref"
    stream = SAMPLE.split(b"stream\n", 1)[1].split(b"\nendstream")[0]
    assert b"/Length %d " % len(stream) in SAMPLE
