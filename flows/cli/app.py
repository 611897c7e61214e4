"""The command itself: its families of commands and the options that all of them take."""

import typer
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from flows.cli import backfill, fake_api, goals, keep, kpi, look, mirror, report, run, serve
from flows.cli.exits import ERRORS

app = typer.Typer(
    name="kolada",
    help="Kolada into DuckDB, and a municipality's budget goals judged against it.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(run.refresh)
app.command()(backfill.backfill)
app.command()(mirror.mirror)
app.command()(run.doctor)
app.command()(keep.replay)
app.command()(keep.rollback)
app.command()(keep.prune)
app.command()(look.status)
app.command()(report.report)
app.command()(report.explain)
app.command()(report.export)
app.command()(look.sql)
app.command()(look.settings)
app.command()(serve.serve)
app.command(name="fake-api")(fake_api.fake_api)
app.add_typer(goals.app, name="goals")
app.add_typer(kpi.app, name="kpi")


def main() -> None:
    """Run the command."""
    set_on_retry_hooks([say_that_it_is_tried_again])
    app()


def say_that_it_is_tried_again(details: RetryDetails) -> None:
    """A line about a request that failed and is asked again, in place of stamina's own, which tells nothing of it."""
    ERRORS.print(f"Try {details.retry_num} failed ({type(details.caused_by).__name__}); the request is sent again.")
