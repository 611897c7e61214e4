"""The `kolada` command: its subcommands and the options that all of them take."""

import platform
import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, cast

import typer
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from cli.consoles import ERRORS, print_in_any_encoding
from cli.exits import BAD_INPUT, OTHER
from cli.language import FAMILIES, in_swedish, is_swedish, translate_help

# The error of a command line that cannot be parsed. Typer has no public name for it.
USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[1]

# Command -> module, in the order of `kolada --help`.
COMMANDS = {
    "refresh": "run_commands",
    "backfill": "run_commands",
    "mirror": "run_commands",
    "review": "review_command",
    "doctor": "run_commands",
    "replay": "history_commands",
    "restore": "history_commands",
    "rollback": "history_commands",
    "prune": "history_commands",
    "verify": "history_commands",
    "status": "state_commands",
    "report": "document_commands",
    "explain": "document_commands",
    "export": "document_commands",
    "share": "share_command",
    "sql": "sql_command",
    "settings": "state_commands",
    "web": "web_command",
    "mcp": "web_command",
    "serve": "serve_command",
    "fake-api": "fake_api_command",
    "goals": "goals_commands",
    "kpi": "kpi_commands",
}


def say_version(is_asked: bool) -> None:
    """Print the versions of this software and of the libraries that a bug report needs, then exit."""
    if is_asked:
        parts = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "polars", "prefect"))
        typer.echo(f"kolada-pipeline {version('kolada-pipeline')} (Python {platform.python_version()}, {parts})")
        raise typer.Exit


def kolada(
    *,
    is_version_asked: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=say_version, is_eager=True)
    ] = False,
) -> None:
    """Kolada into DuckDB, and a municipality's budget goals judged against it."""


def make_app(names: Iterable[str] = COMMANDS) -> typer.Typer:
    """Return the command with some of its subcommands, or all; import only their modules."""
    app = typer.Typer(
        name="kolada",
        no_args_is_help=True,
        rich_markup_mode="markdown",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(kolada)
    for name in names:
        module = import_module(f"cli.{COMMANDS[name]}")
        family = getattr(module, "app", None)
        if family is not None:
            app.add_typer(family, name=name)
        else:
            function = getattr(module, name.replace("-", "_"))
            app.command(name, cls=getattr(module, "COMMAND_CLASS", None))(function)
    return app


def main() -> None:
    """Run the command."""
    print_in_any_encoding()
    set_on_retry_hooks([say_that_it_is_tried_again])
    # Importing the modules of all commands takes longer than running most of them.
    given = sys.argv[1] if len(sys.argv) > 1 else ""
    app = make_app([given] if given in COMMANDS else [] if given == "--version" else COMMANDS)
    if is_swedish() and given in (*FAMILIES, "", "-h", "--help"):
        run_in_swedish(app)
    else:
        app()


def run_in_swedish(app: typer.Typer) -> None:
    """Run the command with help and error messages in Swedish; the exit codes are the same as in English."""
    command = typer.main.get_command(app)
    translate_help(command)
    try:
        code = command(prog_name="kolada", standalone_mode=False)
    except USAGE_ERROR as error:
        refused = cast("typer.BadParameter", error)
        said = in_swedish(" ".join(refused.format_message().split()))
        where = refused.ctx.command_path if refused.ctx is not None else "kolada"
        ERRORS.print(f"{said}{'' if said.endswith(('.', '?')) else '.'} Se `{where} --help`.")
        sys.exit(BAD_INPUT)
    except typer.Abort:
        ERRORS.print("Avbrutet.")
        sys.exit(OTHER)
    sys.exit(code if isinstance(code, int) else 0)


def say_that_it_is_tried_again(details: RetryDetails) -> None:
    """Print a line about a request that failed and is retried; stamina's own line does not name the error."""
    ERRORS.print(f"Attempt {details.retry_num} failed ({type(details.caused_by).__name__}); the request is sent again.")
