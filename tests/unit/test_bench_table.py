"""The table of `make bench`: every target says whether this run's numbers keep to it."""

from __future__ import annotations

import pytest

from tests.bench.table import Row, print_table


def test_each_target_is_marked_and_counted(capsys):
    print_table(
        [Row("quick", "2 ms", "≤ 3 ms", met=True), Row("slow", "9 ms", "≤ 3 ms", met=False), Row("told", "5 ms")]
    )
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [line[-1] for line in lines[2:5]] == ["met", "missed", "ms"]
    assert " ".join(lines[-1]) == "1 of 2 targets met"


@pytest.mark.parametrize("row", [("quick", "2 ms", "≤ 3 ms"), ("quick", "2 ms", "", "", "", True)])
def test_a_target_goes_with_whether_it_is_met(row):
    with pytest.raises(ValueError, match="quick"):
        Row(*row)
