"""The studio in the browser: a process owner changes a diagram, sees what is wrong, deploys, compares, goes back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.site import OWNER, SECOND_OWNER

KEY, FILE = "hiring_withdrawal", "hiring_withdrawal.bpmn"
SAVED = re.compile("草稿已於")


@pytest.fixture
def editor(site, open_page):
    """A function that opens the diagram editor; the draft is thrown away afterwards."""

    def open_editor(person: str = OWNER, key: str = KEY, name: str = FILE, **more):
        page = open_page(person, f"/studio/{key}/edit/{name}", **more)
        page.wait_for_function("document.getElementById('studio').modeler")
        return page

    yield open_editor
    if site.engine.repository.draft(KEY):
        site.engine.repository.discard_draft(KEY, site.actor(OWNER))


def _a_user_task(page) -> str:
    return page.evaluate(
        """document.getElementById('studio').modeler.get('elementRegistry')
        .filter((e) => e.type === 'bpmn:UserTask')[0].id"""
    )


def _select(page, element: str) -> None:
    page.evaluate(
        """(id) => { const m = document.getElementById('studio').modeler;
        m.get('selection').select(m.get('elementRegistry').get(id)); }""",
        element,
    )


def _rename(page, text: str) -> str:
    """Name a user task through the properties panel."""
    task = _a_user_task(page)
    _select(page, task)
    panel = page.locator("#studio-properties")
    name = panel.locator("#bio-properties-panel-name")
    if not name.is_visible():
        panel.get_by_text("一般", exact=True).click()
    name.fill(text)
    return task


def test_a_name_is_edited_saved_deployed_and_compared(site, editor):
    page = editor()
    task = _rename(page, "改過的名稱")
    expect(page.locator("#studio-status")).to_have_text(SAVED)
    assert "改過的名稱".encode() in site.engine.repository.draft(KEY).files[0].content or any(
        "改過的名稱".encode() in file.content for file in site.engine.repository.draft(KEY).files
    )
    page.reload()
    page.wait_for_function("document.getElementById('studio').modeler")
    name = "(id) => document.getElementById('studio').modeler.get('elementRegistry').get(id).businessObject.name"
    assert page.evaluate(name, task) == "改過的名稱"

    before = site.engine.repository.definition(KEY).version
    page.locator("#studio-deploy").click()
    expect(page.get_by_text(f"成為第 {before + 1} 版")).to_be_visible()
    page.get_by_label("這次改了什麼").fill("名稱更清楚")
    page.get_by_role("button", name="部署").click()
    expect(page.locator(".flash-success")).to_contain_text(f"第 {before + 1} 版")
    assert site.engine.repository.definition(KEY).version == before + 1
    assert site.engine.repository.draft(KEY) is None

    page.get_by_role("link", name="比較版本").click()
    page.wait_for_selector("#compare[data-ready]")
    expect(page.locator(f"#compare-list [data-element='{task}']")).to_contain_text("改過的名稱")
    expect(page.locator("#compare .diff-changed").first).to_be_attached()

    page.goto(f"/studio/{KEY}/versions/{before}/current")
    expect(page.get_by_text(f"新案件從現在起使用第 {before} 版")).to_be_visible()
    page.get_by_role("button", name="設為現行").click()
    assert site.engine.repository.definition(KEY).version == before


def test_a_finding_stands_at_its_element_and_leads_to_it(editor, site):
    page = editor()
    task = _a_user_task(page)
    page.evaluate(
        """(id) => { const m = document.getElementById('studio').modeler;
        m.get('modeling').updateProperties(m.get('elementRegistry').get(id), { 'camunda:dueDate': '=1 +' }); }""",
        task,
    )
    expect(page.locator("#studio-status")).to_have_text(SAVED)
    finding = page.locator(f"#findings-list .finding-error [data-element='{task}']").first
    expect(finding).to_be_visible()
    expect(page.locator(f".djs-overlays[data-container-id='{task}'] .bjsl-icon-error")).to_be_attached()
    finding.click()
    selected = "document.getElementById('studio').modeler.get('selection').get().map((e) => e.id)"
    assert page.evaluate(selected) == [task]
    page.goto(f"/studio/{KEY}/deploy")
    expect(page.get_by_role("button", name="部署")).to_be_disabled()
    assert site.engine.repository.definition(KEY).is_current


def test_our_properties_are_written_where_the_engine_reads_them(site, editor):
    page = editor()
    task = _a_user_task(page)
    _select(page, task)
    panel = page.locator("#studio-properties")
    panel.get_by_text("期限", exact=True).click()
    panel.locator("#bio-properties-panel-siwei-priority").fill("80")
    panel.get_by_text("說明與英文", exact=True).click()
    panel.locator("#bio-properties-panel-siwei-nameEn").fill("Tell the guests")
    panel.get_by_text("承辦人", exact=True).click()
    panel.locator("#bio-properties-panel-siwei-add-role").select_option("registrar")
    expect(page.locator("#studio-status")).to_have_text(SAVED)
    page.wait_for_function("document.getElementById('studio-status').dataset.tone === 'saved'")
    kept = next(file.content.decode() for file in site.engine.repository.draft(KEY).files if file.name == FILE)
    assert 'camunda:priority="80"' in kept
    assert '<camunda:property name="nameEn" value="Tell the guests"' in kept
    assert "registrar@" in kept or 'candidateGroups="=' in kept


def test_two_people_at_one_file_lose_nothing(site, editor, watch):
    watch.expect_status(409)
    first, second = editor(OWNER), editor(SECOND_OWNER)
    _rename(first, "甲的名稱")
    expect(first.locator("#studio-status")).to_have_text(SAVED)
    _rename(second, "乙的名稱")
    expect(second.locator("#studio-status")).to_contain_text("您的修改還沒有存")
    kept = next(file.content.decode() for file in site.engine.repository.draft(KEY).files if file.name == FILE)
    assert "甲的名稱" in kept
    assert "乙的名稱" not in kept
    with second.expect_download() as download:
        second.get_by_role("button", name="下載我的版本").click()
    assert download.value.suggested_filename == FILE
    assert "乙的名稱" in download.value.path().read_text("utf-8")


def test_changed_code_waits_for_another_account(site, open_page, editor):
    repository = site.engine.repository
    key, name = "petition", "petition.bpmn"
    page = editor(OWNER, key, name)
    page.evaluate(
        """() => { const m = document.getElementById('studio').modeler;
        const task = m.get('elementRegistry').filter((e) => e.type === 'bpmn:ScriptTask')[0];
        m.get('modeling').updateProperties(task, { script: '={extra_note: "核准後才有"}' }); }"""
    )
    expect(page.locator("#studio-status")).to_have_text(SAVED)
    page.goto(f"/studio/{key}/deploy")
    page.get_by_label("這次改了什麼").fill("多記一項")
    before = repository.definition(key).version
    page.get_by_role("button", name="部署").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("等待核准")
    assert repository.definition(key).version == before
    expect(page.get_by_role("button", name="核准並部署")).to_have_count(0)
    expect(page.get_by_text("核准後才有").first).to_be_visible()

    other = open_page(SECOND_OWNER, page.url.replace(site.url, ""))
    other.get_by_role("button", name="退回").click()
    other.get_by_label("理由").fill("先討論")
    other.get_by_role("button", name="退回").click()
    expect(other.locator(".flash-success")).to_contain_text("沒有部署")
    assert repository.definition(key).version == before


def test_changed_code_is_approved_by_a_second_account_with_a_button(site, open_page, editor, watch):
    watch.expect_status(403)
    repository = site.engine.repository
    key, name = "petition", "petition.bpmn"
    page = editor(OWNER, key, name)
    script = page.evaluate(
        """() => { const m = document.getElementById('studio').modeler;
        const task = m.get('elementRegistry').filter((e) => e.type === 'bpmn:ScriptTask')[0];
        m.get('selection').select(task); return task.id; }"""
    )
    panel = page.locator("#studio-properties")
    panel.get_by_text("程式", exact=True).click()
    code = panel.locator("#bio-properties-panel-siwei-scriptText")
    written = code.input_value()
    code.fill(written.rstrip().removesuffix("}") + ', approved_by_another: "二人同行"}')
    expect(page.locator("#studio-status")).to_have_text(SAVED)
    page.goto(f"/studio/{key}/deploy")
    expect(page.get_by_text("要另一個帳號核准才生效")).to_be_visible()
    page.get_by_label("這次改了什麼").fill("多記一項")
    before = repository.definition(key).version
    page.get_by_role("button", name="部署").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("等待核准")
    waiting = page.url.replace(site.url, "")

    # Its author is shown no button, and is refused when he sends what the button would send.
    expect(page.get_by_role("button", name="核准並部署")).to_have_count(0)
    refused = page.evaluate(
        """(path) => fetch(`${path}/approve`, { method: 'POST', body: new URLSearchParams({
        csrf_token: document.querySelector('[name=csrf_token]').value }) }).then((answer) => answer.status)""",
        waiting,
    )
    assert refused == 403
    assert repository.definition(key).version == before

    other = open_page(SECOND_OWNER, waiting)
    expect(other.get_by_text("二人同行").first).to_be_visible()
    other.get_by_role("button", name="核准並部署").click()
    expect(other.locator(".flash-success")).to_contain_text("已核准並部署")
    current = repository.definition(key)
    assert current.version == before + 1
    assert current.is_current
    assert script in {element.id for element in repository.outline(current.id).elements}
    repository.make_current(repository.definition(key, before).id, site.actor(OWNER))


def test_without_script_the_editor_shows_the_picture_and_takes_uploads(open_page):
    page = open_page(OWNER, f"/studio/{KEY}/edit/{FILE}", java_script_enabled=False)
    expect(page.locator("svg.diagram-svg")).to_be_visible()
    expect(page.get_by_label("上傳修改過的檔案")).to_be_visible()
    expect(page.locator("#studio-work")).to_be_hidden()


def test_simulation_and_minimap_can_be_switched_on(editor):
    page = editor()
    simulate = page.get_by_role("button", name="模擬執行")
    simulate.click()
    expect(simulate).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".bts-play-pause, .bts-palette").first).to_be_attached()
    simulate.click()
    expect(simulate).to_have_attribute("aria-pressed", "false")
