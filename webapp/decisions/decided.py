"""How a decision came about, in words and as rows of its table: for the history of a case, and for trying out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

from engine import SourceFile, dmn
from webapp.decisions.tables import Column, Decision, Row, decisions
from webapp.decisions.values import in_groups, in_row, in_words, quoted
from webapp.services import engine

SHORT = 12
"""Rows of a table that is always shown whole; of a longer one, those near the rows that decided."""
NEAR = 1
MOST = 4
"""Results that stand in a sentence; the table shows them all."""


@dataclass(frozen=True)
class Files:
    """The decision tables of one set of files.

    Attributes:
        tables: the decisions as they are read, by file and id.
        models: the same files as they are evaluated.
    """

    tables: Mapping[tuple[str, str], Decision]
    models: tuple[dmn.DecisionModel, ...]

    @classmethod
    def of(cls, files: Sequence[SourceFile]) -> Files:
        """Read the decision tables among `files`."""
        found = [file for file in files if file.kind == "dmn"]
        tables = {(file.name, one.id): one for file in found for one in decisions(file) or ()}
        return cls(tables, dmn.parse_together([(file.name, file.content) for file in found]))

    def model(self, decision_id: str) -> dmn.DecisionModel | None:
        """The file that has this decision."""
        return next((model for model in self.models if decision_id in model.decisions), None)


@dataclass(frozen=True)
class Step:
    """One decision of the chain.

    Attributes:
        sentence: what decided, and what came out.
        given: the input values by column, in words.
        hits: the numbers of the rows that decided.
        results: what came out by output column, in words; empty where it is no single row.
        rows: the rows to show, None where some are left out.
    """

    decision: Decision
    sentence: str
    given: tuple[str, ...] = ()
    hits: frozenset[int] = frozenset()
    results: tuple[str, ...] = ()
    rows: tuple[Row | None, ...] = ()


@dataclass(frozen=True)
class Decided:
    """A decision that was taken.

    Attributes:
        sentence: the whole of it in one sentence.
        steps: the chain, required decisions first; empty where the record does not fit the table.
        decision_id, file: what was asked for.
    """

    sentence: str
    steps: tuple[Step, ...] = ()
    decision_id: str = ""
    file: str = ""


@lru_cache(maxsize=64)
def of_version(definition_id: UUID) -> Files:
    """The tables of a version, which never change."""
    return Files.of(engine().repository.files(definition_id))


def read(record: Mapping[str, Any], files: Files, step_name: str, version: int | str) -> Decided | None:
    """A record of the history (`engine.dmn.recorded`) in words; None when it is none.

    Args:
        files: of the version that decided.
        step_name: the element of the diagram that asked.
        version: the version's number, for the sentence.
    """
    chain = record.get("chain")
    if not chain:
        return None
    model = files.model(record["decision"])
    if model is None or model.digest[: dmn.DIGEST] != record["digest"]:
        text = _("「%(step)s」的決策紀錄與這個版本的決策表不符，無法對照。", step=step_name)
        return Decided(text)
    steps = tuple(found for kept in chain if (found := _step(kept, files, model.file)))
    if not steps:
        return None
    last = steps[-1]
    sentence = (
        _("「%(step)s」（流程第%(version)s版）：%(decided)s", step=step_name, version=version, decided=last.sentence)
        if step_name
        else last.sentence
    )
    return Decided(sentence, steps, last.decision.id, model.file)


def _step(kept: Mapping[str, Any], files: Files, file: str) -> Step | None:
    decision = files.tables.get((kept.get("file", file), kept["id"]))
    if decision is None:
        return None
    output = kept["output"]
    if not decision.is_table or "inputs" not in kept:
        if output is None:
            return Step(decision, _("決策「%(name)s」沒有結果。", name=decision.name))
        return Step(decision, _("決策「%(name)s」算出%(result)s。", name=decision.name, result=_result(output, ())))
    given = list(zip(decision.inputs, kept["inputs"], strict=True))
    hits = sorted(rule for rule in kept["rules"] if isinstance(rule, int))
    values = _by_column(output, decision.outputs)
    return Step(
        decision,
        _sentence(decision, given, hits, output),
        tuple(in_words(value) for _column, value in given),
        frozenset(hits),
        tuple(map(in_words, values)),
        shown_rows(decision.rows, hits),
    )


def _sentence(decision: Decision, given: Sequence[tuple[Column, Any]], hits: Sequence[int], output: Any) -> str:
    result = _result(output, decision.outputs)
    tested = (pair for at, pair in enumerate(given) if _tested(decision, at, hits))
    inputs = in_row(_pair(column.label, value) for column, value in tested)
    name, rows = decision.name, in_row(map(str, hits))
    if not hits and output is None:
        return _("決策表「%(name)s」沒有結果。", name=name)
    if not hits:
        return (
            _("決策表「%(name)s」沒有一列符合%(inputs)s，依預設%(result)s。", name=name, inputs=inputs, result=result)
            if inputs
            else _("決策表「%(name)s」沒有一列符合，依預設%(result)s。", name=name, result=result)
        )
    if inputs:
        return ngettext(
            "因為%(inputs)s，依決策表「%(name)s」第%(rows)s列，%(result)s。",
            "因為%(inputs)s，依決策表「%(name)s」第%(rows)s列，%(result)s。",
            len(hits),
            inputs=inputs,
            name=name,
            rows=rows,
            result=result,
        )
    return ngettext(
        "依決策表「%(name)s」第%(rows)s列，%(result)s。",
        "依決策表「%(name)s」第%(rows)s列，%(result)s。",
        len(hits),
        name=name,
        rows=rows,
        result=result,
    )


def _tested(decision: Decision, at: int, hits: Sequence[int]) -> bool:
    """Whether the rows that decided look at a column: what no cell asks about is no reason."""
    cells = [row.inputs[at] for row in decision.rows if (not hits or row.number in hits) and at < len(row.inputs)]
    return any(cell not in ("", "-") for cell in cells)


def _result(output: Any, columns: Sequence[Column]) -> str:
    values = _by_column(output, columns)
    if values and any(column.label for column in columns):
        pairs = [_pair(column.label, value) for column, value in zip(columns, values, strict=True)]
        more = len(pairs) - MOST
        if more <= 1:
            return in_row(pairs)
        few = in_row(pairs[:MOST])
        return ngettext("%(few)s，另有%(num)d項結果", "%(few)s，另有%(num)d項結果", more, few=few)
    if isinstance(output, list) and output and all(isinstance(item, Mapping) for item in output):
        labels = {column.name: column.label for column in columns}
        contexts = [in_row(_pair(labels.get(name, name), value) for name, value in item.items()) for item in output]
        return _("結果為%(value)s", value=in_groups(contexts))
    return _("結果為%(value)s", value=quoted(output) if not isinstance(output, list) else _list(output))


def _list(values: Sequence[Any]) -> str:
    return in_row(map(quoted, values)) if values else in_words([])


def _pair(label: str, value: Any) -> str:
    return _("%(column)s為%(value)s", column=label, value=_list(value) if isinstance(value, list) else quoted(value))


def _by_column(output: Any, columns: Sequence[Column]) -> list[Any]:
    """The values of one row by column; nothing where several rows came together."""
    if len(columns) == 1 and not isinstance(output, list):
        return [output]
    if len(columns) > 1 and isinstance(output, Mapping):
        return [output.get(column.name) for column in columns]
    return []


def shown_rows(rows: Sequence[Row], hits: Sequence[int]) -> tuple[Row | None, ...]:
    """The rows of a table to show: all of a short one, else those near `hits`, with None for what is left out."""
    if len(rows) <= SHORT:
        return tuple(rows)
    shown: list[Row | None] = []
    for row in rows:
        if row.number == 1 or any(abs(row.number - hit) <= NEAR for hit in hits):
            shown.append(row)
        elif shown and shown[-1] is not None:
            shown.append(None)
    return tuple(shown)
