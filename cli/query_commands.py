"""`kolada status`, `kolada sql` and `kolada settings`: the commands that only look."""

import json
from typing import Annotated

import duckdb
import typer
from rich.console import Console
from rich.table import Table

from cli.exits import BAD_INPUT, ERRORS, STALE, one_message
from cli.options import HomeOption, JsonOption, SampleOption, set_options
from pipeline.schedule import ScheduleError
from pipeline.settings import Settings, settings_page
from pipeline.status import read_status
from warehouse.credits import MADE_UP_VALUES
from warehouse.home import Home
from warehouse.published_file import published_file, source_kind


def status(home: HomeOption = None, sample: SampleOption = False, as_json: JsonOption = False) -> None:
    """The last run, the age of the published data, what is due next, what is kept, warnings.

    Exits with 0 healthy, 5 stale or held.

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


def sql(
    statement: Annotated[str, typer.Argument(help="One SQL statement, in DuckDB's dialect.")],
    home: HomeOption = None,
    sample: SampleOption = False,
) -> None:
    """Put a question to the published file, read-only.

    Example: `kolada sql "select * from mart.sound_economic_management"`
    """
    set_options(home=home)
    with one_message():
        settings = Settings.of(sample=sample)
        with published_file(Home(settings.home).published) as connection:
            try:
                answer = connection.execute(statement)
                rows = answer.fetchall()
            except duckdb.Error as error:
                ERRORS.print(
                    f"DuckDB could not answer `{statement}`: {error} Nothing was changed. "
                    'See the tables with `kolada sql "show all tables"`.'
                )
                raise typer.Exit(BAD_INPUT) from error
            table = Table(*(column[0] for column in answer.description or ()))
            for row in rows:
                table.add_row(*("" if value is None else str(value) for value in row))
            console = Console()
            console.print(table)
            if source_kind(connection) == "sample":
                console.print(f"[bold yellow]{MADE_UP_VALUES}[/bold yellow]")


def settings(
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="The page docs/settings.md, with the defaults and not the values now.")
    ] = False,
) -> None:
    """Every setting: its variable, its value now and its meaning.

    Example: `kolada settings`
    """
    if as_markdown:
        typer.echo(settings_page(), nl=False)
        return
    with one_message():
        now = Settings()
    table = Table("variable", "value", "meaning")
    for name, described in Settings.model_fields.items():
        table.add_row(f"KOLADA_{name.upper()}", str(getattr(now, name)), described.description or "")
    Console().print(table)
