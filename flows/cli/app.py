"""The command itself: its families of commands and the options that all of them take."""

import typer

from flows.cli import backfill, fake_api, goals, keep, kpi, look, mirror, report, run, serve

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
    app()
