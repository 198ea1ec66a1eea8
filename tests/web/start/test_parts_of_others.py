"""Processes that belong to another one are deployed by themselves and start from a page that says what they do."""

from __future__ import annotations

import html

import pytest

from engine import SYSTEM
from webapp.process_files import PROCESSES, deploy_folders

PARTS = {
    "guest_notice": "visit_inbound/notice.form",
    "trip_cancellation": "visit_outbound/cancel.form",
    "vehicle_withdrawal": "vehicle_prereview/withdraw.form",
}


@pytest.fixture(scope="module")
def deployed(engine):
    """Each of the three on its own: none of the processes they talk to is there."""
    for key in PARTS:
        (deployment,) = deploy_folders(engine, [PROCESSES / key], actor=SYSTEM, approver="tests")
        assert [definition.key for definition in deployment.definitions] == [key]
    return {definition.key: definition for definition in engine.repository.definitions()}


@pytest.fixture
def starter(engine, deployed):
    """A function that gives a person who may start the process."""

    def find(key: str) -> str:
        for person in engine.directory.people():
            actor = engine.directory.actor_for(person.id)
            if person.is_active and key in [found.key for found in engine.repository.startable(actor)]:
                return person.id
        raise AssertionError(f"nobody may start {key}")

    return find


@pytest.mark.parametrize(("key", "form"), PARTS.items())
def test_a_folder_takes_the_forms_of_its_neighbour_along(engine, deployed, key, form):
    names = [file.name for file in engine.repository.files(deployed[key].id)]
    assert form in names
    assert f"{key}.bpmn" in names


@pytest.mark.parametrize("key", PARTS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_its_start_page_says_what_it_does_and_shows_the_form(browser, starter, deployed, key, lang):
    visitor = browser(starter(key), lang)
    definition = deployed[key]
    english = lang == "en"
    name = definition.name_en if english else definition.name
    index = visitor.get("/start").text
    assert f'href="/start/{key}"' in index
    assert name in index
    page = visitor.get(f"/start/{key}")
    assert page.status_code == 200
    shown = html.unescape(page.text)
    for text in ("summary", "duration"):
        assert definition.properties[f"{text}En" if english else text] in shown
    assert 'name="f.' in page.text
    assert 'class="diagram-svg"' in page.text
