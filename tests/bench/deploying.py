"""How long a drawing takes from the file to a version: lint, parse, deploy; the largest shipped, and one of 1.5 MB."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from engine import SYSTEM, Executor, SourceFile
from engine.casetest import folder_of
from engine.model import DefinitionSource
from engine.sandbox import MontySandbox
from engine.spiff.parser import Definition
from tests.bench.large_model import large_model
from tests.bench.site import Site
from tests.bench.table import Row, ms, timed
from tests.unit.spiff.hostile_files import HOSTILE, SHAPES, many
from webapp.process_files import FORMS, PROCESSES

ROUNDS = 5
MANY = 2_400
"""A shape is repeated so often: up to 2 MB, or 20,000 elements."""


def deploying(site: Site) -> Iterator[Row]:
    """Petition, the largest process shipped, with tables, forms and letters; and a file close to the limits."""
    executor = Executor(MontySandbox())
    folder = folder_of(PROCESSES / "petition", FORMS)
    petition = folder.deployment(executor.outline(folder.source).form_keys)
    large = (SourceFile("large.bpmn", large_model()),)
    for name, process, files, target in (
        (
            f"petition, {len(folder.files[0].content) // 1000} kB and {len(petition) - 1} more files",
            "petition",
            petition,
            None,
        ),
        (f"one file of {len(large[0].content) / 1e6:.1f} MB", "large", large, 2_000),
    ):
        site.engine.repository.lint(files)  # grammars are read and expressions cached by a process's first look
        lints = [timed(lambda f=files: site.engine.repository.lint(f)) for _ in range(ROUNDS)]  # type: ignore[misc]
        met = median(lints) <= target if target else None
        yield Row(f"lint: {name}", ms(lints), f"≤ {target:,} ms" if target else "", met=met)
        parses = [timed(lambda f=f, p=process: Definition(DefinitionSource("", p, f))) for f in _fresh(files)]  # type: ignore[misc]
        yield Row("  parse", ms(parses))
        deploys = [
            timed(lambda f=f: site.engine.repository.deploy(f, actor=SYSTEM, approver="bench", force_now=True))  # type: ignore[misc]
            for f in _fresh(files)
        ]
        yield Row("  deploy: lint, read, store", ms(deploys))


def hostile() -> Iterator[Row]:
    """Files made to hurt, and those that repeat one shape until they are 2 MB large: the slowest of each."""
    executor = Executor(MontySandbox())
    for title, target, contents in (
        (
            f"lint: the slowest of {len(HOSTILE)} hostile files",
            1_000,
            [content for _, content in HOSTILE.values()],
        ),
        (
            f"lint: the slowest of {len(SHAPES)} shapes repeated",
            2_000,
            [many(shape, MANY, outside=outside) for shape, outside in SHAPES.values()],
        ),
    ):
        times = [timed(lambda c=content: executor.lint((SourceFile("x.bpmn", c),), {})) for content in contents]  # type: ignore[misc]
        yield Row(title, ms([max(times)]), f"≤ {target:,} ms", met=max(times) <= target)


def _fresh(files: tuple[SourceFile, ...]) -> Iterator[tuple[SourceFile, ...]]:
    """The files again and again, each time with another remark, so that nothing is known from before."""
    for number in range(ROUNDS):
        remark = f"<!-- {number} -->".encode()
        yield tuple(SourceFile(file.name, file.content + remark) if file.kind == "bpmn" else file for file in files)
