"""Long, deep and branched cases: a later step builds, stores and says no more than an early one (`make bench`: stress).

Counted, not timed: tokens built, bytes saved, elements passed.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.model import DefinitionSource
from tests.bench import stress_diagrams as diagrams
from tests.bench.site import diagram_for_clerk, gateway_pairs
from tests.bench.stress import few_frames
from tests.engine.spiff.player import Player


def player(process: str, *files) -> Player:
    return Player(DefinitionSource(f"lasting-{process}", process, files)).start()


@dataclass
class Costs:
    """What completing all that is open takes."""

    tokens: int
    facts: int
    size: int

    def __eq__(self, other: object) -> bool:
        """The same but for the digits of numbers that grow with each token."""
        assert isinstance(other, Costs)
        return (self.tokens, self.facts) == (other.tokens, other.facts) and abs(self.size - other.size) <= _DIGITS


_DIGITS = 12


def costs(case: Player, built: list[int], **variables: object) -> Costs:
    """Complete all that is open: tokens built, elements passed, bytes of the largest state."""
    before, facts, size = built[0], 0, 0
    for task in tuple(case.open.values()):
        case.complete(task.element_id, **variables)
        facts += len(case.last.facts)
        size = max(size, len(case.last.state))
    return Costs(built[0] - before, facts, size)


def test_a_late_turn_of_a_loop_costs_what_an_early_one_does(built):
    case = player("loop", diagram_for_clerk("loop"))
    for _ in range(10):
        early = costs(case, built, again=True)
    for _ in range(140):
        late = costs(case, built, again=True)
    assert late == early
    assert case.nodes.count("work") == 150
    assert case.complete("work", again=False).ended == "completed"


def test_a_late_fork_and_join_in_a_loop_costs_what_an_early_one_does(built):
    case = player("rounds", diagrams.forked_loop())
    for _ in range(10):
        early = costs(case, built, again=True)
    for _ in range(60):
        late = costs(case, built, again=True)
    assert late == early
    assert case.nodes.count("join") == 70
    costs(case, built, again=False)
    assert case.ended == "completed"
    assert case.nodes.count("a") == case.nodes.count("b") == 71


def test_definitions_call_each_other_two_hundred_deep_without_recursion(built):
    case = player("chain1", *diagrams.chain(200))
    with few_frames():
        early = costs(case, built, again=True)
        late = costs(case, built, again=True)
        costs(case, built, again=False)
    assert late == early
    assert case.ended == "completed"
    assert case.nodes.count("next") == 199


def test_twelve_parallel_pairs_in_a_row_pass_every_element_once(built):
    case = player("pairs12", gateway_pairs(12, "pairs12"))
    case.complete("before")
    assert built[0] < 120, "the stock engine predicts 4,096 paths"
    assert all(case.nodes.count(f"{name}{number}") == 1 for name in ("a", "b", "fork", "join") for number in range(12))
    assert case.complete("after").ended == "completed"
