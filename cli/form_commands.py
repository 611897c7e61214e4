"""`kolada goals form` and `kolada goals fill`: entry of own figures, assessments and comments in Excel."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.exits import BAD_INPUT, end_with, one_message
from cli.language import form_error_told, said_told
from cli.options import GoalsOption, HomeOption, PlanOption, SampleOption, set_options
from goals import Plan, read_plan, required_folders
from goals.codes import PERIODS
from pipeline.figures_fill import fill_in, plan_of_form
from pipeline.figures_form import write_form
from pipeline.form_layout import FormPlan, Judged, read_judged
from pipeline.form_words import FormError, Said, said
from pipeline.settings import Settings
from warehouse.files import write_whole
from warehouse.home import Home
from warehouse.moment import SWEDEN
from warehouse.published_file import published_file

ENDING = ".xlsx"


def form(
    year: Annotated[int, typer.Option("--year", help="The year to fill in.")],
    period: Annotated[
        str, typer.Option("--period", help="T1, T2, Q1 to Q4 or 01 to 12; without it, the whole year.")
    ] = "",
    owner: Annotated[
        str | None, typer.Option("--owner", help="Only items that this nämnd or company is responsible for.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The workbook, or a folder; by default formulär-PLAN-YEAR.xlsx here."),
    ] = None,
    plan: PlanOption = None,
    goals: GoalsOption = None,
    home: HomeOption = None,
    sample: SampleOption = False,
) -> None:
    """Write a form in Excel, in Swedish, for what people enter: own figures, forecasts, assessments and comments.

    Each row shows the unit, the target, last year's figure and what is allowed. Read it with `kolada goals fill`.
    A form with entries that are not read yet is never replaced.

    Exit codes: 0 written; 2 no such plan, year, period or owner, or a file that would be lost.

    Example: `kolada goals form --year 2023 --period T1`
    """
    set_options(plan=plan, goals=goals, home=home)
    with one_answer():
        settings = Settings.of(sample=sample)
        shown = settings.plan_to_show([folder.name for folder in required_folders(settings.goals)])
        asked = FormPlan(read_plan(settings.goals / shown), year, period.upper())
        owner = checked_owner(asked, owner)
        path = place_of_form(asked, output)
        refuse_to_lose(path, asked.plan)
        published = Home(settings.home).published
        judged = Judged()
        if published.exists():
            with published_file(published) as connection:
                judged = read_judged(connection, asked.plan.plan_id, year)
        write_whole(path, write_form(asked, judged, owner=owner), aside=path.parent)
    say_it(said("{}: fill in the yellow cells, save, and run `kolada goals fill {}`.", path, path))


def checked_owner(asked: FormPlan, owner: str | None) -> str | None:
    """Return the owner as written in the plan, after a check of year and period.

    Raises:
        FormError: the plan does not have the year or the owner, or there is no such period.
    """
    asked.refuse_other_years()
    if asked.period and asked.period not in PERIODS:
        problem = (
            "`{}` is not a part of a year. Nothing was written. "
            "Write T1, T2, Q1 to Q4 or 01 to 12, or leave out `--period` for the whole year."
        )
        raise FormError(said(problem, asked.period))
    if owner is None:
        return None
    there = asked.owners()
    found = [each for each in there if each.casefold() == owner.strip().casefold()]
    if not found:
        known = ", ".join(f"`{each}`" for each in there) or said("`owner` is empty in goals.csv and indicators.csv")
        problem = "`{}` is not an owner in the plan `{}`. Nothing was written. The owners: {}."
        raise FormError(said(problem, owner, asked.plan.plan_id, known))
    return found[0]


def place_of_form(asked: FormPlan, output: Path | None) -> Path:
    """Return the file to write: the named one, or the usual name in the named folder.

    Raises:
        FormError: the name has the ending of another format.
    """
    usual = "-".join(filter(None, ("formulär", asked.plan.plan_id, str(asked.year), asked.period))) + ENDING
    if output is None:
        return Path(usual)
    if output.is_dir() or not output.suffix:
        return output / usual
    if output.suffix.lower() != ENDING:
        problem = "`{}` ends in `{}`, and a form is written as `{}`. Nothing was written. Name a file such as `{}`."
        raise FormError(said(problem, output, output.suffix, ENDING, output.with_suffix(ENDING)))
    return output


def refuse_to_lose(path: Path, plan: Plan) -> None:
    """Refuse to replace a file, unless it is a form of the plan without entries that the plan does not have.

    Raises:
        FormError: the file would be lost.
    """
    if not path.exists():
        return
    try:
        filled = fill_in(path, plan, today=today())
        is_read = not filled.told and not filled.unread
    except FormError:
        is_read = False
    if not is_read:
        problem = (
            "`{}` is there already, with contents that the plan does not have. Nothing was written, and nothing is "
            "replaced. Read it with `kolada goals fill {}`, or name another file with `--output`."
        )
        raise FormError(said(problem, path, path))


def fill(
    workbook: Annotated[Path, typer.Argument(metavar="FILE", help="The filled-in form.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what changes, and write nothing.")] = False,
    goals: GoalsOption = None,
) -> None:
    """Read a filled-in form: each cell is checked, the changes are shown, and the plan's CSV files are written.

    Exit codes: 0 when the form is read or nothing changes; 2 with a list of cells to correct.

    Example: `kolada goals fill formulär-alingsas-2022-2024-2023.xlsx --dry-run`
    """
    set_options(goals=goals)
    with one_answer():
        settings = Settings()
        plan_id = plan_of_form(workbook)
        folder = settings.goals / plan_id
        if not folder.is_dir():
            problem = (
                "`{}` is a form for the plan `{}`, which is not in `{}`. Nothing was changed. "
                "Name the folder that has it: `kolada goals fill {} --goals FOLDER`."
            )
            raise FormError(said(problem, workbook, plan_id, settings.goals, workbook))
        plan = read_plan(folder)
        filled = fill_in(workbook, plan, today=today())
        for line in (*filled.told, *filled.unread):
            say_it(line)
        if not filled.files:
            say_it(said("Nothing changes: the form says the same as the plan's files."))
            return
        names = ", ".join(sorted(filled.files))
        if dry_run:
            say_it(said("Nothing was written. Without --dry-run, these files change: {}.", names))
            return
        for name, content in sorted(filled.files.items()):
            write_whole(folder / name, content, aside=settings.goals)
    told = "Written in {}: {}. See the difference with `git diff`; it takes effect at the next `kolada refresh`."
    say_it(said(told, folder, names))


@contextmanager
def one_answer() -> Iterator[None]:
    """Turn a known error into one message in the chosen language, and an exit code."""
    with one_message():
        try:
            yield
        except FormError as error:
            end_with(error, form_error_told(error), BAD_INPUT)


def say_it(message: Said) -> None:
    """Print a message about a form in the chosen language."""
    typer.echo(said_told(message))


def today() -> date:
    """Return the date in Sweden."""
    return datetime.now(SWEDEN).date()
