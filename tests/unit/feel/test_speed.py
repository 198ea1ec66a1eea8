"""Speed within an order of magnitude of its targets: what a change of algorithm would break, not a busy machine."""

from __future__ import annotations

import pytest

from tests.bench.expressions import expressions


@pytest.mark.parametrize("row", list(expressions()), ids=lambda row: row.measure)
def test_an_expression_stays_near_its_target(row):
    measured, target = (float(text.strip("<= µs")) for text in (row.measured, row.target))
    assert measured <= target * 10
