"""A filled form to read: label and answer, as a list or on paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.forms import FormDefinition, Node, open_form, texts
from engine.forms.expressions import Functions
from engine.forms.nodes import Scope
from webapp.taskforms import tables
from webapp.taskforms.views import HTML_ZH


@dataclass
class Answer:
    """One line of a filled form."""

    label: str
    lang: str | None
    text: str = ""
    files: list[dict[str, Any]] = field(default_factory=list)
    table: tables.TableView | None = None


@dataclass
class Section:
    """Answers under one heading (`""`: none)."""

    title: str
    lang: str | None
    answers: list[Answer] = field(default_factory=list)


def answers(definition: FormDefinition, values: Mapping[str, Any], *, now: datetime, lang: str, masked: bool = False,
            functions: Functions | None = None) -> list[Section]:  # fmt: skip
    """What `values` say in the words of the form, section by section; blank fields are left out.

    Args:
        values: the case's variables.
        masked: hide the middle of sensitive fields (lists, prints for others).
    """
    state = open_form(definition, values, now, functions=functions, reading=True)
    reader = _Reader(lang, masked, state.functions)
    reader.level(state.nodes, Scope(state.values(), state.context()))
    return [section for section in reader.sections if section.answers]


class _Reader:
    def __init__(self, lang: str, masked: bool, functions: Functions) -> None:
        self.lang = lang
        self.masked = masked
        self.functions = functions
        self.sections = [Section("", None)]

    def level(self, nodes: list[Node], scope: Scope) -> None:
        for node in nodes:
            if node.hidden:
                continue
            if node.kind.container == "group":
                self.sections.append(Section(*self.label(node, scope)))
                self.level(node.children, scope)
                self.sections.append(Section("", None))
            elif (answer := self.answer(node, scope)) is not None:
                self.sections[-1].answers.append(answer)

    def label(self, node: Node, scope: Scope) -> tuple[str, str | None]:
        label = texts.label(node.field, self.lang, scope.context, self.functions)
        written = self.lang == "zh" or node.field.properties.get("label_en") or label.isascii()
        return label, None if written else HTML_ZH

    def answer(self, node: Node, scope: Scope) -> Answer | None:
        if node.field.type == "table":
            table = tables.table_view(node, self.lang, scope, self.functions)
            return Answer(*self.label(node, scope), table=table) if table.rows else None
        if node.kind.container == "rows":
            table = self.rows(node, scope)
            return Answer(*self.label(node, scope), table=table) if table.rows else None
        if not node.field.path or (node.kind.is_empty(node.value) and node.field.type != "checkbox"):
            return None
        files = [dict(file) for file in node.value] if node.field.type == "filepicker" else []
        text = node.display(self.lang, masked=self.masked)
        return Answer(*self.label(node, scope), text=text, files=files) if text else None

    def rows(self, node: Node, scope: Scope) -> tables.TableView:
        columns = [field for field in node.field.walk() if field.path and field is not node.field]
        headings = [texts.label(column, self.lang, scope.context, self.functions) for column in columns]
        lines = []
        for row in node.rows:
            cells = {below.field.id: below for child in row.children for below in child.walk()}
            lines.append(
                [
                    cells[column.id].display(self.lang, masked=self.masked)
                    if column.id in cells and not cells[column.id].hidden
                    else ""
                    for column in columns
                ]
            )
        return tables.TableView(headings, [line for line in lines if any(line)], [c.type == "number" for c in columns])
