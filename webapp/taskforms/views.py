"""What the templates draw: each field in words, with its control, hints and messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from engine.forms import FormState, Message, Node, texts
from engine.forms.definition import is_own_word
from engine.forms.nodes import Scope
from engine.forms.types.base import Kind
from engine.forms.types.containers import row_limits
from engine.forms.types.datetimes import subtype
from engine.forms.types.files import accepted_types, max_files, max_size
from engine.forms.types.pickers import picker_kind
from webapp.i18n import listed
from webapp.taskforms import tables
from webapp.taskforms.fields import attribute, element_id
from webapp.taskforms.kept import sign
from webapp.taskforms.layout import Line, lines
from webapp.taskforms.markdown import render_markdown
from webapp.taskforms.messages import message_text
from webapp.taskforms.names import html_name, marker
from webapp.taskforms.taskform import REFRESH, TaskForm

HTML_ZH = "zh-Hant-TW"
FOUND = 20
"""How many people or units are offered for a text."""


@dataclass
class RowView:
    """One row of a dynamic list."""

    number: int
    marker: str
    origin: str
    lines: list[Line]
    remove: str | None
    """The value of its remove button; None when it must stay."""


@dataclass
class FieldView:
    """One component as the template draws it. `kind` names the macro."""

    kind: str
    id: str
    name: str
    label: str
    lang: str | None = None
    """Set when the words are in another language than the page."""
    hint: str = ""
    required: bool = False
    decision: bool = False
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    columns: int | None = None
    line: str | None = None
    text: str = ""
    """What it holds, in words: for fields to read."""
    html: Markup | str = ""
    control: Any = None
    parts: dict[str, Any] = field(default_factory=dict)
    marker: str | None = None
    prefix: str = ""
    suffix: str = ""
    lines: list[Line] = field(default_factory=list)
    rows: list[RowView] = field(default_factory=list)
    add: str | None = None
    table: tables.TableView | None = None
    files: list[dict[str, Any]] = field(default_factory=list)
    accept: str = ""
    picker: dict[str, Any] = field(default_factory=dict)
    refreshes: bool = False
    focus: bool = False
    carried: list[tuple[str, str]] = field(default_factory=list)

    @property
    def described_by(self) -> str:
        """The ids of the texts that belong to the control."""
        parts = [(self.hint, "hint"), (self.errors, "error"), (self.warnings, "warning")]
        return " ".join(f"{self.id}-{name}" for there, name in parts if there)

    @property
    def attributes(self) -> dict[str, Any]:
        """What every control of the field carries."""
        found: dict[str, Any] = {}
        if self.described_by:
            found["aria-describedby"] = self.described_by
        if self.errors:
            found["aria-invalid"] = "true"
        if self.required:
            found["aria-required"] = "true"
        if self.focus:
            found["autofocus"] = True
        return found


@dataclass
class FormPage:
    """A whole form for the template."""

    title: str
    title_lang: str | None
    lines: list[Line]
    errors: list[tuple[str | None, str, str]]
    """(id of the control, label, text) for the summary."""
    warnings: list[str]
    has_files: bool
    has_rows: bool
    refreshable: bool


def page(form: TaskForm) -> FormPage:
    """The page of `form`; after `validate`, with its messages."""
    views = _Views(form)
    top = views.level(form.state.nodes, Scope(form.state.values(), form.state.context()))
    nodes = list(form.state.walk())
    english_title = form.state.form.title_en
    return FormPage(
        title=form.state.form.heading(form.lang),
        title_lang=None if form.lang == "zh" or english_title else HTML_ZH,
        lines=lines(top),
        errors=views.summary(),
        warnings=[message_text(message) for message in views.messages("warnings").get("", ())],
        has_files=any(node.field.type == "filepicker" and node.editable for node in nodes),
        has_rows=any(node.rows or node.kind.container == "rows" for node in nodes),
        refreshable=bool(views.triggers),
    )


class _Views:
    def __init__(self, form: TaskForm) -> None:
        self.form = form
        self.lang = form.lang
        self.triggers = _triggers(form.state)
        self.labels: dict[str, tuple[str, str]] = {}

    # -- messages -----------------------------------------------------------------

    def messages(self, kind: str) -> Mapping[str, Sequence[Message]]:
        """Messages by path: after the form was judged, and of files that came with any request."""
        if self.form.result is not None:
            return getattr(self.form.result, kind)  # type: ignore[no-any-return]
        return self.form.upload_errors if kind == "errors" else {}

    def words(self, kind: str, name: str) -> list[str]:
        return [message_text(message) for message in self.messages(kind).get(name, ())]

    def summary(self) -> list[tuple[str | None, str, str]]:
        found: list[tuple[str | None, str, str]] = []
        ordered = [name for name in self.labels if name in self.messages("errors")]
        for name in (*ordered, *(name for name in self.messages("errors") if name not in self.labels)):
            identifier, label = self.labels.get(name, (None, ""))
            found += [(identifier, label, text) for text in self.words("errors", name)]
        return found

    # -- fields -------------------------------------------------------------------

    def level(self, nodes: Iterable[Node], scope: Scope) -> list[FieldView]:
        return [view for node in nodes if (view := self.node(node, scope)) is not None]

    def node(self, node: Node, scope: Scope) -> FieldView | None:
        if node.hidden:
            carried = _carried(node)
            return FieldView("carried", "", "", "", carried=carried) if carried else None
        if node.field.type == "button":
            return None
        view = self.base(node, scope)
        draw = getattr(self, f"_{_kind(node)}")
        draw(node, view, scope)
        return view

    def base(self, node: Node, scope: Scope) -> FieldView:
        name = html_name(node.path) if node.field.path else node.field.id
        layout = node.field.attributes.get("layout")
        layout = layout if isinstance(layout, Mapping) else {}
        functions = self.form.state.functions
        label = texts.label(node.field, self.lang, scope.context, functions)
        written = self.lang != "zh" and bool(node.field.properties.get("label_en"))
        hints = [
            texts.description(node.field, self.lang, scope.context, functions),
            node.field.property("help", self.lang),
        ]
        view = FieldView(
            kind=_kind(node),
            id=element_id(name),
            name=name,
            label=label,
            lang=None if self.lang == "zh" or written or label.isascii() else HTML_ZH,
            hint=" ".join(hint for hint in hints if hint),
            required=node.required and node.editable,
            errors=self.words("errors", node.name),
            warnings=self.words("warnings", node.name),
            columns=layout["columns"] if isinstance(layout.get("columns"), int) else None,
            line=layout["row"] if isinstance(layout.get("row"), str) else None,
            refreshes=bool(node.field.path) and bool(set(node.path) & self.triggers),
            focus=self.form.focus is not None and node.path[:-1] == self.form.focus,
        )
        appearance = node.field.attributes.get("appearance")
        if isinstance(appearance, Mapping):
            view.prefix = texts.fill(str(appearance.get("prefixAdorner") or ""), self.lang, scope.context, functions)
            view.suffix = texts.fill(str(appearance.get("suffixAdorner") or ""), self.lang, scope.context, functions)
        self.labels[node.name] = (view.id, label)
        return view

    def _control(self, node: Node, view: FieldView, scope: Scope) -> None:
        view.control = self.form.wtf[attribute(node.path)]
        view.control.errors = list(view.errors)
        if node.field.type == "number":
            view.prefix = view.prefix or (_("新臺幣") if node.field.properties.get("format") == "money" else "")
            unit = _("元") if node.field.properties.get("format") == "money" else node.field.property("unit", self.lang)
            view.suffix = view.suffix or unit
        if node.field.type == "datetime" and not view.hint:
            view.hint = _("例如 14:30") if subtype(node.field) == "time" else _("例如 107/5/29 或 1070529")

    _text = _textarea = _control

    def _checkbox(self, node: Node, view: FieldView, scope: Scope) -> None:
        self._control(node, view, scope)
        view.marker = marker(node.path)

    def _select(self, node: Node, view: FieldView, scope: Scope) -> None:
        self._control(node, view, scope)

    def _choices(self, node: Node, view: FieldView, scope: Scope) -> None:
        self._control(node, view, scope)
        view.marker = marker(node.path)
        view.decision = is_own_word(node.field.key, "decision")

    def _datetime(self, node: Node, view: FieldView, scope: Scope) -> None:
        view.parts = {part: self.form.wtf[attribute(node.path, part)] for part in ("date", "time")}
        view.hint = view.hint or _("例如 107/5/29 或 1070529")
        self.labels[node.name] = (view.parts["date"].id, view.label)

    def _picker(self, node: Node, view: FieldView, scope: Scope) -> None:
        kind, picker = picker_kind(node.field) or "person", self.form.picker
        within = node.field.properties.get("pickerScope") or None
        raw = node.raw if isinstance(node.raw, list) else [] if node.raw in (None, "") else [node.raw]
        chosen = [str(item) for item in raw if not isinstance(item, Mapping)]
        if not node.kind.multiple:
            view.control = self.form.wtf[attribute(node.path)]
        view.picker = {
            "kind": kind,
            "scope": within or "",
            "several": node.kind.multiple,
            "chosen": chosen,
            "units": list(picker.units(within)) if picker and kind == "unit" else [],
            "given": node.typed["id"] if isinstance(node.typed, Mapping) else "",
            "candidates": [value for message in node.errors for value in message.params.get("candidates", ())],
            "found": [],
        }
        if picker and (self.form.action == REFRESH or node.errors):
            self._search(view, kind, within, node)
        if not view.hint and not (view.picker["units"] and not view.picker["several"]):
            view.hint = {
                "unit": _("輸入單位名稱或代碼"),
                "case": _("輸入案號或案由中的字"),
                "person": _("輸入姓名或員工代號"),
            }[kind]
        view.marker = marker(node.path)

    def _search(self, view: FieldView, kind: Kind, within: str | None, node: Node) -> None:
        """Offer everybody that a typed text may mean; one that means one person or unit only stays as it is."""
        picker = self.form.picker
        assert picker is not None, "the caller has asked"
        for text in list(view.picker["chosen"]):
            wanted = text.strip()
            if not wanted or len(picker.find(kind, wanted, within)) == 1:
                continue
            hits = picker.search(kind, wanted, within, FOUND)
            if hits and node.kind.multiple:
                view.picker["chosen"].remove(text)
            view.picker["found"] += [f"{value['label']}（{value['id']}）" for value in hits]

    def _files(self, node: Node, view: FieldView, scope: Scope) -> None:
        values = node.typed if isinstance(node.typed, list) else []
        view.files = [{**value, "token": sign(value, self.form.scope)} for value in values]
        view.accept = ",".join(f".{ending}" for ending in accepted_types(node.field))
        limit = _("可選%(count)s個檔案，每個最大%(size)s MB：%(types)s", count=max_files(node.field),
                  size=max_size(node.field) // 1024 // 1024, types=listed(accepted_types(node.field)))  # fmt: skip
        view.hint = f"{view.hint} {limit}".strip()
        view.marker = marker(node.path)
        view.picker = {"several": max_files(node.field) > 1}

    def _group(self, node: Node, view: FieldView, scope: Scope) -> None:
        view.id = element_id(node.field.id)
        view.lines = lines(self.level(node.children, scope))

    def _rows(self, node: Node, view: FieldView, scope: Scope) -> None:
        fixed = node.readonly or node.field.attributes.get("allowAddRemove") is False
        name = ".".join(node.path)
        for row in node.rows:
            values = node.value[row.index] if isinstance(node.value, list) and row.index < len(node.value) else {}
            inner = scope.row(dict(values), row.index)
            view.rows.append(
                RowView(
                    number=row.index + 1,
                    marker=marker((*node.path, str(row.index))),
                    origin="" if row.origin is None else str(row.origin),
                    lines=lines(self.level(row.children, inner)),
                    remove=None if fixed else f"remove:{name}.{row.index}",
                )
            )
        view.marker = marker(node.path)
        view.add = None if fixed or len(node.rows) >= row_limits(node.field)[1] else f"add:{name}"
        view.focus = self.form.action == "remove" and self.form.focus == node.path

    def _table(self, node: Node, view: FieldView, scope: Scope) -> None:
        view.table = tables.table_view(node, self.lang, scope, self.form.state.functions)

    def _markdown(self, node: Node, view: FieldView, scope: Scope) -> None:
        text = texts.markdown(node.field, self.lang, scope.context, self.form.state.functions)
        view.html = render_markdown(text)
        view.lang = None if self.lang == "zh" or node.field.properties.get("text_en") else HTML_ZH

    def _value(self, node: Node, view: FieldView, scope: Scope) -> None:
        view.text = node.display(self.lang)
        view.files = list(node.value) if node.field.type == "filepicker" and isinstance(node.value, list) else []

    def _line(self, node: Node, view: FieldView, scope: Scope) -> None:
        view.text = ""

    _space = _line


_KINDS = {
    "textfield": "text", "number": "text", "textarea": "textarea", "checkbox": "checkbox", "radio": "choices",
    "checklist": "choices", "taglist": "choices", "select": "select", "filepicker": "files", "group": "group",
    "dynamiclist": "rows", "table": "table", "text": "markdown", "expression": "value", "separator": "line",
    "spacer": "space",
}  # fmt: skip


def _kind(node: Node) -> str:
    """The macro that draws the node."""
    if node.kind.editable and node.readonly:
        return "value"
    if picker_kind(node.field) and node.kind.editable:
        return "picker"
    if node.field.type == "datetime":
        return "datetime" if subtype(node.field) == "datetime" else "text"
    if node.field.type == "select" and node.field.key == "decision":
        return "choices"
    return _KINDS.get(node.field.type, "space")


def _triggers(state: FormState) -> frozenset[str]:
    """Keys whose change can alter the page: those some condition, computed field or hint looks at."""
    seen: set[str] = set()
    for component in state.form.walk():
        demand = component.required_if
        rules = [component.hide, component.compute, component.options_rule, component.readonly]
        rules += [demand.rule if demand else None, *(check.rule for check in component.warnings)]
        for rule in rules:
            seen |= getattr(rule, "names", frozenset())
    own = {segment for component in state.form.fields for segment in component.path}
    return frozenset(seen & own)


def _carried(node: Node) -> list[tuple[str, str]]:
    """What was typed into a field that an answer hid: it travels along, in case it is shown again."""
    found: list[tuple[str, str]] = []
    for below in node.walk():
        if not (below.cleared and below.posted and below.field.path and below.kind.editable):
            continue
        name = html_name(below.path)
        if isinstance(below.raw, Mapping):
            found += [(f"{name}.{part}", str(text)) for part, text in below.raw.items() if text]
        elif isinstance(below.raw, str) and below.raw:
            found.append((name, below.raw))
    return found
