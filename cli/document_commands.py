"""`kolada report`, `kolada explain` and `kolada export`: what people look at, from the published file."""

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
        help="What was known then: a date (its end, in Sweden) or a timestamp (UTC).",
    ),
]
PlanOption = Annotated[str | None, typer.Option("--plan", help="The plan. [KOLADA_PLAN]")]
SinceOption = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="T",
        callback=not_to_come,
        help="Tell what changed since then, instead of since the last report.",
    ),
]


YearOption = Annotated[int | None, typer.Option("--year", help="The year in focus; by default the target year.")]
GoalOption = Annotated[str | None, typer.Option("--goal", help="Only this goal of the plan, such as P4.")]
OwnerOption = Annotated[str | None, typer.Option("--owner", help="Only what this nämnd or company is responsible for.")]
PeriodOption = Annotated[
    str | None,
    typer.Option("--period", help="The year up to the end of T1, T2, Q1 to Q4 or 01 to 12: figures and comments."),
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
        typer.Option("--output", "-o", help="The HTML file; by default a dated one in reports/ under the home."),
    ] = None,
    year: YearOption = None,
    since: SinceOption = None,
    short: Annotated[bool, typer.Option("--short", help="The summary alone, on two A4 pages, for the board.")] = False,
    home: HomeOption = None,
    sample: SampleOption = False,
) -> None:
    """Write the goal report: one HTML page in Swedish that needs no network and no JavaScript.

    Exits with 0 written, 2 nothing to show (no publication, before the first load, no such plan, year, goal or owner).

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
    indicator: Annotated[str, typer.Argument(metavar="INDICATOR", help="As in the plan: P4.3.")],
    year: Annotated[int | None, typer.Option("--year", help="The figure's year; by default the target year.")] = None,
    as_of: AsOfOption = None,
    plan: PlanOption = None,
    home: HomeOption = None,
    sample: SampleOption = False,
    as_json: JsonOption = False,
) -> None:
    """Everything about one figure, in Swedish: versions, requests, definition, reference, target, rule, verdict.

    Exits with 0 explained, 2 no such indicator, year or plan, or before the first load.

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
    output_format: Annotated[Format, typer.Option("--format", "-f", help="What kind of files.")],
    table: Annotated[
        list[str] | None,
        typer.Option("--table", "-t", help="mart.ranking, or ranking; may be given again. Parquet and CSV only."),
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
    """Write tables as Parquet or CSV, a workbook, a Word text, or a memo on what has changed since last time.

    An option that a format cannot follow is refused. Exits with 0 written, 2 nothing to export (no publication, no
    such table, plan, year, goal or owner, or an option that the format cannot follow).

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
    """The settings that the options choose."""
    set_options(home=home, plan=plan)
    with one_message():
        return Settings.of(sample=sample)


def shown_plan(connection: duckdb.DuckDBPyConnection, settings: Settings) -> str:
    """The plan that the settings choose among those that are published."""
    published = connection.execute("select distinct plan_id from mart.goal_fulfilment").fetchall()
    return settings.plan_to_show([plan_id for (plan_id,) in published])


def instant(given: str | None) -> datetime | None:
    """A moment that was given, as the warehouse holds instants: UTC, without a zone."""
    return None if given is None else end_of_moment(given).replace(tzinfo=None)
