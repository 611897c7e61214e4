"""`kolada backfill`: KPIs, units or years outside the plans, or a forced re-read."""

import json
from typing import TYPE_CHECKING, Annotated, cast

import typer

from flows.cli.exits import HELD, one_message
from flows.cli.options import BaseUrlOption, GoalsOption, HomeOption, JsonOption, SampleOption, set_options
from flows.cli.run import directly, print_document, result_of
from flows.job import Job
from flows.pipeline import RunResult
from flows.prefect_environment import prepare_for_prefect
from flows.request_plan import plan_job
from flows.settings import Settings
from flows.wanted import backfill_job, checked_ids, parse_years
from goals import read_plans

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State


def backfill(
    *,
    kpi: Annotated[
        list[str] | None, typer.Option("--kpi", metavar="ID", help="A KPI such as N15436. May be repeated.")
    ] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option("--unit", metavar="ID", help="A municipality, region or group. May be repeated. All if none."),
    ] = None,
    years: Annotated[
        str | None, typer.Option("--years", metavar="A-B", help="2015, 2015-2018 or 2015,2018. All years if not given.")
    ] = None,
    plan: Annotated[
        str | None, typer.Option("--plan", metavar="PLAN", help="All KPIs of this plan, beside those named.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell which requests would be sent and how long they take.")
    ] = False,
    accept_loss: Annotated[
        str | None,
        typer.Option(
            "--accept-loss",
            metavar="REASON",
            help="Publish though something is missing or a check objects. The reason is kept.",
        ),
    ] = None,
    home: HomeOption = None,
    base_url: BaseUrlOption = None,
    goals: GoalsOption = None,
    wait: Annotated[
        float | None,
        typer.Option("--wait", help="Seconds to wait for another run that is writing. [KOLADA_WAIT]"),
    ] = None,
    sample: SampleOption = False,
    direct: Annotated[bool, typer.Option("--direct", help="Without Prefect: the same work, the same result.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Read KPIs, units or years from Kolada, outside the plans or once more, and publish.

    What is read joins the history; what is not read is not touched. A run that died is taken up again.

    Exits with 0 published (or planned), 3 held, 4 source does not answer, 2 bad input, 1 other.

    Example: `kolada backfill --kpi U00811 --years 2015-2016 --dry-run`
    """
    set_options(home=home, base_url=base_url, goals=goals, wait=wait)
    with one_message():
        settings = Settings().for_sample() if sample else Settings()
        job = backfill_job(
            read_plans(settings.goals),
            plan_id=plan,
            kpi_ids=checked_ids(kpi or ()),
            unit_ids=checked_ids(unit or ()),
            years=parse_years(years) if years is not None else (),
            accept_loss=accept_loss,
        )
        # Wrong ids are told before Prefect starts, which takes its time.
        planned = plan_job(settings, job)
        if dry_run:
            typer.echo(json.dumps(planned.fields(), ensure_ascii=False) if as_json else planned.text())
            return
        result = directly(settings, job) if direct else through_prefect(job, sample=sample)
        if as_json:
            print_document(result)
        else:
            typer.echo(result.message)
            typer.echo(result.figures)
    if result.state == "held":
        raise typer.Exit(HELD)


def through_prefect(job: Job, *, sample: bool) -> RunResult:
    """Run the flow; Prefect starts a server of its own for it where none is configured."""
    prepare_for_prefect()
    # Prefect takes seconds to import; commands that do without it do not pay.
    from flows.backfill import backfill as backfill_flow  # noqa: PLC0415

    state = cast(
        "State[RunResult]",
        backfill_flow(
            kpis=job.kpi_ids,
            municipalities=job.unit_ids or (),
            years=job.years or (),
            accept_loss=job.accept_loss,
            sample=sample,
            return_state=True,
        ),
    )
    return result_of(state)
