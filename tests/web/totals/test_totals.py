"""The totals page, its files and the printed table, over a few cases of the demonstration."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest

from engine import SYSTEM, NoJobs, SetClock
from webapp import Settings, create_app
from webapp.assemble import assemble
from webapp.auth.login import COOKIE
from webapp.demo.office import Office
from webapp.demo.organisation import load_organisation
from webapp.demo.plans import Group
from webapp.demo.player import Player, PlayFailed
from webapp.demo.year import groups_of_year
from webapp.process_files import deploy_folders, process_folders
from webapp.totals import year_totals

PASSWORD = "shared-demo-password-115"


@pytest.fixture(scope="module")
def engine(database_url, clock, tmp_path_factory):
    """Three petitions, one visit and one panel meeting of 107, played through the engine."""
    settings = Settings(mode="test", home=tmp_path_factory.mktemp("t"), database_url=database_url, history_key="h" * 40)
    engine = assemble(settings, clock=SetClock(clock.now()), queue=NoJobs())
    engine.calendars.load_shipped()
    load_organisation(engine, password=PASSWORD)
    deploy_folders(engine, process_folders(), actor=SYSTEM, force_now=True)
    groups = {group.key: group for group in groups_of_year(Office(engine.calendars.calendar()))}
    player = Player(engine)
    for key in ("2018/petition/001", "2018/petition/100", "2018/petition/200", "2018/visit-05", "2018/hiring/3"):
        player.play(groups[key])
    engine.clock.set(clock.now())
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def app(engine):
    app = create_app(Settings(mode="test", secret_key="s" * 40), engine)
    app.testing = True
    return app


@pytest.fixture
def page(app, engine):
    """A function that opens a page as a clerk of the works bureau, who has no part in these cases."""
    token = engine.accounts.sign_in("works.handler", PASSWORD, ip="127.0.0.1", user_agent="tests").token

    def get(path: str, lang: str = "zh-TW"):
        client = app.test_client()
        client.set_cookie(COOKIE, token)
        return client.get(path, headers={"Accept-Language": lang})

    return get


def test_the_table_counts_the_cases_that_are_there(engine):
    rows = {row.key: row.value for row in year_totals(engine, 107).rows}
    assert (rows["petitions"], rows["visits"], rows["visitors"]) == (3, 1, 20)
    assert (rows["meetings"], rows["proposals"], rows["persons"]) == (1, 1, 16)
    assert rows["vehicles"] == 0


def test_another_year_is_empty(engine):
    assert all(row.value == 0 for row in year_totals(engine, 109).rows)


def test_a_quiet_year_has_no_empty_tables(page):
    assert page("/totals/109").text.count("<table") == 1
    assert page("/totals/107").text.count("<table") > 5


def test_a_cancelled_case_counts_nowhere(engine):
    case = engine.runtime.start("petition", actor=engine.directory.actor_for("aia.inspection.registrar"), variables={})
    assert year_totals(engine, 115).figures.petitions == 1
    engine.runtime.cancel(case.id, reason="重複登錄", actor=SYSTEM)
    assert year_totals(engine, 115).figures.petitions == 0


def test_the_printed_table(engine):
    text = year_totals(engine, 107).text()
    assert "107年度成果統計" in text
    assert "示範資料" in text
    assert "Demonstration data" in year_totals(engine, 107).text("en")


def test_page_in_chinese_says_that_the_data_is_made_up(page):
    answer = page("/totals/107")
    assert answer.status_code == 200
    assert "示範資料" in answer.text
    assert "10-29" in answer.text


def test_page_in_english(page):
    answer = page("/totals/107", "en")
    assert "Demonstration data" in answer.text
    assert "Visitors received" in answer.text


def test_files(page):
    csv = page("/totals/107.csv")
    assert csv.data.startswith(b"\xef\xbb\xbf")
    assert "同意進用臨時人員,16,人" in csv.data.decode()
    ods = page("/totals/107.ods")
    assert zipfile.ZipFile(io.BytesIO(ods.data)).read("mimetype") == b"application/vnd.oasis.opendocument.spreadsheet"


@pytest.mark.parametrize("path", ["/totals/7", "/totals/300", "/totals/107.exe"])
def test_what_there_is_not(page, path):
    assert page(path).status_code == 404


def test_index_leads_to_the_newest_year_that_has_cases(page, engine):
    years = engine.reports.years()
    assert 107 in years
    assert list(years) == sorted(years, reverse=True)
    assert page("/totals").headers["Location"].endswith(f"/totals/{years[0]}")


def test_nobody_sees_it_without_signing_in(app):
    assert app.test_client().get("/totals/107").status_code == 303


def test_a_player_stops_at_an_answer_that_the_form_refuses(engine):
    office = Office(engine.calendars.calendar())
    plan = next(group for group in groups_of_year(office) if "/petition/" in group.key).plans[0]
    broken = replace(plan, values={**plan.values, "subject": "短"})
    with pytest.raises(PlayFailed, match="subject"):
        Player(engine).play(Group("2018/broken", (broken,)))
