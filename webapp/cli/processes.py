"""`siwei deploy`, `siwei lint`, `siwei test-process`: a process owner's commands."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from engine import Executor, Finding, SourceFile
from engine.calendar.yearly_list import shipped_calendar
from engine.casetest import CaseFileError, folder_of, run
from engine.casetest.running import findings_of, lint_files
from engine.errors import DeploymentRefused
from engine.repository import letters
from engine.rules import RULES
from engine.rules.pages import address
from engine.sandbox import MontySandbox
from webapp.cli.common import acting, open_engine
from webapp.process_files import FORMS, PROCESSES, deploy_folders, process_folders

_FOLDERS = click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
_FORMS = click.option(
    "--forms", default=FORMS, type=click.Path(exists=True, file_okay=False, path_type=Path), help="Where the forms lie."
)
_LANGUAGE = click.option("--lang", default="zh", type=click.Choice(["zh", "en"]), show_default=True)


@click.command()
@_FOLDERS
@_FORMS
@_LANGUAGE
@click.option("--as", "person", help="Who deploys: a person's id; without it the system does.")
@click.option("--approved-by", help="The second account that answers for new or changed scripts and connectors.")
@click.option("--note", default="", help="What changed, for the list of versions.")
def deploy(
    folders: Sequence[Path], forms: Path, lang: str, person: str | None, approved_by: str | None, note: str
) -> None:
    """Deploy process folders (all of processes/ when none is named). What did not change makes no new version."""
    with open_engine() as (engine, _):
        if approved_by:
            engine.directory.person(approved_by)
        try:
            deployments = deploy_folders(
                engine,
                folders or process_folders(),
                actor=acting(engine, person),
                note=note,
                approver=approved_by,
                forms=forms,
            )
        except DeploymentRefused as error:
            for finding in error.findings:
                click.echo(_line(finding, lang), err=True)
            raise click.ClickException(str(error)) from error
    definitions = [definition for deployment in deployments for definition in deployment.definitions]
    for definition in definitions:
        click.echo(f"{definition.key} v{definition.version} {definition.name}")
    if not definitions:
        click.echo("Nothing changed.")


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@_FORMS
@_LANGUAGE
@click.option("--format", "shape", default="text", type=click.Choice(["text", "json"]), show_default=True)
@click.option("--json", "as_json", is_flag=True, hidden=True)
def lint(paths: Sequence[Path], forms: Path, lang: str, shape: str, as_json: bool) -> None:
    """Check process folders, or single .bpmn, .dmn, .form and letter files, without a database.

    Exit code 1 when something keeps them from being deployed: an error, or a gap still to be
    filled. Warnings alone give 0.
    """
    executor = Executor(MontySandbox())
    findings: list[Finding] = []
    files = [path for path in paths if path.is_file()]
    folders = [path for path in paths if path.is_dir()] or ([] if files else process_folders())
    for folder in folders:
        try:
            findings += findings_of(folder_of(folder, forms), executor)
        except CaseFileError as error:
            raise click.ClickException(str(error)) from error
    if files:
        findings += lint_files(tuple(map(_source, files)), executor)
    if as_json or shape == "json":
        click.echo(json.dumps([_as_json(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            click.echo(_line(finding, lang))
            click.echo(f"        {finding.remedy(lang)}")
        counts = Counter(finding.level for finding in findings)
        click.echo(f"{counts['error']} errors, {counts['todo']} to-dos, {counts['warning']} warnings")
    if any(finding.blocks for finding in findings):
        raise SystemExit(1)


@click.command("test-process")
@_FOLDERS
@_FORMS
@_LANGUAGE
@click.option("--only", help="Part of a case file's name.")
def test_process(folders: Sequence[Path], forms: Path, lang: str, only: str | None) -> None:
    """Play the cases of process folders and print what was reached.

    Each case runs straight through and again with save and restore between every two steps.
    """
    executor = Executor(MontySandbox())
    calendar = shipped_calendar()
    failed = []
    for folder in folders or process_folders(PROCESSES):
        try:
            report = run(folder, forms, executor, calendar, only=only)
        except CaseFileError as error:
            raise click.ClickException(str(error)) from error
        click.echo(report.text(lang))
        if not report.passed:
            failed.append(folder.name)
    if failed:
        raise click.ClickException("not passed: " + ", ".join(failed))


def _source(path: Path) -> SourceFile:
    """A single file; a letter keeps the folder that makes it one."""
    name = f"{letters.FOLDER}{path.name}" if path.parent.name == "letters" else path.name
    return SourceFile(name, path.read_bytes())


def _as_json(finding: Finding) -> dict[str, Any]:
    """A finding with everything it knows, and where its rule is documented."""
    known = finding.code in RULES
    return {**asdict(finding), "blocks": finding.blocks, "documentation": address(finding.code) if known else None}


def _line(finding: Finding, lang: str) -> str:
    where = f"{finding.file}:{finding.element_id or finding.line or ''}"
    name = f" 「{finding.element_name}」" if finding.element_name else ""
    code = " ".join((finding.code, *finding.rules))
    return f"{finding.level:<7} {where}{name} {finding.text(lang)} [{code}]"
