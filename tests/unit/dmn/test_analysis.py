"""What is said about a table before it decides, each with an example that the table itself confirms."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from engine import dmn
from tests.unit.dmn.test_tables import table

PROCESSES = Path(__file__).resolve().parents[3] / "processes"


def typed(kind):
    return f'<input id="i" label="x"><inputExpression typeRef="{kind}"><text>x</text></inputExpression></input>'


def told(model, code):
    return [finding.message_zh for finding in dmn.analyse(model) if finding.code == code]


@pytest.mark.parametrize(
    ("rules", "kind", "example", "inside"),
    [
        (["< 5 => 1", "> 5 => 2"], "number", "x = 5", 5),
        (["[1..3] => 1", "[4..9] => 2", "< 1 => 0", "> 9 => 3"], "number", "x = 3.5", 3.5),
        (['"a" => 1', '"b" => 2'], "string", "x = （其他）", "c"),
        (["true => 1"], "boolean", "x = false", False),
        (['>= date("2020-01-02") => 1'], "date", "x = 2020-01-01", date(2020, 1, 1)),
        (["not(null) => 1"], "string", "x = null", None),
    ],
)
def test_a_gap_has_an_example_that_no_row_takes(rules, kind, example, inside):
    model = table(rules, input_xml=typed(kind))
    assert any(example in text.replace('"', "") for text in told(model, "dmn-gap"))
    assert model.evaluate("t", {"x": inside}).failed


@pytest.mark.parametrize(
    ("rules", "policy"),
    [
        (["<= 5 => 1", "> 5 => 2"], "UNIQUE"),
        (["- => 1"], "UNIQUE"),
        (["true => 1", "false => 2"], "UNIQUE"),
        (["< 9 => 1", "- => 2"], "FIRST"),
        (["< 9 => 1", "> 3 => 1"], "ANY"),
        (["< 9 => 1", "> 3 => 2"], "COLLECT"),
        (["< limit => 1", "? * 2 > 7 => 2"], "UNIQUE"),  # cells that only a case can decide are not judged
    ],
)
def test_a_table_without_fault_is_left_alone(rules, policy):
    assert dmn.analyse(table(rules, policy=policy)) == ()


def test_an_overlap_names_both_rows_and_an_input_that_breaks_the_table():
    model = table(["<= 5 => 1", ">= 5 => 2"])
    assert told(model, "dmn-overlap") == ["決策表「決定」：第 1、2 列同時符合，例如 x = 5"]
    assert model.evaluate("t", {"x": 5}).failed
    assert told(table(["<= 5 => 1", ">= 5 => 2"], policy="ANY"), "dmn-overlap")


def test_gaps_and_overlaps_are_found_across_columns():
    model = table(["< 5 | true => 1", ">= 5 | - => 2", "> 9 | false => 3"], inputs=("n", "ok"))
    assert told(model, "dmn-gap") == ["決策表「決定」：沒有一列符合，例如 n = 4、ok = false"]
    assert told(model, "dmn-overlap") == ["決策表「決定」：第 2、3 列同時符合，例如 n = 10、ok = false"]


def test_a_row_behind_others_that_take_everything_is_named():
    model = table(["< 5 => 1", "- => 2", "> 9 => 3"], policy="FIRST")
    assert told(model, "dmn-unreachable") == ["決策表「決定」：第 3 列永遠不會用到"]
    assert not told(table(["< 5 => 1", "null => 2", "- => 3"], policy="FIRST"), "dmn-unreachable")


def test_values_of_another_type_are_named_by_row_and_column():
    model = table(['"a" => 1', "> 3 => 2"], input_xml=typed("number"))
    assert told(model, "dmn-type-mismatch") == ["決策表「決定」：第 1 列「x」欄的值是 string，這一欄要 number"]
    output = table(["- => 1", '- => "a"'], output_xml='<output name="y" typeRef="number"/>', policy="FIRST")
    assert "第 2 列「y」欄" in told(output, "dmn-type-mismatch")[0]


def test_a_column_that_decides_nothing_is_named_but_not_that_of_a_table_of_settings():
    model = table(["- | 1 => 1", "- | 2 => 2"], inputs=("idle", "n"))
    assert "「idle」" in told(model, "dmn-unused-column")[0]
    assert not told(table(["- => 7"]), "dmn-unused-column")


def test_an_unknown_name_comes_with_the_nearest_known_one():
    model = table(["< limt => 1"])
    found = dmn.analyse(model, frozenset({"x", "limit", "amount"}))
    assert [f.message_zh for f in found] == ["決策「決定」用到沒有的名稱「limt」；是否為「limit」？"]
    assert "did you mean 'limit'" in found[0].message_en


def test_a_default_closes_gaps_and_allowed_values_bound_them():
    default = '<output name="y"><defaultOutputEntry><text>0</text></defaultOutputEntry></output>'
    assert not told(table(["< 5 => 1"], output_xml=default), "dmn-gap")
    allowed = typed("string").replace("</input>", '<inputValues><text>"a","b"</text></inputValues></input>')
    assert not told(table(['"a" => 1', '"b" => 2'], input_xml=allowed), "dmn-gap")


def test_a_table_too_wide_to_judge_is_left_alone_in_little_time():
    rules = [" | ".join([f"< {n}"] * 12) + f" => {n}" for n in range(40)]
    assert dmn.analyse(table(rules, inputs=tuple(f"x{at}" for at in range(12)))) == ()


def test_what_is_said_of_the_shipped_tables_are_gaps_before_a_date_or_open_lists_and_idle_columns():
    said = {
        (path.stem, finding.code)
        for path in PROCESSES.glob("*/*.dmn")
        for finding in dmn.analyse(dmn.parse(path.read_bytes(), path.name))
    }
    assert said <= {
        ("city_alliance", "dmn-gap"),
        ("hiring_meeting", "dmn-gap"),
        ("petition", "dmn-gap"),
        ("temp_staff_hiring", "dmn-gap"),
        ("vehicle_prereview", "dmn-unused-column"),
    }
