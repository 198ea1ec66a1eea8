"""Plays many random models; what disagrees is made small and written to a folder, with its choices.

Begin with `--runs`, `--seed` and `--out`; or name a file that was written, to play it again.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from tests.conformance.bpmn.models import coverage
from tests.conformance.bpmn.models.contest import Act, Verdict, contest
from tests.conformance.bpmn.models.drawing import draw
from tests.conformance.bpmn.models.draws import Draws
from tests.conformance.bpmn.models.shrink import Numbers, shrunk

OUT = Path("build/models")
CHOICES = re.compile(r"<!-- act (.*?) -->")


def play(seed: int) -> Verdict:
    """The run of a seed."""
    model = draw(Draws(more=Random(seed)))
    return contest(model.xml, Draws(more=Random(-seed - 1)), begun_by=model.begun_by)


def smallest(seed: int) -> Verdict:
    """A small run that goes wrong as the one of this seed does."""
    model, choices = Draws(more=Random(seed)), Draws(more=Random(-seed - 1))
    canvas = draw(model)
    kind = _kind(contest(canvas.xml, choices, begun_by=canvas.begun_by))

    def run(numbers: Numbers, chosen: Numbers) -> tuple[Verdict, Numbers, Numbers]:
        first, second = Draws(numbers), Draws(chosen)
        canvas = draw(first)
        verdict = contest(canvas.xml, second, begun_by=canvas.begun_by)
        return verdict, first.taken, second.taken

    drawn = shrunk(
        model.taken,
        lambda numbers: taken[1] if _kind((taken := run(numbers, choices.taken))[0]) == kind else None,
    )
    acted = shrunk(
        choices.taken,
        lambda chosen: taken[2] if _kind((taken := run(drawn, chosen))[0]) == kind else None,
        tries=150,
    )
    return run(drawn, acted)[0]


def _kind(verdict: Verdict) -> str:
    """What went wrong, in a word: a shrunk model must go wrong in the same way."""
    if verdict.wrong.startswith("refused"):
        return " ".join(verdict.wrong.split()[:2])
    return "wrong" if verdict.wrong else ""


def write(folder: Path, seed: int, verdict: Verdict) -> Path:
    """Keep a run as a diagram with its choices as comments, to be looked at and played again."""
    folder.mkdir(parents=True, exist_ok=True)
    acts = "\n".join(f"<!-- act {act!r} -->" for act in verdict.acts)
    said = verdict.wrong.replace("--", "- -")
    path = folder / f"{seed}.bpmn"
    path.write_text(f"{verdict.xml}<!-- seed {seed}: {said} -->\n{acts}\n")
    return path


def again(path: Path) -> Verdict:
    """Play a written run."""
    text = path.read_text()
    acts: list[Act] = [_act(found) for found in CHOICES.findall(text)]
    return contest(text, Draws(), acts or None)


def _act(text: str) -> Act:
    moment = re.fullmatch(r"\('time', \(datetime\.datetime\(([\d, ]+), tzinfo=.*\),\)\)", text)
    if moment:
        return "time", (datetime(*map(int, moment[1].split(",")), tzinfo=UTC),)  # type: ignore[arg-type, misc]
    verb, given = ast.literal_eval(text)
    return verb, given


def main(arguments: list[str]) -> int:
    """Play; gives how many runs went wrong."""
    parser = argparse.ArgumentParser(prog="models", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="runs that were written, to play again")
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    if given.files:
        verdicts = [again(path) for path in given.files]
        for path, verdict in zip(given.files, verdicts, strict=True):
            print(f"{path}: {verdict.wrong or 'engine and reference agree'}")
        return sum(bool(verdict.wrong) for verdict in verdicts)
    print(f"{given.runs} models from seed {given.seed}", flush=True)
    ends, drawn, done = Counter[str](), Counter[str](), Counter[str]()
    began, wrong, steps = time.monotonic(), [], 0
    seeds = range(given.seed, given.seed + given.runs)
    with ProcessPoolExecutor(given.workers) as workers:
        for seed, verdict in zip(seeds, workers.map(play, seeds, chunksize=20), strict=True):
            steps += len(verdict.acts)
            held, ran = coverage.found(verdict)
            drawn, done = drawn + held, done + ran
            ends["disagree" if verdict.wrong else verdict.skipped or verdict.ended or "still open"] += 1
            if verdict.wrong:
                wrong.append(seed)
                small = smallest(seed) if len(wrong) <= 20 else verdict
                print(f"{write(given.out, seed, small)}: {small.wrong}", flush=True)
    print("\n".join(coverage.table(drawn, done)))
    told = ", ".join(f"{count} {name}" for name, count in ends.most_common())
    print(f"{given.runs} models from seed {given.seed}, {steps} steps in {time.monotonic() - began:.0f} s: {told}")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
