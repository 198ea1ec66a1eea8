"""The command line: `siwei`, one entry point, plain errors, exit codes.

0 done · 1 refused or failed, the reason stands on the error stream · 2 the command was not understood.
"""

from __future__ import annotations

import click

from engine.errors import EngineError
from webapp.cli.backup import backup, restore
from webapp.cli.cases import report, verify
from webapp.cli.demo import demo
from webapp.cli.processes import deploy, lint, test_process
from webapp.cli.serve import migrate, web, worker
from webapp.cli.up import up
from webapp.cli.users import user
from webapp.settings import SettingsError


class _Plain(click.Group):
    """A group whose commands end with a sentence instead of a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except (EngineError, SettingsError) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Plain, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="siwei")
def main() -> None:
    """Siwei 四維: a workflow platform for a city government."""


for command in (up, web, worker, migrate, deploy, lint, test_process, user, report, verify, backup, restore, demo):
    main.add_command(command)
