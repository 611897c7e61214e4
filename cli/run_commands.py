"""`kolada refresh`, `backfill`, `mirror` and `doctor`: the commands that send requests to the API."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from os import environ
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, cast

import typer

from cli.consoles import ERRORS, plain_console, wide_console
from cli.exits import BAD_INPUT, HELD, OTHER, end_with, one_message
from cli.goal_table import print_goal_table
from cli.language import told
from cli.options import (
    BaseUrlOption,
    DirectOption,
    GoalsOption,
    HomeOption,
    JsonOption,
    PlanOption,
    SampleOption,
    WaitOption,
    set_options,
)
from cli.terminal_progress import Terminal
from flows.prefect_environment import (
    IMPATIENCE,
    PrefectLost,
    PrefectMisconfigured,
    PrefectUnusable,
    close_temporary_server,
    prepare_for_prefect,
)
from goals import Plan
from kolada_client import KoladaClient
from pipeline.jobs import Job, backfill_job, checked_ids, mirror_job, parse_years, refresh_job
from pipeline.plans_to_judge import PlansToJudge, plans_to_judge
from pipeline.progress import JsonReporter
from pipeline.run_job import run_job
from pipeline.run_result import RunResult
from pipeline.settings import Settings

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State


def refresh(
    plan: PlanOption = None,
    home: HomeOption = None,
    base_url: BaseUrlOption = None,
    goals: GoalsOption = None,
    wait: WaitOption = None,
    sample: SampleOption = False,
    direct: DirectOption = False,
    as_json: JsonOption = False,
) -> None:
    """Read every KPI of every plan from Kolada, judge the goals, publish the warehouse.

    Exit codes: 0 published; 1 another error; 2 bad input; 3 held; 4 the source does not respond.

    Example: `kolada refresh --sample`, then `kolada sql "from mart.maluppfyllelse"`.
    """
    set_options(home=home, base_url=base_url, goals=goals, plan=plan, wait=wait)
    with one_message():
        settings = Settings.of(sample=sample)
        # Before Prefect, which starts slowly, so that errors in plans are reported immediately.
        judged = plans_to_judge(settings)
        shown = plan_to_show(settings, judged)
        result = (
            directly(settings, refresh_job(judged.plans, broken=judged.broken))
            if direct
            else through_prefect("refresh", sample=sample)
        )
        if result.state == "published" and not as_json:
            print_goal_table(wide_console(), result.published, shown.plan_id)
            warn_of(result)
            typer.echo(f"\n{result.figures}\nThe DuckDB file: {result.published}\n{next_steps(settings, shown)}")
        else:
            show(result, as_json=as_json)
    exit_held(result)


def warn_of(result: RunResult) -> None:
    """Print a warning per broken plan, and one for a share that failed."""
    for broken in result.broken_plans:
        ERRORS.print(str(broken))
    if result.shared is not None and result.shared.is_failed:
        ERRORS.print(result.shared.message, markup=False)


def plan_to_show(settings: Settings, judged: PlansToJudge) -> Plan:
    """Return the plan whose table will be printed; exit if it does not exist, before anything is fetched."""
    by_id = {each.plan_id: each for each in judged.plans}
    shown = settings.plan_to_show(by_id)
    if shown not in by_id:
        known = ", ".join(f"`{plan_id}`" for plan_id in by_id)
        why = next(
            (str(broken) for broken in judged.broken if broken.plan_id == shown),
            f"There is no plan `{shown}` in `{settings.goals}`.",
        )
        ERRORS.print(
            f"{why} There is no table to show, so nothing was fetched. "
            f"The plans are {known}: `{settings.refresh_command} --plan {min(by_id)}`."
        )
        raise typer.Exit(BAD_INPUT)
    return by_id[shown]


def next_steps(settings: Settings, plan: Plan) -> str:
    """Return the next commands to try after a publication."""
    sample = " --sample" if settings.is_sample else ""
    steps = {
        f"kolada report{sample}": "the goal report as an HTML page",
        f"kolada explain{sample} {plan.tables['indicator']['indicator_id'][0]}": "everything about one figure",
        f'kolada sql{sample} "from mart.maluppfyllelse"': "any query in SQL",
    }
    width = max(map(len, steps))
    return "\n".join(["Next:", *(f"  {command:<{width}}  {what}" for command, what in steps.items())])


def backfill(
    *,
    kpi: Annotated[
        list[str] | None, typer.Option("--kpi", metavar="ID", help="A KPI such as N15436. May be repeated.")
    ] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(
            "--unit", metavar="ID", help="A municipality, region or group; by default all units. May be repeated."
        ),
    ] = None,
    years: Annotated[
        str | None,
        typer.Option("--years", metavar="A-B", help="2015, 2015-2018 or 2015,2018; by default all years."),
    ] = None,
    plan: Annotated[
        str | None,
        typer.Option("--plan", metavar="PLAN", help="All KPIs of this plan, in addition to those of --kpi."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the requests and the expected time.")] = False,
    home: HomeOption = None,
    base_url: BaseUrlOption = None,
    goals: GoalsOption = None,
    wait: WaitOption = None,
    sample: SampleOption = False,
    direct: DirectOption = False,
    as_json: JsonOption = False,
) -> None:
    """Read given KPIs, units or years from Kolada, in or outside the plans, and publish.

    The history of the requested cells is updated; other cells do not change. A run that died is resumed.

    Exit codes: 0 published (or planned); 1 another error; 2 bad input; 3 held; 4 the source does not respond.

    Example: `kolada backfill --kpi U00811 --years 2015-2016 --dry-run`
    """
    from pipeline.backfill_estimate import plan_job  # noqa: PLC0415 - refresh does not need it

    set_options(home=home, base_url=base_url, goals=goals, wait=wait)
    with one_message():
        settings = Settings.of(sample=sample)
        judged = plans_to_judge(settings)
        job = backfill_job(
            judged.plans,
            plan_id=plan,
            kpi_ids=checked_ids(kpi or ()),
            unit_ids=checked_ids(unit or ()),
            years=parse_years(years) if years is not None else (),
            broken=judged.broken,
        )
        # Before Prefect, which starts slowly, so that wrong ids are reported immediately.
        planned = plan_job(settings, job)
        if dry_run:
            typer.echo(json.dumps(planned.fields(), ensure_ascii=False) if as_json else planned.text())
            return
        result = (
            directly(settings, job)
            if direct
            else through_prefect(
                "backfill",
                kpis=job.kpi_ids,
                municipalities=job.unit_ids or (),
                years=job.years or (),
                sample=sample,
            )
        )
        show(result, as_json=as_json)
    exit_held(result)


def mirror(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show the number of KPIs and requests and the expected time.")
    ] = False,
    home: HomeOption = None,
    base_url: BaseUrlOption = None,
    goals: GoalsOption = None,
    wait: WaitOption = None,
    sample: SampleOption = False,
    direct: DirectOption = False,
    as_json: JsonOption = False,
) -> None:
    """Read all of Kolada, and publish.

    Later mirrors read KPIs that are due or have changed, and a rolling share of the others: every cell is read again
    within KOLADA_MIRROR_DAYS. A run that died is resumed.

    Exit codes: 0 published (or planned); 1 another error; 2 bad input; 3 held; 4 the source does not respond.

    Example: `kolada mirror --dry-run`
    """
    from pipeline.mirror_estimate import plan_mirror  # noqa: PLC0415 - refresh does not need it

    set_options(home=home, base_url=base_url, goals=goals, wait=wait)
    with one_message():
        settings = Settings.of(sample=sample)
        # Before Prefect, which starts slowly, so that errors in plans are reported immediately.
        judged = plans_to_judge(settings)
        if dry_run:
            planned = plan_mirror(settings, today=datetime.now(UTC).date())
            typer.echo(json.dumps(planned.fields(), ensure_ascii=False) if as_json else planned.text())
            return
        result = (
            directly(settings, mirror_job(judged.plans, audit_days=settings.mirror_days, broken=judged.broken))
            if direct
            else through_prefect("mirror", sample=sample)
        )
        show(result, as_json=as_json)
    exit_held(result)


def directly(settings: Settings, job: Job) -> RunResult:
    """Run the job in this process, with a progress bar or with a JSON log."""
    from sharing import share_home  # noqa: PLC0415 - a run through Prefect does not need it here

    if settings.log_json:
        return run_job(settings, job, share=share_home, reporter=JsonReporter())
    with Terminal(plain_console(stderr=True)) as terminal:
        return run_job(settings, job, share=share_home, reporter=terminal)


def through_prefect(name: str, **parameters: object) -> RunResult:
    """Run one of our flows; Prefect starts a temporary server for it if none is configured.

    Args:
        name: refresh, backfill or mirror.
        parameters: of the flow.

    Returns:
        The result of the flow.

    Raises:
        Exception: the error that ended the flow.
    """
    if not environ.get("PREFECT_API_URL"):
        ERRORS.print("Starting a temporary Prefect server: the first time up to a minute (without it: --direct)")
    for variable, value in IMPATIENCE.items():
        environ.setdefault(variable, value)
    with naming_direct():
        if prepare_for_prefect(Settings().home) is None:
            close_temporary_server()
    # Importing Prefect takes seconds; only commands that need it import it.
    from importlib import import_module  # noqa: PLC0415

    from flows.prefect_server import check_server, told_if_lost  # noqa: PLC0415

    flow = cast("Callable[..., State[RunResult]]", getattr(import_module(f"flows.{name}"), name))
    with naming_direct():
        check_server()
        with told_if_lost():
            state = flow(**parameters, return_state=True)
    result: object = state.result(raise_on_failure=False)
    if isinstance(result, BaseException):
        raise result
    if not isinstance(result, RunResult):
        raise TypeError(f"the flow ended in `{state.name}` without a result")
    return result


@contextmanager
def naming_direct() -> Iterator[None]:
    """Exit with one message if Prefect cannot be used; the message names the alternative, `--direct`."""
    try:
        yield
    except PrefectUnusable as error:
        message = f"{error} Or run without Prefect: the same command with `--direct`."
        if isinstance(error, PrefectLost) and not environ.get("KOLADA_TRACEBACK"):
            leave_at_once(message)
        end_with(error, told(message), BAD_INPUT if isinstance(error, PrefectMisconfigured) else OTHER)


def leave_at_once(message: str) -> NoReturn:
    """Print a message and end this process without its exit handlers: Prefect's would wait for the lost server."""
    ERRORS.print(told(message))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(OTHER)


def show(result: RunResult, *, as_json: bool) -> None:
    """Print the result of a run, as text or as one JSON document."""
    if as_json:
        typer.echo(json.dumps(asdict(result), default=str, ensure_ascii=False))
    elif result.state == "published":
        typer.echo(f"{result.message}\n{result.figures}")
        warn_of(result)
    else:
        ERRORS.print(result.message)
        warn_of(result)


def exit_held(result: RunResult) -> None:
    """Exit with the code HELD if the run was held."""
    if result.state == "held":
        raise typer.Exit(HELD)


def doctor(
    base_url: BaseUrlOption = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The report file; a .json file is written next to it.")
    ] = Path("kolada-doctor.md"),
) -> None:
    """Test unknown points of the API contract with about ten requests at a low rate, and write a report.

    Exit codes: 0 written; 4 the source does not respond.

    Example: `kolada doctor -o doctor.md`
    """
    from kolada_client.doctor import examine  # noqa: PLC0415 - only this command needs it

    set_options(base_url=base_url)
    with one_message():
        settings = Settings()
        with KoladaClient(settings.base_url, rate=min(settings.rate, 2.0), concurrency=1) as client:
            # Printed first, since it is most useful if the source does not respond.
            for line in client.way.lines():
                ERRORS.print(line)
            report = examine(client)
        output.write_text(report.to_markdown(), encoding="utf-8")
        output.with_suffix(".json").write_text(report.to_json(), encoding="utf-8")
    typer.echo(report.to_markdown())
    typer.echo(f"Written to {output} and {output.with_suffix('.json')}.")
