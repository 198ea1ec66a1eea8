"""English is complete on the task pages of the shipped processes, too: as opened, and with every error.

The open cases of the demonstration are played; each step they stand at is looked at once, by who may do it.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

import pytest

from engine import SYSTEM, InstanceQuery, NoJobs, SetClock
from engine.calendar.working_days import TAIPEI
from tests.web.conftest import PASSWORD
from tests.web.safety.chinese import chinese, proper_names
from webapp import Settings
from webapp.assemble import assemble
from webapp.demo.office import Office
from webapp.demo.opened import open_groups
from webapp.demo.organisation import load_organisation
from webapp.demo.player import Player
from webapp.process_files import deploy_folders, process_folders

AUDITOR = "aia.it.auditor"
LEAST = 25
"""Different steps; the open cases stand at more."""
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=TAIPEI)


@pytest.fixture(scope="module")
def engine(database_url, tmp_path_factory):
    """The demo organisation with the cases that stand open on the day of loading."""
    settings = Settings(mode="test", home=tmp_path_factory.mktemp("t"), database_url=database_url, history_key="h" * 40)
    engine = assemble(settings, clock=SetClock(NOW), queue=NoJobs())
    engine.calendars.load_shipped()
    load_organisation(engine, password=PASSWORD)
    deploy_folders(engine, process_folders(), actor=SYSTEM, force_now=True)
    player = Player(engine)
    for group in open_groups(Office(engine.calendars.calendar()), NOW):
        player.play(group)
    engine.clock.set(NOW)
    yield engine
    engine.close()


def test_every_step_in_english(engine, browser):
    names, wrong, steps = proper_names(engine), {}, list(_steps(engine))
    for task, person in steps:
        if not task.assignee:
            engine.tasks.claim(task.id, engine.directory.actor_for(person))
        reader, path = browser(person, "en"), f"/tasks/{task.id}"
        refused = reader.post(path, {"form_action": "submit", "token": str(uuid4())})
        for page in (reader.get(path), reader.get(f"{path}?view=history"), refused):
            assert page.status_code in {200, 303, 422}
            if found := chinese(page.text, names):
                wrong[f"{task.element_id} ({person})"] = sorted(set(found))[:8]
    assert len(steps) >= LEAST
    assert wrong == {}, "\n".join(f"{step}: {texts}" for step, texts in wrong.items())


def _steps(engine):
    """Each step that some case stands at, once, and who may do it."""
    auditor, seen = engine.directory.actor_for(AUDITOR), set()
    for case in engine.runtime.find(InstanceQuery(status="active", limit=200), auditor).rows:
        for opened in case.open_tasks:
            person = opened.get("assignee") or _first_offered(engine, opened.get("candidates") or ())
            if person is None:
                continue
            task = engine.tasks.get(UUID(str(opened["id"])), engine.directory.actor_for(person))
            if (case.process_key, task.element_id) not in seen:
                seen.add((case.process_key, task.element_id))
                yield task, person


def _first_offered(engine, candidates):
    return next((person.id for text in candidates for person in engine.directory.people_meant(text)), None)
