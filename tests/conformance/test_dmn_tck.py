"""The public DMN kit: a case a test, none left out.

Cases that expect a value are apart from those that expect null: an engine that always answers
null would pass the second kind. Functions written in Java are refused on purpose; those cases
show that the refusal says so. Where the kit is absent the summary says how much did not run.
"""

from __future__ import annotations

import re

import pytest

from tests.conformance.dmn_kit import KIT, SIZE, Case, cases, models, same

HERE = KIT.is_dir()
ALL = list(cases()) if HERE else []
JAVA = [case for case in ALL if case.java]
VALUES = [case for case in ALL if case.expected is not None and not case.java]
NULLS = [case for case in ALL if case.expected is None]


@pytest.mark.parametrize("case", VALUES, ids=str)
def test_a_value_is_decided_as_the_kit_expects(case: Case) -> None:
    value = case.value()
    assert same(value, case.expected), f"{value} instead of {case.expected}"


@pytest.mark.parametrize("case", NULLS, ids=str)
def test_a_null_is_decided_as_the_kit_expects(case: Case) -> None:
    decision = case.decide()
    assert decision.value is None
    assert decision.errors or decision.notes or not case.error


@pytest.mark.parametrize("case", JAVA, ids=str)
def test_a_function_in_java_is_refused_in_plain_words(case: Case) -> None:
    decision = case.decide()
    assert decision.value is None
    assert any("外部函式" in error and "external function" in error for error in decision.errors)
    refused = [f for f in models(case.folder)[case.model].findings if "外部函式" in f.message_zh]
    assert refused
    assert all("external function" in finding.message_en and finding.level == "error" for finding in refused)


@pytest.mark.skipif(not HERE, reason=f"the DMN kit is not here: {SIZE} results of it did not run")
def test_every_case_of_the_kit_runs() -> None:
    texts = (re.sub(rb"<!--.*?-->", b"", file.read_bytes(), flags=re.DOTALL) for file in KIT.glob("*/*/*.xml"))
    held = sum(len(re.findall(rb"<(?:\w+:)?resultNode\b", text)) for text in texts)
    assert len(ALL) == held >= SIZE
    assert (len(VALUES), len(NULLS), len(JAVA)) >= (969, 285, 14)
