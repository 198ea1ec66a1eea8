"""F20: hostile texts in every field of every form, in names of files and labels of diagrams.

They come back unchanged, or the field says why not and keeps them; nothing fails, no header breaks, nothing is taken
for markup, a formula or an expression.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.faults.harness import SCALE, Report
from tests.faults.hostile_texts import MARKED, PLAIN
from tests.faults.hostile_things import labelled, made, pages, paper, shown_on
from tests.faults.hostile_town import BOSS, CLERK, KEY, Town, found_town
from tests.faults.hostile_walk import Walk
from tests.web.safety.routes import routes
from webapp.exports import formats
from webapp.studio import sources

ROUNDS = 1 if SCALE <= 1 else len(MARKED) + len(PLAIN)
"""In the suite each field gets one text; by command each field gets all of them."""
LEAST_FIELDS, LEAST_VIEWS = 140, 60
TEXTS = [*MARKED, *PLAIN]
PAPERS = sorted((Path(__file__).resolve().parents[2] / "forms").rglob("*.form"))
UNREACHED: dict[str, str] = {}
"""Writing routes that no walk reaches, and why."""


@pytest.fixture(scope="module")
def town(database_url, owner_url, tmp_path_factory):
    """A town in a database of this module, shared with its broken builds."""
    town = found_town(database_url, owner_url, tmp_path_factory.mktemp("town"))
    yield town
    town.engine.close()


def test_hostile_texts_come_back_or_the_field_says_why(town, report):
    found = report("F20")
    writing = {rule.endpoint for rule in routes(town.app, "POST")}
    found.least = {"routes": len(writing) - len(UNREACHED), "fields": LEAST_FIELDS, "views": LEAST_VIEWS}
    walk = walked(town, found, rounds=ROUNDS, papers=PAPERS if SCALE > 1 else ())
    for endpoint in sorted(writing - walk.reached - set(UNREACHED)):
        found.violations.append(f"F20: no walk reaches {endpoint}")
    for endpoint in sorted(walk.reached - walk.taken):
        found.violations.append(f"F20: nothing was ever taken by {endpoint}")
    found.ensure_held()


def walked(town: Town, report: Report, *, rounds: int, papers: Sequence[Path]) -> Walk:
    """Walk through the town as often as there are rounds, each time with other texts in each field."""
    chance, walk = random.Random(report.seed), Walk(town)
    first = chance.randrange(len(TEXTS))
    for number in range(rounds):
        things = made(town)
        walk.offset, walk.typed = first + number, 0
        walk.good = {"number": things["number"], "inbox.reassign_many": str(things["given"])}
        walk.straight(CLERK, "/session/keep", "auth.keep_session", {})
        walk.straight(CLERK, f"/tasks/{things['claimed']}/draft", "inbox.save_draft", {}, hostile="f.opinion")
        for errand in walk.errands(pages(things)):
            walk.run(errand)
        label(town, walk)
        town.clients.clear()
        walk.tour(BOSS, shown_on(things), 1 if rounds == 1 else 2)
    for file in papers:
        walk.paper(CLERK, paper(town, file), file.stem)
    for kept in walk.watch.kept.values():
        if not kept.seen:
            walk.watch.fail(f"kept and shown nowhere: {kept.place}")
    report.counts = {
        "routes": len(walk.reached), "fields": len(walk.fields), "views": len(walk.viewed),
        "answers": walk.watch.looked_at, "texts typed": walk.watch.marks, "forms": len(papers),
    }  # fmt: skip
    report.violations += walk.watch.violations
    return walk


def label(town: Town, walk: Walk) -> None:
    """A process is called by a hostile text in the studio: the draft is kept, read and judged."""
    town.clients.clear()
    if town.engine.repository.draft(KEY) is None:
        walk.straight(
            BOSS, f"/studio/{KEY}/files", "studio.add_file", {"kind": "form", "name": "more", "title": "另表"}
        )
    shown = next(file for file in town.engine.repository.draft(KEY).files if file.name == f"{KEY}.bpmn")
    text, sign = walk.next_text()
    content = {"base": sources.digest(shown.content), "content": labelled(text)}
    walk.straight(BOSS, f"/studio/{KEY}/draft/{KEY}.bpmn", "studio.save", content)
    if sign:
        walk.watch.remember("studio.save: the name of a process", text, sign)
    for page in (f"/studio/{KEY}/edit/{KEY}.bpmn", f"/studio/{KEY}/deploy", f"/studio/{KEY}", f"/studio/{KEY}/compare"):
        walk.get(BOSS, page)


# -- the same on broken builds ---------------------------------------------------------------


def retold(town: Town, report: Report, text: str) -> None:
    """One remark with one text, and the page that shows it."""
    case = town.engine.runtime.start(KEY, actor=town.actor(CLERK), variables={})
    walk = Walk(town, TEXTS.index(text), only=frozenset({"cases.comment"}))
    for errand in walk.errands([(CLERK, f"/cases/{case.id}?view=comments", "")]):
        walk.run(errand)
    report.counts = {"answers": walk.watch.looked_at}
    report.violations += walk.watch.violations


def test_a_page_that_takes_text_for_markup_is_noticed(town, report, monkeypatch):
    found = report("F20 unescaped")
    env = town.app.jinja_env
    monkeypatch.setattr(env, "autoescape", lambda name: name != "cases/_part.html")
    env.cache.clear()
    retold(town, found, "html")
    env.cache.clear()
    found.ensure_noticed("F20: unescaped")


def test_a_field_that_drops_a_sign_is_noticed(town, report, monkeypatch):
    found = report("F20 dropping")
    monkeypatch.setattr("engine.cases.files.written", lambda text, *_, **__: text.replace("\x00", "").strip())
    retold(town, found, "nul")
    found.ensure_noticed("F20: changed: cases.comment: text")


def test_a_table_that_holds_formulas_is_noticed(town, report, monkeypatch):
    found = report("F20 formulas")
    monkeypatch.setattr(formats, "guarded", lambda text: text)
    walk, actor = Walk(town), town.actor(CLERK)
    town.engine.runtime.start(KEY, actor=actor, variables={"plan_name": MARKED["formula ="]})
    walk.get(CLERK, "/cases/export.csv")
    found.violations += walk.watch.violations
    found.ensure_noticed("F20: formula")
