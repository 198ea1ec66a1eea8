"""What is read out of files before they are deployed: definitions, starters, changes to code."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from engine import feel, forms
from engine.calendar.working_days import WorkCalendar
from engine.feel import FeelLimit, FeelSyntaxError
from engine.forms.uses import uses as form_uses
from engine.model import DefinitionSource, Finding, SourceFile, StepContext
from engine.repository import letters
from engine.rules import completed, in_order
from engine.spiff import Executor, ProcessOutline
from engine.spiff import functions as diagram_functions

MAX_FILES = 200
MAX_FILE_BYTES = 2_000_000
KINDS = ("bpmn", "dmn", "form", letters.KIND)


def digest_of(process_id: str, files: Iterable[SourceFile]) -> str:
    """The name of a definition's content: the same process in the same files has the same digest."""
    content = hashlib.sha256(process_id.encode())
    for file in sorted(files, key=lambda file: file.name):
        content.update(b"\0" + file.name.encode() + b"\0" + hashlib.sha256(file.content).digest())
    return content.hexdigest()


def check_files(files: Sequence[SourceFile]) -> list[Finding]:
    """What is wrong with the set of files itself: names, kinds, sizes."""
    findings = []
    if not any(file.kind == "bpmn" for file in files):
        findings.append(_finding("no-diagram", "", "沒有流程圖（.bpmn）", "There is no diagram (.bpmn)."))
    if len(files) > MAX_FILES:
        findings.append(_finding("too-many-files", "", f"檔案超過 {MAX_FILES} 個", f"More than {MAX_FILES} files."))
    seen: set[str] = set()
    for file in files:
        if file.name in seen:
            findings.append(_finding("file-twice", file.name, "檔名重複", "There are two files of this name."))
        seen.add(file.name)
        if file.kind not in KINDS:
            findings.append(
                _finding(
                    "file-kind",
                    file.name,
                    "只能是 .bpmn、.dmn、.form 與 letters/ 裡的 .yaml",
                    "Only .bpmn, .dmn, .form, and .yaml in letters/.",
                )
            )
        elif file.kind == letters.KIND and not letters.is_letter(file):
            findings.append(
                _finding(
                    "letter-place",
                    file.name,
                    "函稿的檔名要是 letters/<名稱>.yaml",
                    "A letter is named letters/<name>.yaml.",
                )
            )
        if len(file.content) > MAX_FILE_BYTES:
            findings.append(_finding("file-size", file.name, "檔案超過 2 MB", "The file is larger than 2 MB."))
        if len(file.name) > 255 or any(ord(c) < 32 for c in file.name) or ".." in file.name.split("/"):
            findings.append(_finding("file-name", file.name[:80], "檔名不能用", "The file cannot have this name."))
    return findings


def judged(
    executor: Executor, files: Sequence[SourceFile], known: Sequence[SourceFile] | None = None
) -> tuple[Finding, ...]:
    """What is wrong, or risky, in diagrams, tables, forms and letters that belong together, errors first.

    Args:
        known: the files, and those of processes they call that are deployed already.
    """
    parsed = {file.name: forms.parse(file.content, file.name) for file in files if file.kind == "form"}
    others = {
        file.name: forms.parse(file.content, file.name)
        for file in known or ()
        if file.kind == "form" and file.name not in parsed
    }
    uses = {name: form_uses(form) for name, form in (parsed | others).items()}
    wrong = [finding for form in parsed.values() for finding in form.findings]
    papers = (completed(finding) for finding in (*wrong, *letters.findings(files)))
    return in_order([*executor.lint(known or files, uses), *papers])


def definitions_of(
    executor: Executor, files: Sequence[SourceFile], library: Mapping[str, tuple[SourceFile, ...]]
) -> list[dict[str, Any]]:
    """The definitions in files that passed the lint, ready to be stored, and the `code` of their files.

    However many processes the files hold, they are read once.

    Args:
        library: files of the current version of other processes, by key: a diagram that
            calls one of them takes a copy along, so that it keeps what it was deployed with.
    """
    heads = executor.outline(DefinitionSource(digest_of("", files), "", tuple(files))).processes
    own = with_called(executor, files, library)
    code = code_of(executor.outline(DefinitionSource(digest_of("", own), "", own)))
    sources = [DefinitionSource(digest_of(head.id, own), head.id, own) for head in heads if head.executable]
    return [{**_definition(executor.outline(source), source), "code": code} for source in sources]


def with_called(
    executor: Executor, files: Sequence[SourceFile], library: Mapping[str, tuple[SourceFile, ...]]
) -> tuple[SourceFile, ...]:
    """The files, and those of every process they call that they do not hold themselves.

    Letters stay behind: they are issued in cases of the process that they were written for.
    """
    own = {file.name: file for file in files}
    while True:
        outline = executor.outline(DefinitionSource(digest_of("", own.values()), "", tuple(own.values())))
        held = {process.id for process in outline.processes}
        missing = [key for _, key in outline.calls if key not in held and key in library]
        added = {file.name: file for key in missing for file in library[key] if _travels(file) and file.name not in own}
        if not added:
            return tuple(own[name] for name in sorted(own))
        own |= added


def _travels(file: SourceFile) -> bool:
    return not letters.is_letter(file)


def code_of(outline: ProcessOutline) -> dict[tuple[str, str], str]:
    """What of a definition is code: scripts and connector calls, by kind and element."""
    code = {("script", script.element_id): f"{script.language}\n{script.text}" for script in outline.scripts}
    for connector in outline.connectors:
        parameters = "\n".join(f"{name}={value}" for name, value in connector.parameters)
        code[("connector", connector.element_id)] = f"{connector.connector}\n{parameters}"
    for flow in outline.flows:
        if flow.condition and not flow.condition.startswith("="):
            at = ("expression", flow.id if flow.is_named else flow.source)
            code[at] = "\n".join(filter(None, (code.get(at), flow.condition)))
    return code


def code_changes(before: Mapping[tuple[str, str], str], after: Mapping[tuple[str, str], str]) -> list[dict[str, str]]:
    """Scripts and connectors that are new or not as they were. Taking one away changes no code."""
    return [
        {"kind": kind, "element_id": element, "change": "changed" if (kind, element) in before else "added"}
        for (kind, element), text in sorted(after.items())
        if before.get((kind, element)) != text
    ]


def _definition(outline: ProcessOutline, source: DefinitionSource) -> dict[str, Any]:
    head = outline.head()
    properties = dict(head.properties)
    starts = [start for start in outline.starts if start.process_id == head.id]
    plain = [start for start in starts if start.kind == "none"]
    return {
        "key": head.id,
        "name": head.name or head.id,
        "name_en": properties.get("nameEn"),
        "documentation": head.documentation,
        "properties": properties,
        "starter_groups": starters(head.candidate_starter_groups) + starters(head.candidate_starter_users, "user:"),
        "start_form": outline.start_form(),
        "has_plain_start": bool(plain),
        "digest": source.digest,
        "source": source,
        "starts": [
            {"element_id": element_id, "kind": kind, "name": name}
            for element_id, kind, name in dict.fromkeys((s.id, s.kind, s.name or s.timer or "") for s in starts)
            if kind in ("message", "signal", "timer")
        ],
    }


def starters(text: str | None, prefix: str = "") -> list[str]:
    """Candidate texts of `candidateStarterGroups`: a comma list, or FEEL that gives one text or a list."""
    if not text or not text.strip():
        return []
    if not text.startswith("="):
        return [_candidate(part.strip(), prefix) for part in text.split(",") if part.strip()]
    functions = diagram_functions.build(StepContext(datetime.now(UTC), WorkCalendar()))
    try:
        value = feel.parse(text[1:]).evaluate({}, functions).value
    except (FeelSyntaxError, FeelLimit):
        return []
    items = value if isinstance(value, list) else [value]
    return [_candidate(item, prefix) for item in items if isinstance(item, str) and item]


def _candidate(text: str, prefix: str) -> str:
    if "@" in text or ":" in text:
        return text
    return f"{prefix}{text}" if prefix else f"{text}@"


def _finding(code: str, file: str, zh: str, en: str) -> Finding:
    return completed(Finding(code, "error", file, None, None, zh, en))
