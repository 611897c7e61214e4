"""`kolada report`, `kolada explain` and `kolada export`: the documents that people read, from the published file."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from cli.exits import one_message
from cli.language import told
from cli.options import HomeOption, JsonOption, SampleOption, not_to_come, set_options
from pipeline.settings import Settings
from reports import Asked, Format, Scope, explain_figure, write_exports, write_report
from warehouse.credits import MADE_UP_VALUES
from warehouse.home import Home
from warehouse.moment import end_of_moment
from warehouse.published_file import published_file

AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="T",
        callback=not_to_come,
        help="Show the state at this moment: a date (its end, in Sweden) or a timestamp (UTC).",
    ),
]
PlanOption = Annotated[str | None, typer.Option("--plan", help="The plan. [KOLADA_PLAN]")]
SinceOption = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="T",
        callback=not_to_come,
        help="List the changes since this moment, instead of since the last report.",
    ),
]


YearOption = Annotated[int | None, typer.Option("--year", help="The year in focus; by default the target year.")]
GoalOption = Annotated[str | None, typer.Option("--goal", help="Only this goal of the plan, such as P4.")]
OwnerOption = Annotated[
    str | None, typer.Option("--owner", help="Only items that this nämnd or company is responsible for.")
]
PeriodOption = Annotated[
    str | None,
    typer.Option("--period", help="Figures and comments of the year up to the end of T1, T2, Q1 to Q4 or 01 to 12."),
]


def report(
    *,
    as_of: AsOfOption = None,
    plan: PlanOption = None,
    goal: GoalOption = None,
    owner: OwnerOption = None,
    period: PeriodOption = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The HTML file, or a folder; by default reports/ under the home."),
    ] = None,
    year: YearOption = None,
    since: SinceOption = None,
    short: Annotated[bool, typer.Option("--short", help="Only the summary, on two A4 pages, for the board.")] = False,
    home: HomeOption = None,
    sample: SampleOption = False,
) -> None:
    """Write the goal report: one HTML page in Swedish that needs no network and no JavaScript.

    Exit codes: 0 written; 2 nothing to show (no publication, before the first load, no such plan, year, goal or owner).

    Example: `kolada report --as-of 2024-03-01 --output bokslut.html`
    """
    settings = chosen(home, plan, sample=sample)
    with one_message():
        place = Home(settings.home)
        with published_file(place.published) as connection:
            done = write_report(
                connection,
                shown_plan(connection, settings),
                folder=place.reports,
                output=output,
                as_of=as_of,
                year=year,
                since=instant(since),
                is_short=short,
                scope=Scope(goal, owner, period),
            )
    if done.is_sample:
        typer.echo(MADE_UP_VALUES)
    typer.echo(told(f"The report on {done.year}: {done.path} ({done.byte_count / 1e3:.0f} kB)"))


def explain(
    indicator: Annotated[str, typer.Argument(metavar="INDICATOR", help="The id of an indicator, such as P4.3.")],
    year: Annotated[int | None, typer.Option("--year", help="The figure's year; by default the target year.")] = None,
    as_of: AsOfOption = None,
    plan: PlanOption = None,
    home: HomeOption = None,
    sample: SampleOption = False,
    as_json: JsonOption = False,
) -> None:
    """Explain one figure, in Swedish: versions, requests, definition, reference, target, rule, verdict.

    Exit codes: 0 explained; 2 no such indicator, year or plan, or before the first load.

    Example: `kolada explain P4.3 --year 2022`
    """
    settings = chosen(home, plan, sample=sample)
    with one_message(), published_file(Home(settings.home).published) as connection:
        plan_id = shown_plan(connection, settings)
        explained = explain_figure(connection, plan_id, indicator, year=year, as_of=as_of)
    if as_json:
        typer.echo(json.dumps(explained.data, ensure_ascii=False, indent=2))
    else:
        typer.echo(explained.text(), nl=False)


def export(
    *,
    output_format: Annotated[Format, typer.Option("--format", "-f", help="The format of the files.")],
    table: Annotated[
        list[str] | None,
        typer.Option("--table", "-t", help="A table such as mart.ranking. May be repeated. Parquet and CSV only."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="A folder, or a file such as x.csv; by default exports/ under the home."),
    ] = None,
    decimal_comma: Annotated[
        bool, typer.Option("--decimal-comma", help="CSV: 84,2 instead of 84.2, for Excel in Swedish.")
    ] = False,
    as_of: AsOfOption = None,
    plan: PlanOption = None,
    goal: GoalOption = None,
    owner: OwnerOption = None,
    period: PeriodOption = None,
    year: YearOption = None,
    since: SinceOption = None,
    home: HomeOption = None,
    sample: SampleOption = False,
) -> None:
    """Write tables as Parquet or CSV, a workbook, a Word document, or a memo on the changes since last time.

    An option that a format does not support is an error. Exit codes: 0 written; 2 nothing to export (no publication, no
    such table, plan, year, goal or owner, or an option that the format does not support).

    Example: `kolada export --format csv --table maluppfyllelse --decimal-comma`
    """
    settings = chosen(home, plan, sample=sample)
    with one_message():
        place = Home(settings.home)
        with published_file(place.published) as connection:
            asked = Asked(
                plan_id=shown_plan(connection, settings),
                is_plan_named=plan is not None,
                tables=tuple(table or ()),
                year=year,
                as_of=as_of,
                scope=Scope(goal, owner, period),
                has_decimal_comma=decimal_comma,
                since=instant(since),
                output=output,
            )
            written = write_exports(connection, output_format, asked, folder=place.exports, reports=place.reports)
    if written.is_sample:
        typer.echo(MADE_UP_VALUES)
    for path in written.paths:
        typer.echo(str(path))


def chosen(home: Path | None, plan: str | None, *, sample: bool) -> Settings:
    """Return the settings with the given options."""
    set_options(home=home, plan=plan)
    with one_message():
        return Settings.of(sample=sample)


def shown_plan(connection: duckdb.DuckDBPyConnection, settings: Settings) -> str:
    """Return the plan to show, out of the published plans."""
    published = connection.execute("select distinct plan_id from mart.goal_fulfilment").fetchall()
    return settings.plan_to_show([plan_id for (plan_id,) in published])


def instant(given: str | None) -> datetime | None:
    """Return a given moment as the warehouse stores instants: UTC, without a time zone."""
    return None if given is None else end_of_moment(given).replace(tzinfo=None)
