"""`kolada goals check`, `new` and `init`: check plans, write a new plan, write a repository for plans."""

import re
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import duckdb
import typer
from rich import box
from rich.console import Console
from rich.table import Table

from cli.exits import one_message
from cli.form_commands import fill, form
from cli.goals_diff_command import diff
from cli.language import comment_told, say, told
from cli.options import GoalsOption, HomeOption, set_options
from fake_kolada import public_municipalities
from goals import (
    KnownCatalogue,
    KnownKpi,
    LookedUp,
    Plan,
    PlanError,
    RepositoryRefused,
    copy_example,
    look_up,
    one_error,
    read_each_plan,
    scaffold,
    write_repository,
)
from pipeline.settings import SHIPPED_GOALS, Settings
from warehouse.home import Home
from warehouse.kpi_search import search_kpis
from warehouse.published_file import published_file_if_any

KPIS = """
    select kpi_id, title, municipality_type, is_divided_by_gender, is_withdrawn, closed_after_year
    from core.kpi
"""
TOPICS = """
    select topic, list(distinct owner_municipality_id)
    from core.municipality_group
    where topic is not null and owner_municipality_id is not null
    group by topic
"""
PROPOSALS = 3
SEARCHED = 20
NEARLY = 0.5
# First word of a plan's unit -> the words for it in Kolada's titles, if they differ.
SAID_IN_TITLES = {"%": r"%|\bandel|procent", "procent": r"%|\bandel|procent", "dagar": r"dag", "index": r"index"}

app = typer.Typer(help="Plans: the goals that a council decided, as data.", no_args_is_help=True)
app.command()(diff)
app.command()(form)
app.command()(fill)


@app.command()
def check(goals: GoalsOption = None, home: HomeOption = None) -> None:
    """Read and check every plan; if a catalogue is published, look up the KPIs, topics and groups of the plans in it.

    With a catalogue, the command prints Kolada's title of each KPI next to the plan's, so that you can compare them.

    Exit codes: 0 all plans are correct; 2 with a list of errors.

    Example: `kolada goals check --goals goals`
    """
    set_options(goals=goals, home=home)
    with one_message():
        settings = Settings()
        plans, broken = read_each_plan(settings.goals, municipalities=municipality_names())
        looked_up = dict.fromkeys(plans, LookedUp((), (), ()))
        with published_file_if_any(Home(settings.home).published) as connection:
            if connection is not None:
                catalogue = read_catalogue(connection)
                looked_up = {plan: look_up(plan, catalogue) for plan in plans}
        refused = [PlanError(plan.plan_id, found.findings) for plan, found in looked_up.items() if found.findings]
        for plan, found in looked_up.items():
            show_plan(plan, found)
        if broken or refused:
            raise one_error([*broken, *refused])


def show_plan(plan: Plan, found: LookedUp) -> None:
    """Print the size of a plan, the remarks on it, and both titles of each KPI."""
    size = f"{counted(plan.tables['indicator'].height, 'indicator')}, {counted(len(plan.kpi_ids), 'KPI')}"
    if found.findings:
        say(f"{plan.plan_id}: {size}, to correct")
    else:
        say(f"{plan.plan_id}: {size}, in order")
    for remark in found.remarks:
        typer.echo(f"- {told(remark)}")
    if not found.titles:
        return
    names = ("Indicator", "KPI", "In the plan", "In Kolada")
    table = Table(*map(told, names), box=box.SIMPLE_HEAD)
    for row in found.titles:
        table.add_row(*row)
    Console().print(table)


def counted(number: int, thing: str) -> str:
    """Return a number of things: `1 indicator`, `2 indicators`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def read_catalogue(connection: duckdb.DuckDBPyConnection) -> KnownCatalogue:
    """Return the catalogue as of the last publication."""
    return KnownCatalogue(
        kpis={kpi_id: KnownKpi(*row) for kpi_id, *row in connection.execute(KPIS).fetchall()},
        topics={topic: frozenset(units) for topic, units in connection.execute(TOPICS).fetchall()},
        groups=frozenset(
            group for (group,) in connection.execute("select group_id from core.municipality_group").fetchall()
        ),
    )


@app.command()
def new(
    *,
    municipality: Annotated[
        str | None,
        typer.Option("--municipality", help="Four-digit code of a municipality or a region, such as 1480 or 0014."),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="An xlsx or CSV file with columns title, kpi_id, unit, direction, target, year; see goals/README.md.",
        ),
    ] = None,
    is_example: Annotated[
        bool, typer.Option("--example", help="Copy the plan that comes with the software, as an example.")
    ] = False,
    plan_id: Annotated[str | None, typer.Option("--plan-id", help="The name of the new folder.")] = None,
    title: Annotated[str | None, typer.Option("--title", help="The plan's title.")] = None,
    document: Annotated[
        Path | None,
        typer.Option("--document", help="The decided document, for its hash. Without it, the plan is a draft."),
    ] = None,
    goals: GoalsOption = None,
    home: HomeOption = None,
) -> None:
    """Write the folder of a new plan from a table of indicators, or copy the example. Nothing is overwritten.

    The new plan passes `kolada goals check`. A target that is more than a number is kept as text, and the command names
    the kinds of target that could express it. If a catalogue is published, it proposes KPIs for indicators without one.

    Exit codes: 0 written; 2 with a list of errors in the table, and nothing is written.

    Example: `kolada goals new --municipality 1480 --from indicators.xlsx`
    """
    set_options(goals=goals, home=home)
    with one_message():
        settings = Settings()
        if is_example:
            folder = copy_example(SHIPPED_GOALS, settings.goals)
            say(f"Written: {folder}")
            say("Next: `kolada refresh`, or `kolada refresh --sample` to try it on made-up values.")
            return
        if municipality is None or source is None:
            raise typer.BadParameter("name a municipality and a table: --municipality 1480 --from indicators.xlsx")
        with published_file_if_any(Home(settings.home).published) as connection:
            has_catalogue = connection is not None
            written = scaffold(
                municipality,
                source,
                settings.goals,
                municipalities=municipality_names(),
                plan_id=plan_id,
                title=title,
                document=document,
                propose=None if connection is None else partial(proposals, connection),
                translated=comment_told,
            )
        say(f"Written: {written.folder}, with {counted(written.plan.tables['indicator'].height, 'indicator')}.")
        if written.plan.tables["plan"]["is_draft"][0]:
            say("The plan is a draft, and every output says so, until `is_draft` in plan.toml is `false`.")
        for remark in written.remarks:
            typer.echo(f"- {told(remark)}")
        if written.remarks:
            say("docs/skriv-ett-mal.md shows every form of a target with its row.")
        if not has_catalogue and not written.plan.tables["indicator"]["kpi_id"].is_not_null().all():
            say("No catalogue is published here yet, so no KPI was looked up by its title: `kolada refresh` reads it.")
            say('Then search with `kolada kpi search "behörig yrkesprogram"`.')
        say("Next: `kolada goals check`, then `kolada refresh`.")


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The new folder, such as budgetmal.")] = Path(),
    is_example: Annotated[
        bool, typer.Option("--example", help="Include a copy of the plan that comes with the software.")
    ] = False,
) -> None:
    """Write a folder for a git repository: goals/, workflows for a hosted forge, a README in Swedish.

    Nothing is overwritten. One workflow checks the plans in each pull request and adds the output of
    `kolada goals diff` as a comment; the other refreshes every night and publishes the report and the files as pages.

    Exit codes: 0 written; 2 a file exists already, and nothing is written.

    Example: `kolada goals init budgetmal`
    """
    with one_message(RepositoryRefused):
        written = write_repository(folder, version=version("kolada-pipeline"))
        if is_example:
            copy_example(SHIPPED_GOALS, folder / "goals")
        say(f"Written: {', '.join(str(path.relative_to(folder)) for path in written)}")
        say(f"Next: read {folder / 'README.md'}.")


def proposals(connection: duckdb.DuckDBPyConnection, words: str, unit: str) -> list[tuple[str, str]]:
    """Return active KPIs that match an indicator's title, the best first; close matches in its unit precede others.

    Kolada gives the unit of a KPI only in its title: `andel (%)`, `median antal dagar`, `kr/inv`.
    """
    found = [kpi for kpi in search_kpis(connection, words, limit=SEARCHED) if kpi.lifecycle == "active"]
    likely = [kpi for kpi in found if kpi.score >= NEARLY * found[0].score]
    first_word, *_ = unit.lower().split() or [""]
    counted = re.compile(SAID_IN_TITLES.get(first_word, re.escape(first_word)), re.IGNORECASE)
    in_its_unit = sorted(likely, key=lambda kpi: counted.search(kpi.title) is None)
    return [(kpi.kpi_id, kpi.title) for kpi in in_its_unit][:PROPOSALS]


def municipality_names() -> dict[str, str]:
    """Return code -> name of the municipalities and regions, from the public list."""
    return dict(public_municipalities().select("municipality_id", "municipality_name").rows())
