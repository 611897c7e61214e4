"""`kolada goals check` and `kolada goals new`: plans as data."""

import typer

from flows.cli.exits import one_message
from flows.cli.options import GoalsOption, HomeOption, set_options
from flows.settings import Settings
from goals import check_against_catalogue, read_plans
from warehouse.home import Home
from warehouse.reading import published_file

app = typer.Typer(help="The plans: what a council decided, as data.", no_args_is_help=True)


@app.command()
def check(goals: GoalsOption = None, home: HomeOption = None) -> None:
    """Read and check every plan; where a catalogue is published, check the KPI ids against it.

    Exits with 0 when all is well, 2 with a list of what is not.

    Example: `kolada goals check --goals goals`
    """
    set_options(goals=goals, home=home)
    with one_message():
        settings = Settings()
        plans = read_plans(settings.goals)
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
