"""Graphs of decisions, boxed expressions, functions, services; and files that are refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import dmn
from engine.errors import RecordNotFound
from engine.feel import Budget, FeelLimit

VERSIONS = {
    "1.2": "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "1.3": "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "1.4": "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "1.5": "https://www.omg.org/spec/DMN/20230324/MODEL/",
}


def model(body, version="1.5", **more):
    text = f'<definitions xmlns="{VERSIONS[version]}" id="d" name="m" namespace="urn:m">{body}</definitions>'
    return dmn.parse(text.encode(), "m.dmn", **more)


def literal(text):
    return f"<literalExpression><text>{text}</text></literalExpression>"


def decision(id_, logic, requires="", type_="Any"):
    return f'<decision id="{id_}" name="{id_}"><variable name="{id_}" typeRef="{type_}"/>{requires}{logic}</decision>'


def requires(kind, id_):
    outer = "knowledgeRequirement" if kind == "Knowledge" else "informationRequirement"
    return f'<{outer}><required{kind} href="#{id_}"/></{outer}>'


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_of_the_format_is_read(version):
    found = model(decision("a", literal("1 + 1")), version)
    assert found.findings == ()
    assert found.decisions == ("a",)
    assert found.evaluate("a", {}).value == 2


def test_required_decisions_and_inputs_are_in_sight():
    body = (
        '<inputData id="i" name="申請 人數"><variable name="申請 人數" typeRef="number"/></inputData>'
        + decision("double", literal("申請 人數 * 2"), requires("Input", "i"))
        + decision("top", literal("double + 1"), requires("Decision", "double"))
    )
    found = model(body)
    assert found.findings == ()
    assert found.evaluate("top", {"申請 人數": 4}).value == 9
    assert found.free_names("top") == {"申請 人數"}
    assert found.evaluate("top", {"申請 人數": "四"}).failed
    assert found.evaluate("top", {}).failed


def test_a_required_decision_is_evaluated_once():
    calls = []
    body = decision("a", literal("count_call()")) + "".join(
        decision(name, literal("a"), requires("Decision", "a")) for name in ("b", "c")
    )
    body += decision("top", literal("b + c"), requires("Decision", "b") + requires("Decision", "c"))
    found = model(body)

    def count_call():
        calls.append(1)
        return 5

    assert found.evaluate("top", {}, {"count_call": count_call}).value == 10
    assert calls == [1]


def test_functions_of_the_caller_and_dates_reach_decisions():
    found = model(decision("a", literal("add(day, 3)")))
    value = found.evaluate("a", {"day": date(2018, 5, 29)}, {"add": lambda day, n: day.replace(day=day.day - n)}).value
    assert value == date(2018, 5, 26)


def test_business_knowledge_models_are_called_by_name_and_by_boxed_invocation():
    knowledge = (
        '<businessKnowledgeModel id="k" name="加倍"><variable name="加倍"/><encapsulatedLogic>'
        '<formalParameter name="n" typeRef="number"/>'
        + literal("n * 2")
        + "</encapsulatedLogic></businessKnowledgeModel>"
    )
    invocation = (
        "<invocation>" + literal("加倍") + '<binding><parameter name="n"/>' + literal("21") + "</binding></invocation>"
    )
    body = knowledge + decision("a", literal("加倍(4)"), requires("Knowledge", "k"))
    body += decision("b", invocation, requires("Knowledge", "k"))
    found = model(body)
    assert found.findings == ()
    assert found.evaluate("a", {}).value == 8
    assert found.evaluate("b", {}).value == 42


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (
            '<context><contextEntry><variable name="a"/>'
            + literal("1")
            + '</contextEntry><contextEntry><variable name="b"/>'
            + literal("a + 1")
            + "</contextEntry></context>",
            {"a": 1, "b": 2},
        ),
        (
            '<context><contextEntry><variable name="a"/>'
            + literal("1")
            + "</contextEntry><contextEntry>"
            + literal("a + 5")
            + "</contextEntry></context>",
            6,
        ),
        ("<list>" + literal("1") + literal('"x"') + "</list>", [1, "x"]),
        (
            '<relation><column name="n"/><column name="m"/><row>' + literal("1") + literal("2") + "</row></relation>",
            [{"n": 1, "m": 2}],
        ),
        (
            f"<conditional><if>{literal('1 &gt; 2')}</if><then>{literal('1')}</then>"
            f"<else>{literal('2')}</else></conditional>",
            2,
        ),
        (f'<for iteratorVariable="i"><in>{literal("[1, 2]")}</in><return>{literal("i * 2")}</return></for>', [2, 4]),
        (
            f'<some iteratorVariable="i"><in>{literal("[1, 2]")}</in><satisfies>{literal("i = 2")}</satisfies></some>',
            True,
        ),
        (
            f'<every iteratorVariable="i"><in>{literal("[1, 2]")}</in>'
            f"<satisfies>{literal('i = 2')}</satisfies></every>",
            False,
        ),
        (f"<filter><in>{literal('[1, 2, 3]')}</in><match>{literal('item &gt; 1')}</match></filter>", [2, 3]),
    ],
)
def test_boxed_expressions_have_their_value(logic, expected):
    found = model(decision("a", logic))
    assert found.findings == ()
    assert found.evaluate("a", {}).value == expected


def test_item_definitions_are_checked_and_a_list_of_one_is_its_element():
    types = (
        '<itemDefinition name="tKind"><typeRef>string</typeRef>'
        '<allowedValues><text>"a","b"</text></allowedValues></itemDefinition>'
        '<itemDefinition name="tKinds" isCollection="true"><typeRef>tKind</typeRef></itemDefinition>'
        '<itemDefinition name="tCase"><itemComponent name="kind"><typeRef>tKind</typeRef></itemComponent>'
        "</itemDefinition>"
    )
    body = types + "".join(
        decision(f"a{at}", literal(text), type_=type_)
        for at, (text, type_) in enumerate(
            [
                ('"a"', "tKind"),
                ('"c"', "tKind"),
                ('["a","b"]', "tKinds"),
                ('["a","x"]', "tKinds"),
                ('{kind: "a"}', "tCase"),
                ('{kind: "z"}', "tCase"),
                ('["b"]', "tKind"),
                ("1", "string"),
            ]
        )
    )
    found = model(body)
    values = [found.evaluate(id_, {}).value for id_ in found.decisions]
    assert values == ["a", None, ["a", "b"], None, {"kind": "a"}, None, "b", None]
    assert found.evaluate("a1", {}).failed


def test_a_decision_service_is_a_function_of_its_inputs():
    body = (
        '<inputData id="i" name="n"><variable name="n" typeRef="number"/></inputData>'
        + decision("base", literal("100"))
        + decision("sum", literal("base + n"), requires("Decision", "base") + requires("Input", "i"))
        + '<decisionService id="s" name="計算"><variable name="計算"/><outputDecision href="#sum"/>'
        '<inputDecision href="#base"/><inputData href="#i"/></decisionService>'
        + decision("top", literal("計算(1, 2)"), requires("Knowledge", "s"))
    )
    found = model(body)
    assert found.evaluate("top", {}).value == 3
    assert found.call_service("計算", {"base": 5, "n": 6}).value == 11


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (decision("a", literal("1 +")), "dmn-expression"),
        (decision("a", literal("b"), requires("Decision", "missing")), "dmn-requirement"),
        (
            decision("a", literal("b"), requires("Decision", "b"))
            + decision("b", literal("a"), requires("Decision", "a")),
            "dmn-cycle",
        ),
        ('<import namespace="urn:x" name="x" importType="urn:x"/>', "dmn-import"),
        ('<somethingElse id="x"/>', "dmn-unsupported"),
        (
            decision("a", '<literalExpression expressionLanguage="urn:js"><text>1</text></literalExpression>'),
            "dmn-language",
        ),
        (decision("a", ""), "dmn-no-logic"),
        (decision("a", literal("1")) * 2, "dmn-id"),
        (decision("a", literal("1"), type_="tMissing"), "dmn-type"),
        (
            '<itemDefinition name="t"><typeRef>string</typeRef><allowedValues><text>"a" "b"</text></allowedValues>'
            "</itemDefinition>",
            "dmn-type",
        ),
        (
            decision("a", '<functionDefinition kind="Java">' + literal("1") + "</functionDefinition>"),
            "dmn-external-function",
        ),
    ],
)
def test_what_cannot_be_used_is_a_finding(body, code):
    found = model(body)
    assert code in {finding.code for finding in found.findings}
    for finding in found.findings:
        assert finding.message_zh
        assert finding.message_en
        assert finding.file == "m.dmn"


def test_a_decision_that_requires_itself_ends_with_an_error():
    body = decision("a", literal("b"), requires("Decision", "b")) + decision(
        "b", literal("a"), requires("Decision", "a")
    )
    assert model(body).evaluate("a", {}).failed


def test_an_unknown_decision_is_not_found():
    with pytest.raises(RecordNotFound):
        model(decision("a", literal("1"))).evaluate("b", {})


def test_the_budget_holds():
    found = model(decision("a", literal("for i in 1..1000 return i")))
    assert len(found.evaluate("a", {}).value) == 1000
    with pytest.raises(FeelLimit):
        found.evaluate("a", {}, budget=Budget(steps=100))


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'
FILE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<",
        b"not xml",
        b"\xff\xfe\x00",
        b"<definitions/>",
        b'<definitions xmlns="urn:other"/>',
        BOMB,
        FILE,
        b" " * 2_000_001,
        b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/">' + b"<a/>" * 20_001 + b"</definitions>",
    ],
    ids=lambda xml: repr(xml[:20]),
)
def test_a_file_that_must_not_be_read_is_one_finding(xml):
    found = dmn.parse(xml, "x.dmn")
    assert [finding.code for finding in found.findings] == ["dmn-xml"]
    assert found.decisions == ()


@given(
    st.lists(
        st.sampled_from(
            [
                "<decision id='a' name='a'>",
                "</decision>",
                "<decisionTable>",
                "</decisionTable>",
                "<input>",
                "</input>",
                "<output/>",
                "<rule>",
                "</rule>",
                "<inputEntry/>",
                "<outputEntry><text>1</text></outputEntry>",
                "<context>",
                "</context>",
                "<contextEntry>",
                "</contextEntry>",
                "<variable name='\"'/>",
                "<for>",
                "</for>",
                "<itemDefinition/>",
                "<businessKnowledgeModel/>",
                "<decisionService/>",
                "<inputData/>",
                "<list/>",
                "<invocation/>",
                "<relation/>",
            ]
        ),
        max_size=12,
    )
)
def test_any_file_is_read_with_findings_and_every_decision_evaluates(parts):
    found = model("".join(parts))
    for id_ in found.decisions:
        found.evaluate(id_, {})
        found.free_names(id_)
