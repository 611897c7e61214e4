"""`kolada goals check` and `kolada goals new`: plans as data."""

from pathlib import Path
from typing import Annotated

import typer

from cli.exits import one_message
from cli.form_commands import fill, form
from cli.options import GoalsOption, HomeOption, set_options
from fake_kolada import public_municipalities
from goals import check_against_catalogue, copy_example, read_plans, scaffold
from pipeline.judged_criteria import refuse_unjudged
from pipeline.settings import SHIPPED_GOALS, Settings
from warehouse.home import Home
from warehouse.published_file import published_file

app = typer.Typer(help="The plans: what a council decided, as data.", no_args_is_help=True)
app.command()(form)
app.command()(fill)


@app.command()
def check(goals: GoalsOption = None, home: HomeOption = None) -> None:
    """Read and check every plan; where a catalogue is published, check the KPI ids against it.

    Exits with 0 when all is well, 2 with a list of what is not.

    Example: `kolada goals check --goals goals`
    """
    set_options(goals=goals, home=home)
    with one_message():
        settings = Settings()
        plans = read_plans(settings.goals, municipalities=municipality_names())
        for plan in plans:
            refuse_unjudged(plan)
        published = Home(settings.home).published
        if published.exists():
            with published_file(published) as connection:
                known = {kpi_id for (kpi_id,) in connection.execute("select kpi_id from core.kpi").fetchall()}
            for plan in plans:
                check_against_catalogue(plan, known)
        for plan in plans:
            typer.echo(
                f"{plan.plan_id}: {plan.tables['indicator'].height} indicators, {len(plan.kpi_ids)} KPIs, in order"
            )


@app.command()
def new(
    *,
    municipality: Annotated[str | None, typer.Option("--municipality", help="Four-digit code, such as 1480.")] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", help="A CSV with the columns title, kpi_id, unit, direction, target, year; see goals/README.md."
        ),
    ] = None,
    is_example: Annotated[
        bool, typer.Option("--example", help="A copy of the plan that comes with the software, to look at.")
    ] = False,
    plan_id: Annotated[str | None, typer.Option("--plan-id", help="The new folder's name.")] = None,
    title: Annotated[str | None, typer.Option("--title", help="The plan's title.")] = None,
    document: Annotated[
        Path | None, typer.Option("--document", help="The decided document as text, for its hash and length.")
    ] = None,
    goals: GoalsOption = None,
) -> None:
    """Write the folder of a new plan from a simple table of indicators, or of the example. Nothing is overwritten.

    Exits with 0 when the plan can be used as it is, 2 with a list of what to fill in.

    Example: `kolada goals new --municipality 1480 --from indicators.csv`
    """
    set_options(goals=goals)
    with one_message():
        known = municipality_names()
        if is_example:
            folder = copy_example(SHIPPED_GOALS, Settings().goals)
            typer.echo(f"Written: {folder}")
            typer.echo("Next: `kolada refresh`, or `kolada refresh --sample` to try it on made-up values.")
            return
        if municipality is None or source is None:
            raise typer.BadParameter("name a municipality and a table: --municipality 1480 --from indicators.csv")
        written = scaffold(
            municipality,
            source,
            Settings().goals,
            municipalities=known,
            plan_id=plan_id,
            title=title,
            document=document,
        )
        typer.echo(f"Written: {written.folder}, with {written.plan.tables['indicator'].height} indicators.")
        for remark in written.remarks:
            typer.echo(f"- {remark}")
        typer.echo(f"Next: `kolada goals check`, then `kolada refresh --plan {written.plan.plan_id}`.")


def municipality_names() -> dict[str, str]:
    """The public list: municipality code -> name."""
    return dict(public_municipalities().select("municipality_id", "municipality_name").rows())
