"""`kolada goals form` and `kolada goals fill`: entry of own figures, assessments and comments in Excel."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.exits import one_message
from cli.options import GoalsOption, HomeOption, PlanOption, SampleOption, set_options
from goals import read_plan
from goals.codes import PERIODS
from goals.plan_columns import SETTINGS_FILE
from pipeline.figures_fill import fill_in, plan_of_form
from pipeline.figures_form import write_form
from pipeline.form_layout import FormPlan, Judged, read_judged
from pipeline.form_reader import FormError
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
        shown = settings.plan_to_show([file.parent.name for file in settings.goals.glob(f"*/{SETTINGS_FILE}")])
        chosen = read_plan(settings.goals / shown)
        asked = FormPlan(chosen, year, period.upper())
        check_asked(asked, owner)
        published = Home(settings.home).published
        judged = Judged()
        if published.exists():
            with published_file(published) as connection:
                judged = read_judged(connection, chosen.plan_id, year)
        path = output or Path("-".join(filter(None, ("formulär", chosen.plan_id, str(year), asked.period))) + ".xlsx")
        write_whole(path, write_form(asked, judged, owner=owner), aside=path.parent)
    typer.echo(f"{path}: fyll i de gula cellerna, spara, och kör `kolada goals fill {path}`.")


def check_asked(asked: FormPlan, owner: str | None) -> None:
    """Raise if the plan does not have the year or the owner, or if the period does not exist.

    Raises:
        FormError: the message names the wrong value and the possible ones.
    """
    row = asked.plan.tables["plan"].row(0, named=True)
    first, last = row["first_year"], row["last_year"]
    if not first <= asked.year <= last:
        raise FormError(
            f"Planen `{asked.plan.plan_id}` följer åren {first} till {last}, inte `{asked.year}`. Inget har skrivits. "
            f"Välj ett av dem: `kolada goals form --year {last}`."
        )
    if asked.period and asked.period not in PERIODS:
        raise FormError(
            f"`{asked.period}` är ingen del av ett år. Inget har skrivits. "
            "Skriv T1, T2, Q1 till Q4 eller 01 till 12, eller utelämna `--period` för hela året."
        )
    if owner is not None and owner not in asked.owners():
        there = ", ".join(f"`{each}`" for each in asked.owners()) or "ingen"
        raise FormError(
            f"Ingen `{owner}` ansvarar för något i planen `{asked.plan.plan_id}`. Inget har skrivits. "
            f"Ansvariga i planen: {there}."
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
