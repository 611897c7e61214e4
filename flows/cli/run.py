"""`kolada refresh` and `kolada doctor`: the commands that talk to the API."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer
from rich.console import Console

from flows.cli.exits import BAD_INPUT, ERRORS, HELD, one_message
from flows.cli.goal_table import print_goal_table, wide_console
from flows.cli.options import (
    BaseUrlOption,
    GoalsOption,
    HomeOption,
    JsonOption,
    PlanOption,
    SampleOption,
    set_options,
)
from flows.job import Job, refresh_job
from flows.logs import JsonReporter
from flows.pipeline import RunResult, run_job
from flows.prefect_environment import prepare_for_prefect
from flows.progress import Terminal
from flows.settings import Settings
from goals import read_plans
from kolada_client import KoladaClient

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State


def refresh(
    plan: PlanOption = None,
    home: HomeOption = None,
    base_url: BaseUrlOption = None,
    goals: GoalsOption = None,
    wait: Annotated[
        float | None,
        typer.Option("--wait", help="Seconds to wait for another run that is writing. [KOLADA_WAIT]"),
    ] = None,
    accept_loss: Annotated[
        str | None,
        typer.Option(
            "--accept-loss",
            metavar="REASON",
            help="Publish though something is missing or a check objects. The reason is kept.",
        ),
    ] = None,
    sample: SampleOption = False,
    direct: Annotated[bool, typer.Option("--direct", help="Without Prefect: the same work, the same result.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Read all plans' KPIs whole from Kolada, judge the goals, publish the warehouse.

    Exits with 0 published, 3 held, 4 source does not answer, 2 bad input, 1 other.

    Example: `kolada refresh --sample`, then `kolada sql "from mart.maluppfyllelse"`.
    """
    set_options(home=home, base_url=base_url, goals=goals, plan=plan, wait=wait)
    with one_message():
        settings = Settings().for_sample() if sample else Settings()
        # Bad goals are told before Prefect starts, which takes its time.
        plans = read_plans(settings.goals)
        if settings.plan not in {each.plan_id for each in plans}:
            known = ", ".join(f"`{each.plan_id}`" for each in plans)
            ERRORS.print(
                f"There is no plan `{settings.plan}` in `{settings.goals}`, so there is no table to show. "
                f"Nothing was fetched. The plans there are {known}: `kolada refresh --plan {plans[0].plan_id}`."
            )
            raise typer.Exit(BAD_INPUT)
        if direct:
            result = directly(settings, refresh_job(plans, accept_loss=accept_loss))
        else:
            result = through_prefect(sample=sample, accept_loss=accept_loss)
        show(result, settings, as_json=as_json)
    if result.state == "held":
        raise typer.Exit(HELD)


def directly(settings: Settings, job: Job) -> RunResult:
    """Run the work in this process, with a progress bar, or with a log in JSON."""
    if settings.log_json:
        return run_job(settings, job, reporter=JsonReporter())
    with Terminal(Console(stderr=True)) as terminal:
        return run_job(settings, job, reporter=terminal)


def through_prefect(*, sample: bool, accept_loss: str | None) -> RunResult:
    """Run the flow; Prefect starts a server of its own for it where none is configured."""
    prepare_for_prefect()
    # Prefect takes seconds to import; commands that do without it do not pay.
    from flows.refresh import refresh as refresh_flow  # noqa: PLC0415

    state = refresh_flow(sample=sample, accept_loss=accept_loss, return_state=True)
    return result_of(cast("State[RunResult]", state))


def result_of(state: "State[RunResult]") -> RunResult:
    """How a flow run ended.

    Raises:
        Exception: the error that ended it.
    """
    result: object = state.result(raise_on_failure=False)
    if isinstance(result, BaseException):
        raise result
    if not isinstance(result, RunResult):
        raise TypeError(f"the flow ended in `{state.name}` without a result")
    return result


def show(result: RunResult, settings: Settings, *, as_json: bool) -> None:
    """Print how a run ended and, when it published, the goal table."""
    if as_json:
        print_document(result)
        return
    if result.state == "published":
        print_goal_table(wide_console(), result.published, settings.plan)
        typer.echo(f"\n{result.figures}\nThe DuckDB file: {result.published}")
    else:
        ERRORS.print(result.message)


def print_document(result: RunResult) -> None:
    """Print a run as one JSON document."""
    typer.echo(json.dumps(asdict(result), default=str, ensure_ascii=False))


def doctor(
    base_url: BaseUrlOption = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where the report goes; .json beside it for machines.")
    ] = Path("kolada-doctor.md"),
) -> None:
    """Settle the API contract's unknown points with about ten polite requests, and write a report.

    Exits with 0 when the report is written, 4 when the source does not answer.

    Example: `kolada doctor -o doctor.md`
    """
    from kolada_client.doctor import examine  # noqa: PLC0415 - only this command needs it

    set_options(base_url=base_url)
    with one_message():
        settings = Settings()
        with KoladaClient(settings.base_url, rate=min(settings.rate, 2.0), concurrency=1) as client:
            report = examine(client)
    output.write_text(report.to_markdown(), encoding="utf-8")
    output.with_suffix(".json").write_text(report.to_json(), encoding="utf-8")
    typer.echo(report.to_markdown())
    typer.echo(f"Written to {output} and {output.with_suffix('.json')}.")
