"""A form on a page: opened, or come back with a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine.forms import FormDefinition, FormResult, FormState, Message, judge, open_form
from engine.forms.nodes import ORIGIN
from webapp.taskforms.drafts import from_draft, to_draft
from webapp.taskforms.fields import BaseForm, build
from webapp.taskforms.kept import unsign
from webapp.taskforms.names import html_name, read_raw, rows_at
from webapp.taskforms.pickers import Picker
from webapp.taskforms.uploads import UploadRefused, check_upload

StoreFile = Callable[[str, bytes, str], Mapping[str, Any]]
"""Stores name, bytes and content type; returns the file value (`id`, `label`, `size`)."""
SUBMIT = "submit"
REFRESH = "refresh"


class TaskForm:
    """One form with its answers, ready to be drawn (`views`) and judged (`validate`).

    Attributes:
        state: the settled form.
        action: what the person pressed: `submit`, `refresh`, `draft`, `add` or `remove`.
        result: what `validate` said; None before.
        focus: path of the control that should have the focus, or None.
    """

    def __init__(
        self, state: FormState, lang: str, scope: str, *, action: str = "", picker: Picker | None = None
    ) -> None:
        self.state = state
        self.lang = lang
        self.scope = scope
        self.action = action
        self.picker = picker
        self.result: FormResult | None = None
        self.focus: tuple[str, ...] | None = None
        self.upload_errors: dict[str, list[Message]] = {}
        self._wtf: BaseForm | None = None

    @classmethod
    def opened(
        cls,
        definition: FormDefinition,
        names: Mapping[str, Any],
        *,
        now: datetime,
        lang: str,
        scope: str,
        draft: Mapping[str, Any] | None = None,
        picker: Picker | None = None,
        functions: Mapping[str, Callable[..., Any]] | None = None,
    ) -> TaskForm:
        """The form as it is first shown: with the draft if there is one, else with what the case knows.

        Args:
            names: the task's variables.
            scope: who fills it in (the actor's person id); stored files are signed for them.
            draft: what `to_draft` gave when the person left.
        """
        raw = from_draft(draft, definition)
        state = open_form(definition, names, now, raw=raw, directory=picker, functions=functions)
        return cls(state, lang, scope, picker=picker)

    @classmethod
    def posted(
        cls,
        definition: FormDefinition,
        names: Mapping[str, Any],
        form: Any,
        files: Any,
        *,
        store: StoreFile,
        now: datetime,
        lang: str,
        scope: str,
        picker: Picker | None = None,
        functions: Mapping[str, Callable[..., Any]] | None = None,
    ) -> TaskForm:
        """The form as a request brought it. Files that pass are stored at once, whatever else is wrong.

        Args:
            form, files: the request's multi-dicts.
            store: stores one checked file.
        """
        raw = read_raw(definition.components, form)
        verb, _, target = str(form.get("form_action") or SUBMIT).partition(":")
        path = tuple(target.split(".")) if target else ()
        focus = _change_rows(raw, verb, path)
        lost = _unsign_files(definition, raw, scope)
        # Settled without the files first: nothing is stored for a field that is hidden or read-only.
        first = open_form(definition, names, now, raw=raw, directory=picker, functions=functions)
        errors = _take_files(first, raw, files, store)
        state = open_form(definition, names, now, raw=raw, directory=picker, functions=functions) if files else first
        task_form = cls(state, lang, scope, action=verb, picker=picker)
        task_form.focus = focus
        task_form.upload_errors = errors
        for name in lost:
            task_form.upload_errors.setdefault(name, []).append(Message("file-lost"))
        return task_form

    @property
    def submitted(self) -> bool:
        """Whether the person hands the form in (rather than refreshing it or adding a row)."""
        return self.action == SUBMIT

    def validate(self) -> FormResult:
        """Judge the form; `result` and the controls' errors are set."""
        if self.result is None:
            judged = judge(self.state)
            errors = dict(judged.errors)
            for name, messages in self.upload_errors.items():
                errors[name] = (*messages, *(found for found in errors.get(name, ()) if found.code != "required"))
            self.result = FormResult(judged.values, errors, judged.warnings, judged.hidden, judged.state)
        return self.result

    @property
    def draft(self) -> dict[str, Any]:
        """What to keep when the person leaves now."""
        return to_draft(self.state)

    @property
    def wtf(self) -> BaseForm:
        """The WTForms form that draws the controls."""
        if self._wtf is None:
            self._wtf = build(self.state, self.lang)
        return self._wtf


def _change_rows(raw: dict[str, Any], verb: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
    """Add or remove the row a button names; the path that should have the focus then."""
    if verb == "add":
        rows = rows_at(raw, path)
        if rows is None:
            return None
        rows.append({ORIGIN: ""})
        return (*path, str(len(rows) - 1))
    if verb == "remove" and path and path[-1].isascii() and path[-1].isdigit() and len(path[-1]) <= 6:
        rows = rows_at(raw, path[:-1])
        if rows is not None and int(path[-1]) < len(rows):
            del rows[int(path[-1])]
        return path[:-1]
    return None


def _file_nodes(state: FormState) -> list[Any]:
    return [node for node in state.walk() if node.field.type == "filepicker" and node.field.path]


def _unsign_files(definition: FormDefinition, raw: dict[str, Any], scope: str) -> list[str]:
    """Replace the signed texts of kept files in `raw` by their values; the paths where one was not ours."""
    lost: list[str] = []

    def visit(fields: Any, here: Any, prefix: tuple[str, ...]) -> None:
        for field in fields:
            path = prefix + field.path
            below = _at(here, field.path)
            if field.type == "group":
                visit(field.components, below, path)
            elif field.type == "dynamiclist" and isinstance(below, list):
                for index, row in enumerate(below):
                    visit(field.components, row, (*path, str(index)))
            elif field.type == "filepicker" and isinstance(below, list):
                values = [unsign(text, scope) for text in below if isinstance(text, str) and text]
                if None in values:
                    lost.append(".".join(path))
                below[:] = [value for value in values if value is not None]

    visit(definition.components, raw, ())
    return lost


def _at(here: Any, path: tuple[str, ...]) -> Any:
    for segment in path:
        here = here.get(segment) if isinstance(here, Mapping) else None
    return here


def _take_files(state: FormState, raw: dict[str, Any], files: Any, store: StoreFile) -> dict[str, list[Message]]:
    """Check and store the files sent for fields that may be changed, add them to `raw`; messages by path."""
    errors: dict[str, list[Message]] = {}
    for node in _file_nodes(state):
        sent = [file for file in files.getlist(f"{html_name(node.path)}.file") if file.filename] if files else []
        if not sent or not node.editable:
            continue
        kept = _at_rows(raw, node.path)
        for file in sent[:50]:
            try:
                upload = check_upload(node.field, file.filename, file.stream.read())
            except UploadRefused as refused:
                errors.setdefault(node.name, []).append(refused.message)
                continue
            kept.append(dict(store(upload.name, upload.content, upload.content_type)))
    return errors


def _at_rows(raw: dict[str, Any], path: tuple[str, ...]) -> list[Any]:
    """The list of raw file values at `path`, made where it is missing."""
    here: Any = raw
    for segment in path[:-1]:
        here = here[int(segment)] if isinstance(here, list) else here.setdefault(segment, {})
    if not isinstance(here.get(path[-1]), list):
        here[path[-1]] = []
    return here[path[-1]]  # type: ignore[no-any-return]
