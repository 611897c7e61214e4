"""`kolada mirror`: all of Kolada."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, cast

import typer

from flows.cli.exits import HELD, one_message
from flows.cli.options import BaseUrlOption, GoalsOption, HomeOption, JsonOption, SampleOption, set_options
from flows.cli.run import directly, print_document, result_of
from flows.job import mirror_job
from flows.mirror_plan import plan_mirror
from flows.pipeline import RunResult
from flows.prefect_environment import prepare_for_prefect
from flows.settings import Settings
from goals import read_plans

if TYPE_CHECKING:
    from prefect.client.schemas.objects import State


def mirror(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would be read, in how many requests, and how long it takes.")
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
    """Read all of Kolada, and later what is due, what changed and a rolling share of the rest; publish.

    Every cell is read again within KOLADA_MIRROR_DAYS. A run that died is taken up again.

    Exits with 0 published (or planned), 3 held, 4 source does not answer, 2 bad input, 1 other.

    Example: `kolada mirror --dry-run`
    """
    set_options(home=home, base_url=base_url, goals=goals, wait=wait)
    with one_message():
        settings = Settings().for_sample() if sample else Settings()
        # Bad goals are told before Prefect starts, which takes its time.
        plans = read_plans(settings.goals)
        if dry_run:
            planned = plan_mirror(settings, today=datetime.now(UTC).date())
            typer.echo(json.dumps(planned.fields(), ensure_ascii=False) if as_json else planned.text())
            return
        if direct:
            result = directly(settings, mirror_job(plans, audit_days=settings.mirror_days, accept_loss=accept_loss))
        else:
            result = through_prefect(accept_loss=accept_loss, sample=sample)
        if as_json:
            print_document(result)
        else:
            typer.echo(result.message)
            typer.echo(result.figures)
    if result.state == "held":
        raise typer.Exit(HELD)


def through_prefect(*, accept_loss: str | None, sample: bool) -> RunResult:
    """Run the flow; Prefect starts a server of its own for it where none is configured."""
    prepare_for_prefect()
    # Prefect takes seconds to import; commands that do without it do not pay.
    from flows.mirror import mirror as mirror_flow  # noqa: PLC0415

    state = cast("State[RunResult]", mirror_flow(accept_loss=accept_loss, sample=sample, return_state=True))
    return result_of(state)
