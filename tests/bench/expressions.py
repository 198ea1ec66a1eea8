"""Speed of FEEL and of decision tables, beside `eval` of the same in Python. Needs no database."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from decimal import Decimal

from engine import dmn, feel
from tests.bench.table import Row

_CONDITION = 'amount > 100000 and (unit in ("health", "works") or urgent = true)'
_PYTHON = 'amount > 100000 and (unit in ("health", "works") or urgent == True)'
_NAMES = {"amount": Decimal(120_000), "unit": "works", "urgent": False}
_INPUTS = {"kind": "k9", "days": 495, "note": 1, "level": 99, "side": "b"}


def expressions(site: object = None) -> Iterator[Row]:
    """A typical condition, and a table of 50 rules and 5 columns of which the last rule decides."""
    evaluate = condition()
    code = compile(_PYTHON, "", "eval")
    assert evaluate() is eval(code, {}, _NAMES) is True
    plain = _microseconds(lambda: eval(code, {}, _NAMES), 5_000)
    yield _row("FEEL condition", _microseconds(evaluate, 5_000), 20, plain)
    decide = table()
    rows = [compile(_python_row(row), "", "eval") for row in range(50)]
    assert decide() == 49
    plain = _microseconds(lambda: [row for row in rows if eval(row, {}, _INPUTS)], 200)
    yield _row("decision table 50 x 5", _microseconds(decide, 200), 300, plain)


def condition() -> Callable[[], object]:
    """What evaluates the condition once, read before."""
    parsed = feel.parse(_CONDITION)
    return lambda: parsed.evaluate(_NAMES).value


def table() -> Callable[[], object]:
    """What takes the decision once, its table read before."""
    model = dmn.parse(_table().encode())
    assert not model.findings
    return lambda: model.evaluate("t", _INPUTS).value


def _row(name: str, micros: float, target: int, plain: float) -> Row:
    return Row(
        name,
        f"{micros:.1f} µs",
        f"≤ {target} µs",
        f"{micros / plain:.1f} x eval ({plain:.2f} µs)",
        met=micros <= target,
    )


def _microseconds(act: Callable[[], object], times: int) -> float:
    """The best of seven rounds, for one call."""
    rounds = []
    for _ in range(7):
        began = time.perf_counter()
        for _ in range(times):
            act()
        rounds.append((time.perf_counter() - began) / times)
    return min(rounds) * 1e6


def _python_row(row: int) -> str:
    return f'kind == "k{row % 10}" and {row * 10} <= days <= {row * 10 + 9} and level > {row} and side in ("a", "b")'


def _table() -> str:
    inputs = "".join(
        f'<input label="{name}"><inputExpression><text>{name}</text></inputExpression></input>' for name in _INPUTS
    )
    rules = ""
    for row in range(50):
        cells = (f'"k{row % 10}"', f"[{row * 10}..{row * 10 + 9}]", "-", f"&gt; {row}", '"a","b"')
        tests = "".join(f"<inputEntry><text>{cell}</text></inputEntry>" for cell in cells)
        rules += f'<rule id="r{row}">{tests}<outputEntry><text>{row}</text></outputEntry></rule>'
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="t" namespace="urn:bench">'
        f'<decision id="t" name="t"><decisionTable hitPolicy="UNIQUE">{inputs}<output name="y"/>{rules}'
        "</decisionTable></decision></definitions>"
    )
