"""How much work an expression is, in calls of Python: what a change of algorithm would break, on any machine."""

from __future__ import annotations

import sys

import pytest

from tests.bench.expressions import condition, table


@pytest.mark.parametrize(("make", "most"), [(condition, 150), (table, 3_500)])
def test_an_expression_stays_a_bounded_number_of_calls(make, most):
    evaluate = make()
    evaluate()  # what is worked out once is worked out now
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        evaluate()
    finally:
        sys.setprofile(None)
    assert 0 < calls <= most
