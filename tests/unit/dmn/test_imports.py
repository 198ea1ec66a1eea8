"""Files that import one another: names, types, functions, services, and what is said when they do not fit."""

from __future__ import annotations

import pytest

from engine import dmn

DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def file(namespace, body, imports=""):
    return (
        f'<definitions xmlns="{DMN}" id="d" name="{namespace}" namespace="{namespace}">{imports}{body}</definitions>'
    ).encode()


def imported(namespace, name, type_=DMN, place=""):
    where = f' locationURI="{place}"' if place else ""
    return f'<import namespace="{namespace}" name="{name}" importType="{type_}"{where}/>'


def decision(id_, text, needs="", type_=""):
    kind = f' typeRef="{type_}"' if type_ else ""
    return (
        f'<decision id="{id_}" name="{id_}"><variable name="{id_}"{kind}/>{needs}'
        f"<literalExpression><text>{text}</text></literalExpression></decision>"
    )


def needs(href, kind="Decision"):
    tag = "knowledgeRequirement" if kind == "Knowledge" else "informationRequirement"
    return f'<{tag}><required{kind} href="{href}"/></{tag}>'


LAW = file(
    "urn:law",
    '<itemDefinition name="tDays"><typeRef>number</typeRef>'
    "<allowedValues><text>[0..60]</text></allowedValues></itemDefinition>"
    '<inputData id="kind" name="案件 種類"><variable name="案件 種類" typeRef="string"/></inputData>'
    + decision("limit", 'if 案件 種類 = "陳情" then 30 else 7', needs("#kind", "Input"), "tDays")
    + '<businessKnowledgeModel id="half" name="half of"><variable name="half of"/>'
    '<encapsulatedLogic><formalParameter name="n" typeRef="tDays"/>'
    "<literalExpression><text>n / 2</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>"
    '<decisionService id="s" name="期限"><variable name="期限"/><outputDecision href="#limit"/>'
    '<inputData href="#kind"/></decisionService>',
)


def model(body, *others, imports=None, name="own.dmn"):
    own = file("urn:own", body, imported("urn:law", "法規") if imports is None else imports)
    return dmn.parse_together([(name, own), ("law.dmn", LAW), *others])[0]


def test_an_imported_decision_stands_under_the_name_of_the_import():
    found = model(decision("a", "法規.limit + 1", needs("urn:law#limit")))
    assert found.findings == ()
    assert found.evaluate("a", {"案件 種類": "陳情"}).value == 31
    assert found.evaluate("a", {"案件 種類": "其他"}).value == 8
    assert found.free_names("a") == {"案件 種類"}
    assert found.decisions == ("a",)


def test_the_chain_holds_the_imported_decision():
    steps = model(decision("a", "法規.limit", needs("urn:law#limit"))).evaluate("a", {"案件 種類": "陳情"}).steps
    assert [(step.decision_id, step.value) for step in steps] == [("limit", 30), ("a", 30)]


def test_imported_functions_services_and_inputs_are_used():
    body = (
        decision("f", "法規.half of(10)", needs("urn:law#half", "Knowledge"))
        + decision("s", '法規.期限("陳情")', needs("urn:law#s", "Knowledge"))
        + decision("i", "法規.案件 種類", needs("urn:law#kind", "Input"))
    )
    found = model(body)
    assert found.findings == ()
    assert [found.evaluate(id_, {"案件 種類": "x"}).value for id_ in ("f", "s", "i")] == [5, 30, "x"]


def test_imported_types_are_checked():
    found = model(decision("a", "n", type_="法規.tDays"))
    assert found.findings == ()
    assert found.evaluate("a", {"n": 60}).value == 60
    assert found.evaluate("a", {"n": 61}).failed
    missing = model(decision("a", "n", type_="法規.tMissing"))
    assert [finding.code for finding in missing.findings] == ["dmn-type"]


def test_an_import_without_name_puts_everything_among_our_own():
    found = model(
        decision("a", "limit * 2", needs("urn:law#limit"), "tDays"), imports=imported("urn:law", ""), name="x/own.dmn"
    )
    assert found.findings == ()
    assert found.evaluate("a", {"案件 種類": "其他"}).value == 14


def test_imports_of_imports_are_evaluated_once_and_not_in_sight():
    middle = file("urn:mid", decision("m", "法規.limit + 100", needs("urn:law#limit")), imported("urn:law", "法規"))
    both = imported("urn:law", "法規") + imported("urn:mid", "中")
    found = model(
        decision("a", "中.m + 法規.limit", needs("urn:law#limit") + needs("urn:mid#m")),
        ("mid.dmn", middle),
        imports=both,
    )
    decided = found.evaluate("a", {"案件 種類": "陳情"})
    assert decided.value == 160
    assert [step.decision_id for step in decided.steps] == ["limit", "m", "a"]
    hidden = model(
        decision("a", "中.法規.limit", needs("urn:mid#m")), ("mid.dmn", middle), imports=imported("urn:mid", "中")
    )
    assert hidden.evaluate("a", {"案件 種類": "陳情"}).failed


def test_our_own_namespace_in_a_reference_is_ourselves():
    found = model(decision("a", "b + 1", needs("urn:own#b")) + decision("b", "1"))
    assert found.findings == ()
    assert found.evaluate("a", {}).value == 2


def test_two_files_of_one_namespace_are_told_apart_by_their_place():
    other = ("law2.dmn", LAW.replace(b"then 30", b"then 20"))
    body = decision("a", "法規.limit", needs("urn:law#limit"))
    assert [f.code for f in model(body, other).findings] == ["dmn-import", "dmn-requirement"]
    chosen = model(body, other, imports=imported("urn:law", "法規", place="./law2.dmn"))
    assert chosen.evaluate("a", {"案件 種類": "陳情"}).value == 20


@pytest.mark.parametrize(
    ("imports", "others", "zh", "en"),
    [
        (imported("urn:none", "x"), [], "沒有命名空間「urn:none」", "'urn:none'"),
        (imported("urn:law", "x", "http://www.w3.org/2001/XMLSchema"), [], "只能匯入 DMN", "only DMN"),
        (imported("urn:law", "x", "http://www.dmg.org/PMML-4_2"), [], "PMML", "PMML"),
        (
            imported("urn:back", "x"),
            [("back.dmn", file("urn:back", "", imported("urn:own", "y")))],
            "互相匯入",
            "import each other",
        ),
    ],
)
def test_an_import_that_leads_nowhere_is_a_finding(imports, others, zh, en):
    every = dmn.parse_together([("own.dmn", file("urn:own", decision("a", "1"), imports)), ("law.dmn", LAW), *others])
    findings = [finding for one in every for finding in one.findings]
    assert {finding.code for finding in findings} == {"dmn-import"}
    assert any(zh in finding.message_zh and en in finding.message_en for finding in findings)
    assert every[0].evaluate("a", {}).value == 1


def test_a_broken_file_beside_harms_nobody_else():
    broken = ("broken.dmn", b"<definitions")
    body = decision("a", "1")
    alone, other = dmn.parse_together([("own.dmn", file("urn:own", body)), broken])
    assert alone.findings == ()
    assert [finding.code for finding in other.findings] == ["dmn-xml"]
