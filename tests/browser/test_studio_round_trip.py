"""What the editors open they give back: nothing that anybody wrote into a file is lost by saving it."""

from __future__ import annotations

import json

import pytest

from engine import SourceFile
from tests.browser import vocabulary
from tests.browser.site import OWNER
from webapp.decisions.tables import decisions
from webapp.process_files import FORMS, process_folders, read_folder

SAVE_DIAGRAM = """async (xml) => {
  const { modeler } = document.getElementById('studio');
  const { warnings } = await modeler.importXML(xml);
  return { warnings: warnings.map(String), xml: (await modeler.saveXML({ format: true })).xml };
}"""
SAVE_FORM = """async (schema) => {
  const { editor, written } = document.getElementById('studio');
  const { warnings } = await editor.importSchema(schema);
  return { warnings: warnings.map(String), schema: JSON.parse(written()) };
}"""


@pytest.fixture
def editor(open_page):
    """A function that opens the editor of a file and waits until it is ready."""

    def open_editor(key: str, name: str, part: str):
        page = open_page(OWNER, f"/studio/{key}/edit/{name}")
        page.wait_for_function(f"document.getElementById('studio').{part}")
        return page

    return open_editor


def test_the_descriptors_know_every_name():
    found = vocabulary.descriptors()
    assert vocabulary.names(found[vocabulary.SPIFF]) >= vocabulary.SPIFF_NAMES
    wanted = "properties property inputOutput connector executionListener taskListener formData in out field"
    assert set(wanted.split()) <= vocabulary.names(found[vocabulary.CAMUNDA])


def test_every_extension_element_survives_the_diagram_editor(site, editor):
    drawn = vocabulary.diagram("vocabulary")
    site.engine.repository.save_draft("vocabulary", [SourceFile("vocabulary.bpmn", drawn)], site.actor(OWNER))
    page = editor("vocabulary", "vocabulary.bpmn", "modeler")
    saved = page.evaluate("async () => (await document.getElementById('studio').modeler.saveXML()).xml")
    before, after = vocabulary.extensions(drawn), vocabulary.extensions(saved.encode())
    assert [shape[0] for shape in after] == [shape[0] for shape in before]
    assert after == before
    assert 'other:mark="kept"' in saved
    site.engine.repository.discard_draft("vocabulary", site.actor(OWNER))


def test_every_shipped_diagram_survives_the_editor(site, editor):
    page = editor("petition", "petition.bpmn", "modeler")
    for folder in process_folders():
        files = read_folder(site.engine, folder)
        for file in [file for file in files if file.kind == "bpmn"]:
            answer = page.evaluate(SAVE_DIAGRAM, file.content.decode())
            assert answer["warnings"] == [], file.name
            saved = SourceFile(file.name, answer["xml"].encode())
            before, after = (_outline(site, folder.name, one) for one in (file, saved))
            assert after == before, file.name


def _outline(site, key, file):
    from engine.model import DefinitionSource

    return site.engine.executor.outline(DefinitionSource("d", key, (file,)))


def test_every_shipped_table_survives_the_editor(site, editor):
    page = editor("petition", "petition.dmn", "modeler")
    for folder in process_folders():
        for file in [file for file in read_folder(site.engine, folder) if file.kind == "dmn"]:
            answer = page.evaluate(SAVE_DIAGRAM, file.content.decode())
            assert answer["warnings"] == [], file.name
            assert decisions(SourceFile(file.name, answer["xml"].encode())) == decisions(file), file.name


def test_every_shipped_form_survives_the_editor(editor):
    page = editor("petition", "petition/intake.form", "editor")
    forms = sorted(FORMS.rglob("*.form"))
    assert len(forms) > 100
    for path in forms:
        schema = json.loads(path.read_text("utf-8"))
        answer = page.evaluate(SAVE_FORM, schema)
        assert answer["warnings"] == [], path.name
        assert _written(answer["schema"]) == _written(schema), path.name


def _written(part):
    """A schema without what the editor adds to fields for itself: an id, a place in the row."""
    if isinstance(part, dict):
        return {name: _written(value) for name, value in part.items() if name not in ("id", "layout", "exporter")}
    return [_written(item) for item in part] if isinstance(part, list) else part
