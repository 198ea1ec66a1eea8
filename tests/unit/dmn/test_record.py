"""What is kept of a decision: rows, values and the digest of the table, not its words."""

from __future__ import annotations

import hashlib
import json

from engine import codec, dmn

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def table(id_, name, rows, column="kind", policy="UNIQUE", requires="", default=""):
    cells = "".join(
        f"<rule id='{id_}{at}'><inputEntry><text>{test}</text></inputEntry>"
        f"<outputEntry><text>{result}</text></outputEntry>"
        f"<annotationEntry><text>{'說明' * 100}</text></annotationEntry></rule>"
        for at, (test, result) in enumerate(rows)
    )
    return (
        f"<decision id='{id_}' name='{name}'><variable name='{id_}'/>{requires}<decisionTable hitPolicy='{policy}'>"
        f"<input label='{'欄' * 50}'><inputExpression><text>{column}</text></inputExpression></input>"
        f"<output>{default}</output>{cells}</decisionTable></decision>"
    )


def file(body, namespace="urn:m", head=""):
    return f"<definitions xmlns='{NAMESPACE}' name='m' namespace='{namespace}'>{head}{body}</definitions>".encode()


def literal(text):
    logic = f"<literalExpression><text>{text}</text></literalExpression>"
    return f"<decision id='x' name='x'><variable name='x'/>{logic}</decision>"


def record(content, decision, names, functions=None):
    model = dmn.parse(content, "m.dmn")
    assert model.findings == ()
    return dmn.recorded(decision, model, model.evaluate(decision, names, functions or {}))


ROWS = [('"a", "b"', "1"), ('"b"', "2")]
NEEDS = "<informationRequirement><requiredDecision href='#days'/></informationRequirement>"


def test_rows_inputs_and_output_of_every_policy():
    for policy, rules, output in (("UNIQUE", [1], 1), ("FIRST", [1], 1), ("COLLECT", [1], [1])):
        kept = record(file(table("days", "期限", ROWS, policy=policy)), "days", {"kind": "a"})
        assert kept["chain"] == [{"id": "days", "inputs": ["a"], "rules": rules, "output": output}]
    kept = record(file(table("days", "期限", ROWS, policy="RULE ORDER")), "days", {"kind": "b"})
    assert kept["chain"] == [{"id": "days", "inputs": ["b"], "rules": [1, 2], "output": [1, 2]}]


def test_a_default_is_a_decision_by_no_row():
    default = "<defaultOutputEntry><text>9</text></defaultOutputEntry>"
    kept = record(file(table("days", "期限", ROWS, default=default)), "days", {"kind": "z"})
    assert kept["chain"] == [{"id": "days", "inputs": ["z"], "rules": [], "output": 9}]


def test_the_chain_tells_required_decisions_first():
    over = table("over", "逾期", [("&lt; 2", "true"), ("&gt;= 2", "false")], "days", requires=NEEDS)
    kept = record(file(table("days", "期限", ROWS) + over), "over", {"kind": "a"})
    assert kept["decision"] == "over"
    assert kept["chain"] == [
        {"id": "days", "inputs": ["a"], "rules": [1], "output": 1},
        {"id": "over", "inputs": [1], "rules": [1], "output": True},
    ]


def test_an_expression_has_no_rows_and_no_inputs():
    assert record(file(literal("n + 1")), "x", {"n": 1})["chain"] == [{"id": "x", "output": 2}]


def test_the_digest_names_the_content_and_what_is_imported():
    own = file(table("days", "期限", ROWS))
    assert record(own, "days", {"kind": "a"})["digest"] == hashlib.sha256(own).hexdigest()[:12]

    def digest(imported):
        head = f"<import name='' namespace='urn:o' importType='{NAMESPACE}'/>"
        return dmn.parse_together([("a.dmn", file(literal("1"), head=head)), ("o.dmn", imported)])[0].digest

    first = digest(file(table("days", "期限", ROWS), "urn:o"))
    assert first != digest(file(table("days", "期限", ROWS[:1]), "urn:o"))
    assert first == digest(file(table("days", "期限", ROWS), "urn:o"))


def test_an_imported_decision_names_its_file():
    needs = "<informationRequirement><requiredDecision href='urn:o#days'/></informationRequirement>"
    head = f"<import name='o' namespace='urn:o' importType='{NAMESPACE}'/>"
    body = (
        f"<decision id='x' name='x'><variable name='x'/>{needs}"
        "<literalExpression><text>o.days * 2</text></literalExpression></decision>"
    )
    models = dmn.parse_together(
        [("a.dmn", file(body, head=head)), ("o.dmn", file(table("days", "期限", ROWS), "urn:o"))]
    )
    assert [model.findings for model in models] == [(), ()]
    kept = dmn.recorded("x", models[0], models[0].evaluate("x", {"kind": "a"}))
    assert [(step["id"], step.get("file")) for step in kept["chain"]] == [("days", "o.dmn"), ("x", None)]


def test_no_word_of_the_table_is_kept_and_the_record_is_small():
    kept = codec.dumps(record(file(table("days", "期限", ROWS)), "days", {"kind": "a"}))
    assert "欄" not in kept.decode()
    assert "說明" not in kept.decode()
    assert len(kept) < 120


def test_what_cannot_be_stored_is_kept_as_its_text_and_what_is_long_by_its_beginning():
    rows = [("-", "[1..3]")]
    kept = record(file(table("days", "期限", rows)), "days", {"kind": ["字" * 50] * 100})
    (step,) = kept["chain"]
    assert step["output"] == "[1..3]"
    assert step["inputs"][0].startswith('["字字')
    assert len(step["inputs"][0]) == 201
    json.dumps(codec.encode(kept))


def test_two_columns_of_one_label_are_both_kept():
    second = "<input label='x'><inputExpression><text>n</text></inputExpression></input>"
    body = (
        "<decision id='d' name='d'><variable name='d'/><decisionTable>"
        + second.replace(">n<", ">m<")
        + second
        + "<output/><rule><inputEntry><text>1</text></inputEntry><inputEntry><text>2</text></inputEntry>"
        "<outputEntry><text>3</text></outputEntry></rule></decisionTable></decision>"
    )
    assert record(file(body), "d", {"m": 1, "n": 2})["chain"][0]["inputs"] == [1, 2]
