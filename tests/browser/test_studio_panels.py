"""The editors' own panels in Chinese: every kind of element is selected, every group opened, no English word is left.

The editors are other people's work and written in English; a newer version brings new texts. What may stay in Latin
letters are names (FEEL, Python, ids), never a sentence.
"""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.site import OWNER

NAMES = re.compile(
    r"FEEL|Python|bpmn\.io|BPMN|DMN|HTML|Markdown|MDN|CSV|JSON|ISO|X-Frame-Options|https?|Ctrl|Shift|Enter|Esc"
    r"|[a-z]+(_[a-z]+)+|=\S+.*|[A-Z][A-Za-z]*_\w+|P[0-9n]\w+|yyyy-MM-dd|THH:mm:ss|hh:mm:ss"
    r"|petition\.\w+|甲: number|\b(PT|ID|mail|http|deputies)\b"
)
"""What is called so in Chinese too: languages, formats, keys, and the names that stand in files."""

TEXTS = """(root) => {
  const found = new Set();
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
  for (let node = root; node; node = walker.nextNode()) {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    if (!element.checkVisibility() || element.closest('style, script, pre, .cm-editor')) continue;
    if (node.nodeType === Node.TEXT_NODE) found.add(node.data.trim());
    else for (const name of ['title', 'placeholder', 'aria-label', 'alt']) found.add(node.getAttribute(name) ?? '');
  }
  return [...found];
}"""

OPEN_GROUPS = """(root) => [...root.querySelectorAll(
  '.bio-properties-panel-group-header, .bio-properties-panel-collapsible-entry-header',
)].filter((header) => !header.classList.contains('open')).forEach((header) => header.click())"""


def english(panel, *, known: frozenset[str] = frozenset()) -> set[str]:
    """The texts of a panel that have an English word in them."""
    texts = set(panel.evaluate(TEXTS)) - known
    return {text for text in texts if re.search("[A-Za-z]{2}", NAMES.sub("", text))}


def _open_all(panel) -> None:
    for _ in range(2):  # a group, then the lists in it
        panel.evaluate(OPEN_GROUPS)
        panel.page.wait_for_timeout(50)


# -- forms

CHOICES = ("select", "radio", "checklist", "taglist")
TABLES = ({"columns": [{"key": "a", "label": "甲"}]}, {"columnsExpression": "=a"})
VARIANTS = {
    **dict.fromkeys(
        CHOICES, ({"values": [{"label": "甲", "value": "a"}]}, {"valuesKey": "a"}, {"valuesExpression": "=a"})
    ),
    "datetime": ({"subtype": "date"}, {"subtype": "time"}, {"subtype": "datetime"}),
    "table": TABLES,
    "textfield": ({}, {"validate": {"validationType": "email"}}, {"validate": {"validationType": "custom"}}),
    "group": ({"components": []},),
    "dynamiclist": ({"components": []},),
}
WITHOUT_KEY = {"text", "image", "html", "spacer", "separator", "iframe", "button", "documentPreview", "table"}
WITHOUT_LABEL = {"text", "image", "html", "spacer", "separator"}


def _every_field(types: list[str]) -> list[dict]:
    """One field a type and variant."""
    fields = []
    for kind in types:
        for variant in VARIANTS.get(kind, ({},)):
            number = len(fields)
            field = {"type": kind, "id": f"Field_{number}", **variant}
            if kind not in WITHOUT_LABEL:
                field["label"] = "標籤"
            if kind in ("group", "dynamiclist"):
                field["path"] = f"p{number}"
            elif kind not in WITHOUT_KEY:
                field["key"] = f"k{number}"
            fields.append(field)
    return fields


@pytest.fixture
def form_editor(open_page):
    """The form editor with one field of every type; nothing of it is kept."""
    page = open_page(OWNER, "/studio/petition/edit/petition/intake.form")
    page.wait_for_function("document.getElementById('studio').editor")
    page.route("**/studio/petition/draft/**", lambda route: route.abort())
    types = page.evaluate(
        "Object.keys(document.getElementById('studio').editor.get('formFields')._formFields)"
        ".filter((type) => type !== 'default')"
    )
    fields = _every_field(types)
    page.evaluate(
        """(components) => document.getElementById('studio').editor.importSchema(
        { type: 'default', id: 'Every', components, schemaVersion: 16 })""",
        fields,
    )
    return page, fields


def _select_field(page, field: dict) -> None:
    page.evaluate(
        """(id) => { const editor = document.getElementById('studio').editor;
        editor.get('selection').set(editor.get('formFieldRegistry').get(id)); }""",
        field["id"],
    )


def test_every_field_of_a_form_has_its_whole_panel_in_chinese(form_editor):
    page, fields = form_editor
    panel = page.locator(".fjs-properties-container")
    left = english(page.locator(".fjs-palette-container"))
    for field in fields:
        _select_field(page, field)
        expect(panel.get_by_text("版面", exact=True)).to_be_visible()
        if "label" in field:
            expect(panel.get_by_text("四維", exact=True)).to_be_visible()
        _open_all(panel)
        left |= english(panel)
        for tooltip in panel.locator(".bio-properties-panel-tooltip-wrapper").all():
            if tooltip.is_visible():
                tooltip.hover()
                expect(page.locator(".bio-properties-panel-tooltip-content")).to_be_visible()
                left |= english(panel)
        page.mouse.move(5, 5)
    assert not left, "\n".join(sorted(left))


def test_the_palette_is_searched_in_chinese_and_offers_what_our_forms_know(open_page):
    page = open_page(OWNER, "/studio/petition/edit/petition/intake.form")
    palette = page.locator(".fjs-palette-container")
    expect(palette.locator("[data-field-type='textfield']")).to_be_visible()
    expect(palette.locator("[data-field-type='iframe']")).to_be_hidden()
    palette.get_by_placeholder("搜尋元件").fill("重複列")
    expect(palette.locator("[data-field-type='dynamiclist']")).to_be_visible()
    expect(palette.locator("[data-field-type='textfield']")).to_have_count(0)


def test_an_address_with_a_field_leads_to_it(site, open_page):
    files = site.engine.repository.files(site.engine.repository.definition("petition").id)
    form = next(file for file in files if file.name == "petition/intake.form")
    group = json.loads(form.content)["components"][-1]
    page = open_page(OWNER, f"/studio/petition/edit/{form.name}#{group['id']}")
    page.wait_for_function("document.getElementById('studio').editor")
    expect(page.locator(".bio-properties-panel-header-label")).to_have_text(group["label"])
    expect(page.locator(f".fjs-element[data-id='{group['id']}']")).to_be_in_viewport()


def test_our_properties_of_a_field_are_written_into_the_form(site, open_page):
    page = open_page(OWNER, "/studio/petition/edit/petition/intake.form")
    page.wait_for_function("document.getElementById('studio').editor")
    before = page.evaluate("document.getElementById('studio').written()")
    page.locator(".fjs-form-field-textfield").first.click()
    panel = page.locator(".fjs-properties-container")
    panel.get_by_text("四維", exact=True).click()
    panel.get_by_label("填寫說明", exact=True).fill("請寫全名")
    panel.get_by_label("在清單中遮蔽").select_option(label="當作姓名")
    expect(page.locator("#studio-status")).to_have_text(re.compile("草稿已於"))
    try:
        kept = next(
            file.content.decode()
            for file in site.engine.repository.draft("petition").files
            if file.name == "petition/intake.form"
        )
        assert '"help": "請寫全名"' in kept
        assert '"sensitive": "name"' in kept
        assert len(kept) > len(before)
    finally:
        site.engine.repository.discard_draft("petition", site.actor(OWNER))


# -- diagrams

SHAPES = [
    "Task", "UserTask", "ServiceTask", "SendTask", "ReceiveTask", "ManualTask", "BusinessRuleTask", "ScriptTask",
    "CallActivity", "SubProcess", "Transaction", "AdHocSubProcess", "ExclusiveGateway", "ParallelGateway",
    "InclusiveGateway", "ComplexGateway", "EventBasedGateway", "StartEvent", "EndEvent", "IntermediateThrowEvent",
    "DataObjectReference", "DataStoreReference", "TextAnnotation", "Group",
]  # fmt: skip
EVENTS = {
    "StartEvent": ["Message", "Timer", "Conditional", "Signal"],
    "EndEvent": ["Message", "Escalation", "Error", "Compensate", "Signal", "Terminate"],
    "IntermediateThrowEvent": ["Message", "Escalation", "Link", "Compensate", "Signal"],
    "IntermediateCatchEvent": ["Message", "Timer", "Conditional", "Link", "Signal"],
    "BoundaryEvent": ["Message", "Timer", "Escalation", "Conditional", "Error", "Signal", "Compensate"],
}

DRAW = """([shapes, events]) => {
  const modeler = document.getElementById('studio').modeler;
  const [factory, modeling, all] = ['elementFactory', 'modeling', 'elementRegistry'].map((name) => modeler.get(name));
  const pool = all.find((element) => element.type === 'bpmn:Participant');
  const drawn = [];
  const draw = (type, more = {}, host = null) => {
    const shape = factory.createShape({ type: `bpmn:${type}`, ...more });
    const at = host ? { x: host.x, y: host.y } : { x: 200 + 10 * drawn.length, y: 200 };
    drawn.push(modeling.createShape(shape, at, host ?? pool, { attach: Boolean(host) }).id);
    return shape;
  };
  shapes.forEach((type) => draw(type));
  const host = draw('SubProcess', { isExpanded: true });
  for (const [type, definitions] of Object.entries(events)) for (const definition of definitions) {
    const more = { eventDefinitionType: `bpmn:${definition}EventDefinition` };
    const atBorder = type === 'BoundaryEvent';
    draw(type, more, atBorder ? host : null);
    if (atBorder && !['Error', 'Compensate'].includes(definition)) draw(type, { ...more, cancelActivity: false }, host);
  }
  for (const type of ['bpmn:Participant', 'bpmn:Lane', 'bpmn:SequenceFlow']) {
    drawn.push(all.find((element) => element.type === type).id);
  }
  return drawn;
}"""


def test_every_element_of_a_diagram_has_its_whole_panel_and_menus_in_chinese(open_page):
    page = open_page(OWNER, "/studio/petition/edit/petition.bpmn")
    page.wait_for_function("document.getElementById('studio').modeler")
    page.route("**/studio/petition/draft/**", lambda route: route.abort())
    panel, editor = page.locator("#studio-properties"), page.locator("#studio")
    known = frozenset(page.locator("#studio-canvas").evaluate(TEXTS))  # what the author wrote
    left = set()
    for element in page.evaluate(DRAW, [SHAPES, EVENTS]):
        page.evaluate(
            """(id) => { const modeler = document.getElementById('studio').modeler;
            modeler.get('selection').select(modeler.get('elementRegistry').get(id)); }""",
            element,
        )
        expect(panel.locator(".bio-properties-panel-header-type")).to_be_visible()
        _open_all(panel)
        left |= english(editor, known=known)
        for menu in ("replace", "append"):
            entry = page.locator(f".djs-context-pad [data-action='{menu}']")
            if entry.count():
                entry.first.dispatch_event("click")
                expect(page.locator(".djs-popup")).to_be_visible()
                left |= english(editor, known=known)
                page.keyboard.press("Escape")
    assert not left, "\n".join(sorted(left))


# -- decision tables

DECISIONS = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="All_1" name="全部" namespace="urn:all"
  xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/">
<inputData id="amount" name="金額"><variable id="amount_v" name="amount" typeRef="number"/></inputData>
<knowledgeSource id="source" name="依據"/>
<businessKnowledgeModel id="model" name="算式"><variable id="model_v" name="算式"/>
  <encapsulatedLogic id="logic" kind="FEEL"><formalParameter id="parameter" name="甲" typeRef="number"/>
    <literalExpression id="body"><text>甲 + 1</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>
<decision id="table" name="表"><variable id="table_v" name="表" typeRef="string"/>
  <decisionTable id="rules" hitPolicy="COLLECT">COLUMNS<rule id="rule">CELLS</rule></decisionTable></decision>
<decision id="formula" name="式"><variable id="formula_v" name="式" typeRef="number"/>
  <literalExpression id="one"><text>1</text></literalExpression></decision>
<decision id="empty" name="空"/>
<dmndi:DMNDI><dmndi:DMNDiagram id="picture">SHAPES</dmndi:DMNDiagram></dmndi:DMNDI></definitions>"""
TYPES = ("string", "number", "boolean", "date", "time", "dateTime", "dayTimeDuration", "yearMonthDuration")


def _every_decision() -> str:
    """Every kind of node, and a table with a column of every type."""
    columns = "".join(
        f'<input id="in{n}" label="入{n}"><inputExpression id="e{n}" typeRef="{kind}"><text>甲</text></inputExpression>'
        "</input>"
        for n, kind in enumerate(TYPES)
    ) + "".join(f'<output id="out{n}" label="出{n}" name="o{n}" typeRef="{kind}"/>' for n, kind in enumerate(TYPES))
    cells = "".join(f'<inputEntry id="i{n}"><text></text></inputEntry>' for n in range(len(TYPES)))
    cells += "".join(f'<outputEntry id="r{n}"><text></text></outputEntry>' for n in range(len(TYPES)))
    shapes = "".join(
        f'<dmndi:DMNShape id="s{n}" dmnElementRef="{node}">'
        f'<dc:Bounds height="70" width="150" x="{200 * n}" y="100"/></dmndi:DMNShape>'
        for n, node in enumerate(NODES)
    )
    return DECISIONS.replace("COLUMNS", columns).replace("CELLS", cells).replace("SHAPES", shapes)


NODES = ("table", "formula", "empty", "amount", "model", "source")


def test_every_view_of_decisions_has_its_words_in_chinese(open_page):
    page = open_page(OWNER, "/studio/petition/edit/petition.dmn")
    page.wait_for_function("document.getElementById('studio').modeler")
    page.route("**/studio/petition/draft/**", lambda route: route.abort())
    page.evaluate("(xml) => document.getElementById('studio').modeler.importXML(xml)", _every_decision())
    editor = page.locator("body")
    known = frozenset(editor.evaluate(TEXTS)) - frozenset(page.locator("#studio").evaluate(TEXTS))  # the page around it

    def view(kind: str) -> None:
        page.evaluate(
            """(kind) => { const modeler = document.getElementById('studio').modeler;
            return modeler.open(modeler.getViews().find((view) => view.type === kind)); }""",
            kind,
        )

    view("drd")
    expect(page.locator(".drill-down-overlay").first).to_be_visible()
    left = english(editor, known=known)
    for node in NODES:
        page.evaluate(
            """(id) => { const viewer = document.getElementById('studio').modeler.getActiveViewer();
            viewer.get('selection').select(viewer.get('elementRegistry').get(id)); }""",
            node,
        )
        expect(page.locator(".djs-context-pad").first).to_be_visible()
        left |= english(editor, known=known)
        replace = page.locator(".djs-context-pad [data-action='replace']")
        if replace.count():
            replace.first.dispatch_event("click")
            expect(page.locator(".djs-popup")).to_be_visible()
            left |= english(editor, known=known)

    view("decisionTable")
    expect(page.locator(".tjs-container")).to_be_visible()
    for cell in page.locator(".tjs-container tbody td[data-element-id], .tjs-container thead th[data-col-id]").all():
        cell.dispatch_event("mousedown")
        cell.click(position={"x": 8, "y": 8})
        left |= english(editor, known=known)
        for simple in page.locator(".simple-mode-button").all():
            if simple.is_visible():
                simple.dispatch_event("click")
                left |= english(editor, known=known)
        cell.click(button="right", position={"x": 8, "y": 8})
        left |= english(editor, known=known)
        page.keyboard.press("Escape")
    page.locator(".hit-policy .dms-input-select, .hit-policy").first.click()
    expect(page.get_by_text("全部相加")).to_be_visible()
    left |= english(editor, known=known)

    for kind in ("literalExpression", "boxedExpression"):
        view(kind)
        page.wait_for_timeout(200)
        left |= english(editor, known=known)
        for select in page.locator("#studio-canvas .dms-input-select").all():
            select.click()
            left |= english(editor, known=known)
    assert not left, "\n".join(sorted(left))
