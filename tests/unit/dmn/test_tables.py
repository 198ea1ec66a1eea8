"""Decision tables: hit policies, defaults, allowed values, and the record of what matched."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

import pytest

from engine import dmn
from engine.dmn import RuleHit

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="表" namespace="urn:t">'


def table(rules, *, inputs=("x",), outputs=("y",), policy="UNIQUE", aggregation="", output_xml=None, input_xml=None):
    """A model with one table; a rule is a text `cell | cell => cell | cell`."""
    ins = input_xml or "".join(
        f'<input id="i{at}" label={quoteattr(name)}><inputExpression><text>{escape(name)}</text>'
        "</inputExpression></input>"
        for at, name in enumerate(inputs)
    )
    outs = output_xml or "".join(f'<output id="o{at}" name={quoteattr(name)}/>' for at, name in enumerate(outputs))
    rows = ""
    for number, rule in enumerate(rules, 1):
        tests, cells = ([cell.strip() for cell in side.split("|")] for side in rule.split("=>"))
        rows += f'<rule id="r{number}">'
        rows += "".join(f"<inputEntry><text>{escape(test)}</text></inputEntry>" for test in tests)
        rows += "".join(f"<outputEntry><text>{escape(cell)}</text></outputEntry>" for cell in cells) + "</rule>"
    kind = f' aggregation="{aggregation}"' if aggregation else ""
    text = (
        f'{HEAD}<decision id="t" name="決定"><variable name="決定"/>'
        f'<decisionTable hitPolicy="{policy}"{kind}>{ins}{outs}{rows}</decisionTable></decision></definitions>'
    )
    return dmn.parse(text.encode(), "t.dmn")


def decide(model, **names):
    assert not [finding for finding in model.findings if finding.level == "error"], model.findings
    return model.evaluate("t", names)


OVERLAPPING = ['>= 1 => "low"', '>= 5 => "high"', '>= 5 => "other"', '>= 9 => "low"']
VALUES = '<output name="y"><outputValues><text>"high","other","low"</text></outputValues></output>'


@pytest.mark.parametrize(
    ("policy", "aggregation", "x", "expected"),
    [
        ("UNIQUE", "", 1, "low"),
        ("FIRST", "", 9, "low"),
        ("PRIORITY", "", 9, "high"),
        ("RULE ORDER", "", 9, ["low", "high", "other", "low"]),
        ("OUTPUT ORDER", "", 9, ["high", "other", "low", "low"]),
        ("COLLECT", "", 5, ["low", "high", "other"]),
        ("COLLECT", "COUNT", 5, 3),
        ("COLLECT", "MIN", 5, "high"),
        ("COLLECT", "MAX", 5, "other"),
        ("ANY", "", 1, "low"),
        ("U", "", 1, "low"),
        ("C", "", 1, ["low"]),
    ],
)
def test_a_hit_policy_chooses_among_the_matching_rows(policy, aggregation, x, expected):
    model = table(OVERLAPPING, policy=policy, aggregation=aggregation, output_xml=VALUES)
    decision = decide(model, x=x)
    assert decision.errors == ()
    assert decision.value == expected


@pytest.mark.parametrize(("aggregation", "expected"), [("SUM", Decimal("7.5")), ("MIN", Decimal("2.5")), ("MAX", 5)])
def test_collected_numbers_are_aggregated(aggregation, expected):
    model = table(["- => 2.5", "> 3 => 5", "> 9 => 100"], policy="COLLECT", aggregation=aggregation)
    assert decide(model, x=4).value == expected


def test_two_matching_rows_break_unique():
    decision = decide(table(OVERLAPPING), x=5)
    assert decision.failed
    assert "1、2、3" in decision.errors[0]
    assert decision.rules == ()


def test_different_results_break_any_and_equal_ones_do_not():
    assert decide(table(OVERLAPPING, policy="ANY"), x=5).failed
    assert decide(table(['>= 1 => "a"', '>= 2 => "a"'], policy="ANY"), x=5).value == "a"


@pytest.mark.parametrize("policy", ["PRIORITY", "OUTPUT ORDER"])
def test_a_value_that_is_not_among_the_output_values_breaks_the_ranking_policies(policy):
    rules = ['>= 1 => "low"', '>= 5 => "urgent"', '>= 9 => "high"']
    model = table(rules, policy=policy, output_xml=VALUES)
    assert decide(model, x=1).value == ("low" if policy == "PRIORITY" else ["low"])
    decision = decide(model, x=9)
    assert decision.failed
    assert decision.rules == ()
    assert "第 2 列" in decision.errors[0]
    assert "row 2" in decision.errors[0]


@pytest.mark.parametrize("policy", ["PRIORITY", "OUTPUT ORDER"])
def test_the_ranking_policies_rank_by_the_first_output_then_the_next(policy):
    outputs = (
        '<output name="level"><outputValues><text>"high","low"</text></outputValues></output>'
        '<output name="days"><outputValues><text>3,6,30</text></outputValues></output>'
    )
    rules = ['- => "low" | 3', '- => "high" | 30', '- => "high" | 6']
    decision = decide(table(rules, policy=policy, output_xml=outputs), x=1)
    ranked = [{"level": "high", "days": 6}, {"level": "high", "days": 30}, {"level": "low", "days": 3}]
    assert decision.value == (ranked[0] if policy == "PRIORITY" else ranked)
    assert {hit.number for hit in decision.rules} == ({3} if policy == "PRIORITY" else {1, 2, 3})


@pytest.mark.parametrize("policy", ["PRIORITY", "OUTPUT ORDER"])
def test_the_ranking_policies_need_output_values(policy):
    model = table(OVERLAPPING, policy=policy)
    assert [finding.code for finding in model.findings if finding.level == "error"] == ["dmn-hit-policy"]


def test_first_takes_the_first_however_many_match_and_differ():
    decision = decide(table(OVERLAPPING, policy="FIRST"), x=9)
    assert (decision.value, [hit.number for hit in decision.rules]) == ("low", [1])


@pytest.mark.parametrize(
    ("policy", "rows"), [("RULE ORDER", [1, 2, 3]), ("COLLECT", [1, 2, 3]), ("OUTPUT ORDER", [1, 2, 3])]
)
def test_policies_of_several_hits_record_each_row(policy, rows):
    decision = decide(table(OVERLAPPING, policy=policy, output_xml=VALUES), x=5)
    assert sorted(hit.number for hit in decision.rules) == rows


@pytest.mark.parametrize("aggregation", ["SUM", "MIN", "MAX"])
def test_what_cannot_be_aggregated_is_an_error(aggregation):
    model = table(['- => "a"', "- => 1"], policy="COLLECT", aggregation=aggregation)
    decision = decide(model, x=1)
    assert decision.failed
    assert decision.errors


@pytest.mark.parametrize(
    ("policy", "aggregation"),
    [
        ("UNIQUE", ""),
        ("FIRST", ""),
        ("PRIORITY", ""),
        ("OUTPUT ORDER", ""),
        ("ANY", ""),
        ("RULE ORDER", ""),
        ("COLLECT", ""),
        ("COLLECT", "SUM"),
        ("COLLECT", "COUNT"),
    ],
)
def test_no_matching_row_and_no_default_is_an_error(policy, aggregation):
    ordered = '<output name="y"><outputValues><text>1,2</text></outputValues></output>'
    decision = decide(table(["> 5 => 1"], policy=policy, aggregation=aggregation, output_xml=ordered), x=1)
    assert decision.value is None
    assert decision.failed
    assert "決定" in decision.errors[0]


def test_without_a_matching_row_the_default_stands():
    default = '<output name="y"><defaultOutputEntry><text>"none"</text></defaultOutputEntry></output>'
    decision = decide(table(['> 5 => "a"'], output_xml=default), x=1)
    assert (decision.value, decision.errors, decision.rules) == ("none", (), ())
    assert decide(table(['> 5 => "a"'], output_xml=default, policy="COLLECT"), x=1).value == ["none"]


def test_several_outputs_make_a_context_and_are_told():
    model = table(
        ['"甲","乙" | < 5 => "科長" | 3', '- | >= 5 => "處長" | days * 2'],
        inputs=("kind", "days"),
        outputs=("level", "n"),
    )
    decision = decide(model, kind="乙", days=Decimal("2.5"))
    assert decision.value == {"level": "科長", "n": 3}
    assert decision.outputs == ("level", "n")
    assert decision.inputs == {"kind": "乙", "days": Decimal("2.5")}
    assert decision.rules == (RuleHit("決定", "r1", 1, {"level": "科長", "n": 3}),)
    assert decision.table == "決定"
    assert decide(model, kind="x", days=5).value == {"level": "處長", "n": 10}
    assert model.output_names("t") == ("level", "n")


@pytest.mark.parametrize(
    ("cell", "value", "hit"),
    [
        ('"a","b"', "b", True),
        ('not("a","b")', "b", False),
        ("[1..5)", 5, False),
        ('[@"2018-01-01"..@"2018-12-31"]', date(2018, 12, 31), True),
        ("", None, True),
        ("null", None, True),
        ("< 5", None, False),
    ],
)
def test_cells_are_unary_tests(cell, value, hit):
    assert (decide(table([f"{cell} => true", "- => false"], policy="FIRST"), x=value).value is True) is hit


def test_an_input_value_that_is_not_allowed_is_an_error_not_a_miss():
    allowed = (
        '<input label="kind"><inputExpression typeRef="string"><text>kind</text></inputExpression>'
        '<inputValues><text>"a","b"</text></inputValues></input>'
    )
    model = table(['"a" => 1', "- => 2"], input_xml=allowed, policy="FIRST")
    assert decide(model, kind="a").value == 1
    assert decide(model, kind="b").value == 2
    assert decide(model, kind=None).value == 2
    assert decide(model, kind="c").failed
    assert "kind" in decide(model, kind="c").errors[0]
    assert decide(model, kind=3).failed


def test_an_output_of_the_wrong_type_is_an_error():
    model = table(['- => "x"'], output_xml='<output name="y" typeRef="number"/>')
    assert decide(model, x=1).failed


def test_an_unknown_input_is_an_error_even_where_a_row_matches_anything():
    decision = decide(table(["- => 1"]))
    assert decision.failed
    assert "x" in decision.errors[0]


def test_an_output_that_cannot_be_computed_fails_the_whole_decision():
    model = table(["- => 1 | missing + 1"], outputs=("a", "b"))
    assert decide(model, x=1).failed
    assert decide(model, x=1, missing=1).value == {"a": 1, "b": 2}
    assert decide(table(["- => 1 | null"], outputs=("a", "b")), x=1).value == {"a": 1, "b": None}


def test_the_names_a_table_takes_are_known():
    model = table(["< limit => other + 1"], inputs=("amount * 2",))
    assert model.free_names("t") == {"amount", "limit", "other"}


@pytest.mark.parametrize(
    ("changes", "code", "zh", "en"),
    [
        ({"rules": ["1 +* 2 => 1"]}, "dmn-cell", "第 1 列「x」欄", "row 1, column 'x'"),
        ({"rules": ["- => 1", '- => "a" "b"']}, "dmn-cell", "第 2 列「y」欄", "row 2, column 'y'"),
        ({"rules": ["- => 1"], "inputs": ("x >",)}, "dmn-expression", "輸入欄 1", "input column 1"),
        ({"rules": ["- => 1"], "policy": "LAST"}, "dmn-hit-policy", "LAST", "LAST"),
        ({"rules": ["- => 1"], "aggregation": "SUM"}, "dmn-hit-policy", "SUM", "SUM"),
        ({"rules": ["- => 1"], "policy": "PRIORITY"}, "dmn-hit-policy", "輸出值", "output values"),
        ({"rules": ["- => 1 | 2"], "outputs": ("y", "y")}, "dmn-table-output", "不同的名稱", "different names"),
        ({"rules": ["- | - => 1"]}, "dmn-rule", "第 1 列", "row 1"),
        (
            {"rules": ["- => 1 | 2"], "outputs": ("y", "z"), "policy": "COLLECT", "aggregation": "SUM"},
            "dmn-hit-policy",
            "彙總",
            "aggregated",
        ),
        ({"rules": [f"{'1, ' * 500} 2 => 1"]}, "dmn-cell-too-long", "1000", "1000"),
        ({"rules": ["- => "]}, "dmn-empty-output", "空白", "empty"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column(changes, code, zh, en):
    findings = [finding for finding in table(**changes).findings if finding.code == code]
    assert findings
    assert zh in findings[0].message_zh
    assert en in findings[0].message_en
    assert findings[0].file == "t.dmn"


def test_an_unreadable_cell_never_decides():
    model = table(["1 +* 2 => 1"])
    assert model.evaluate("t", {"x": 3}).failed
    broken_output = table(["- => 1 +"])
    assert broken_output.evaluate("t", {"x": 3}).failed
