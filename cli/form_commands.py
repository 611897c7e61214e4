"""`kolada goals form` and `kolada goals fill`: own figures, assessments and comments through Excel."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.exits import one_message
from cli.options import GoalsOption, HomeOption, PlanOption, SampleOption, set_options
from goals import Plan, read_plan
from pipeline.figures_fill import FormError, fill_in, plan_of_form
from pipeline.figures_form import read_judged, write_form
from pipeline.settings import Settings
from warehouse.files import write_whole
from warehouse.home import Home
from warehouse.moment import SWEDEN
from warehouse.published_file import published_file


def form(
    year: Annotated[int, typer.Option("--year", help="Året som ska fyllas i.")],
    period: Annotated[
        str, typer.Option("--period", help="T1, T2, Q1 till Q4 eller 01 till 12; utan period gäller hela året.")
    ] = "",
    owner: Annotated[
        str | None, typer.Option("--owner", help="Bara det som den här nämnden eller bolaget ansvarar för.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Arbetsboken; annars formulär-PLAN-ÅR.xlsx i denna mapp.")
    ] = None,
    plan: PlanOption = None,
    goals: GoalsOption = None,
    home: HomeOption = None,
    sample: SampleOption = False,
) -> None:
    """Skriv ett formulär i Excel med det som ska fyllas i: egna tal, prognoser, bedömningar och kommentarer.

    Varje cell visar enhet, mål, förra årets tal och vad som är tillåtet. Läs in det med `kolada goals fill`.

    Exempel: `kolada goals form --year 2023 --period T1`
    """
    set_options(plan=plan, goals=goals, home=home)
    with one_message(FormError):
        settings = Settings.of(sample=sample)
        chosen = read_plan(settings.goals / settings.plan)
        check_year(chosen, year)
        published = Home(settings.home).published
        if published.exists():
            with published_file(published) as connection:
                judged = read_judged(connection, chosen.plan_id, year)
        else:
            judged = read_judged(None, chosen.plan_id, year)
        path = output or Path(f"formulär-{chosen.plan_id}-{year}{f'-{period}' if period else ''}.xlsx")
        write_whole(path, write_form(chosen, judged, year=year, period=period, owner=owner), aside=path.parent)
    typer.echo(f"{path}: fyll i de gula cellerna, spara, och kör `kolada goals fill {path}`.")


def check_year(plan: Plan, year: int) -> None:
    """Refuse a year that the plan does not follow."""
    row = plan.tables["plan"].row(0, named=True)
    first, last = row["first_year"], row["last_year"]
    if not first <= year <= last:
        raise FormError(
            f"Planen `{plan.plan_id}` följer åren {first} till {last}, inte `{year}`. Inget har skrivits. "
            f"Välj ett av dem: `kolada goals form --year {last}`."
        )


def fill(
    workbook: Annotated[Path, typer.Argument(metavar="FIL", help="Det ifyllda formuläret.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Visa vad som ändras, och skriv inget.")] = False,
    goals: GoalsOption = None,
) -> None:
    """Läs in ett ifyllt formulär: varje cell prövas, ändringarna visas, och planens CSV-filer skrivs.

    Slutar med 0 när formuläret är inläst eller inget är ändrat, 2 med en lista på celler att rätta.

    Exempel: `kolada goals fill formulär-alingsas-2022-2024-2023.xlsx --dry-run`
    """
    set_options(goals=goals)
    with one_message(FormError):
        settings = Settings()
        folder = settings.goals / plan_of_form(workbook)
        plan = read_plan(folder)
        filled = fill_in(workbook, plan, today=datetime.now(SWEDEN).date())
        for line in filled.told:
            typer.echo(line)
        if not filled.files:
            typer.echo("Inget är ändrat: formuläret säger detsamma som planens filer.")
            return
        if dry_run:
            typer.echo(f"Inget är skrivet. Utan --dry-run ändras: {', '.join(sorted(filled.files))}.")
            return
        for name, content in sorted(filled.files.items()):
            write_whole(folder / name, content, aside=settings.goals)
    typer.echo(
        f"Skrivet i {folder}: {', '.join(sorted(filled.files))}. Se skillnaden med `git diff`; "
        "den gäller efter nästa `kolada refresh`."
    )
