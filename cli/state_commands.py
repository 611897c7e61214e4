"""`kolada status` and `kolada settings`: the status of a home, and the settings."""

import json
from typing import Annotated

import typer
from rich.table import Table

from cli.consoles import plain_console
from cli.exits import STALE, one_message
from cli.options import HomeOption, JsonOption, SampleOption, set_options
from pipeline.schedule import ScheduleError
from pipeline.settings import Settings, settings_page
from pipeline.status import read_status


def status(home: HomeOption = None, sample: SampleOption = False, as_json: JsonOption = False) -> None:
    """Show the last run, the age of the published data, the KPIs due next, the stored files, and warnings.

    Exit codes: 0 healthy; 5 there are warnings, such as stale data or a held run.

    Example: `kolada status --json`
    """
    set_options(home=home)
    with one_message(ScheduleError):
        settings = Settings.of(sample=sample)
        found = read_status(settings)
    if as_json:
        typer.echo(json.dumps(found.fields(), ensure_ascii=False))
    else:
        typer.echo(found.text())
    if not found.is_healthy:
        raise typer.Exit(STALE)


def settings(
    as_markdown: Annotated[
        bool,
        typer.Option("--markdown", help="Print the page docs/settings.md, with defaults instead of present values."),
    ] = False,
) -> None:
    """Show every setting: its variable, its present value and its meaning.

    Example: `kolada settings`
    """
    if as_markdown:
        typer.echo(settings_page(), nl=False)
        return
    set_options()
    with one_message():
        now = Settings()
    table = Table("variable", "value", "meaning")
    for name, described in Settings.model_fields.items():
        table.add_row(f"KOLADA_{name.upper()}", str(getattr(now, name)), described.description or "")
    plain_console().print(table)
