"""The public diagrams that each break one rule of BPMN 2.0: refused, with that rule's number, where they are at hand.

Our own models of every rule are in `tests/unit/spiff/violations.py` and run everywhere.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.model import SourceFile
from engine.sandbox import MontySandbox
from engine.spiff import Executor
from tests.engine.spiff import features

FOLDER = Path(__file__).parents[3] / "shared" / "conformance" / "bpmn" / "violations"
FILES = sorted(FOLDER.glob("*/*.bpmn")) if FOLDER.is_dir() else []
FEATURES = sorted(features.FOLDER.glob("*/*.bpmn")) if features.FOLDER.is_dir() else []
WRONG_ON_PURPOSE = {
    "LoopTask_NegativeLoopMaximum": "loop-maximum",
    "MultiInstanceTask_NegativeLoopCardinality": "many-cardinality",
    "Token_CompletionQuantity_Zero": "quantity-invalid",
}
"""Features whose case expects the deployment to be refused, and why."""
BY_THE_ENGINE = {"unsupported-element", "unsupported-event", "unsupported-instantiate"}
_executor = Executor(MontySandbox())


def test_every_file_that_is_there_is_read():
    if not FOLDER.is_dir():
        pytest.skip("the public violations are not at hand: 0 of 126 ran")
    assert len(FILES) == 126


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_violation_is_refused_with_its_number(path):
    findings = _executor.lint((SourceFile(path.name, path.read_bytes()),), {})
    number = path.parent.name
    broken = [finding for finding in findings if number in finding.rules]
    assert any(finding.level == "error" for finding in broken), [f"{f.code} {f.rules}" for f in findings]
    for finding in broken:
        assert finding.element_id or number in ("EXT027", "EXT032")
        assert re.search(r"[\u4e00-\u9fff]", finding.message_zh + finding.remedy_zh)
        assert finding.remedy_en


@pytest.mark.parametrize("path", FEATURES, ids=lambda path: path.stem)
def test_a_correct_diagram_breaks_no_rule(path):
    """What the engine does not run yet is another matter: that is named by rules of its own."""
    text = features.translated(path.read_text("utf-8"))
    findings = _executor.lint((SourceFile(path.name, text.encode()),), {})
    found = {finding.code for finding in findings if finding.blocks} - BY_THE_ENGINE
    assert found == ({WRONG_ON_PURPOSE[path.stem]} if path.stem in WRONG_ON_PURPOSE else set())
