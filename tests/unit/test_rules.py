"""The rules table and what is made of it: pages in `docs`, the command line, words in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine.model import Finding
from engine.rules import GROUPS, RULES, completed, group_of, in_order
from engine.rules.pages import address, pages
from tests.unit.spiff.violations import VIOLATIONS
from webapp.cli import main

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page", pages())
def test_the_documentation_is_what_the_table_says(page):
    assert (ROOT / "docs" / page).read_text("utf-8") == pages()[page], "run: python -m engine.rules.pages docs"


def test_no_page_is_left_of_rules_that_are_gone():
    assert {f"lint/{path.name}" for path in (ROOT / "docs/lint").iterdir()} == set(pages()) - {"lint.md"}


def test_codes_are_unique_and_every_rule_has_its_address():
    codes = [rule.code for rules in GROUPS.values() for rule in rules]
    assert len(codes) == len(set(codes)) == len(RULES)
    for code in codes:
        path, _, anchor = address(code).partition("#")
        assert re.search(rf"^## {anchor}$", (ROOT / path).read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("code", RULES)
def test_a_rule_says_the_same_in_both_languages(code):
    rule = RULES[code]
    assert re.fullmatch(r"[a-z0-9-]+", code)
    assert re.search(r"[\u4e00-\u9fff]", rule.zh)
    assert re.search(r"[\u4e00-\u9fff]", rule.remedy_zh)
    for english in (rule.en, rule.remedy_en):
        assert not re.search(r"[\u4e00-\u9fff]", english)
    places = [{name.removesuffix("_zh") for name in re.findall(r"\{(\w+)\}", text)} for text in (rule.zh, rule.en)]
    assert places[0] == places[1]
    assert rule.remedy_zh.endswith(("。", "）"))
    assert rule.remedy_en.endswith(".")


def test_findings_of_other_checks_are_given_the_words_of_the_table():
    bare = Finding("dmn-cell", "error", "d.dmn", "c", None, "讀不懂", "cannot be read")
    assert completed(bare).remedy_en == RULES["dmn-cell"].remedy_en
    assert group_of("dmn-cell") == "papers"
    unknown = Finding("no-such-code", "error", "d.dmn", "c", None, "?", "?")
    assert completed(unknown) is unknown


def test_errors_come_first_then_gaps_then_warnings():
    levels = ["warning", "todo", "error", "warning"]
    listed = [Finding(level, level, "f", None, None, "", "") for level in levels]
    assert [finding.level for finding in in_order(listed)] == ["error", "todo", "warning", "warning"]


def lint(path, *more):
    return CliRunner().invoke(main, ["lint", str(path), *more])


def test_the_command_line_says_element_rule_and_remedy_in_the_readers_language(tmp_path):
    file = tmp_path / "x.bpmn"
    file.write_bytes(VIOLATIONS["EXT025"][2])
    rule = RULES["condition-alone"]
    for language, remedy in (("zh", rule.remedy_zh), ("en", rule.remedy_en)):
        done = lint(file, "--lang", language)
        assert done.exit_code == 1
        assert "x.bpmn:x_e" in done.output
        assert "[condition-alone EXT025]" in done.output
        assert remedy in done.output


def test_the_command_line_gives_json_to_machines(tmp_path):
    file = tmp_path / "x.bpmn"
    file.write_bytes(VIOLATIONS["EXT025"][2])
    done = lint(file, "--format", "json")
    assert done.exit_code == 1
    (found,) = (finding for finding in json.loads(done.output) if finding["level"] == "error")
    assert found["element_id"] == "x_e"
    assert found["rules"] == ["EXT025"]
    assert found["blocks"] is True
    assert found["documentation"] == "docs/lint/flows.md#condition-alone"
    assert found["remedy_zh"] == RULES["condition-alone"].remedy_zh


def test_gaps_end_with_1_and_warnings_with_0(tmp_path):
    file = tmp_path / "x.bpmn"
    sound = VIOLATIONS["EXT025"][2].replace(b"<conditionExpression>=a &gt; 1</conditionExpression>", b"")
    file.write_bytes(sound)
    assert lint(file).exit_code == 0
    file.write_bytes(sound.replace(b'<task id="x"/>', b'<serviceTask id="x"/>'))
    done = lint(file, "--lang", "en")
    assert done.exit_code == 1
    assert "0 errors, 1 to-dos, 0 warnings" in done.output
