"""The Prefect flow `mirror`: all of Kolada, kept up by the publication calendar and a rolling audit."""

from datetime import UTC, datetime
from typing import Annotated

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed
from pydantic import Field

from flows.flow_run import failed_state, run_as_flow
from flows.job import mirror_job
from flows.mirror_plan import plan_mirror
from flows.pipeline import RunResult
from flows.settings import Settings
from goals import PlanError, read_plans
from kolada_client import KoladaError
from warehouse.errors import WarehouseError


def run_name() -> str:
    """What the list of runs calls this one."""
    return "plan of a mirror" if flow_run.parameters.get("dry_run") else f"mirror {datetime.now(UTC):%Y-%m-%d}"


@flow(name="mirror", flow_run_name=run_name, persist_result=False, validate_parameters=True)
def mirror(
    *,
    dry_run: Annotated[
        bool, Field(description="Tell what would be read, in how many requests and how long, and read nothing.")
    ] = False,
    accept_loss: Annotated[
        str | None,
        Field(description="Publish though something is missing or a check objects, for this reason, which is kept."),
    ] = None,
    sample: Annotated[
        bool,
        Field(description="Use the built-in sample instead of the API, in a home of its own. Its values are made up."),
    ] = False,
) -> State[RunResult]:
    """Read all of Kolada the first time, later what is due or changed and a rolling share of the rest; publish."""
    settings = Settings().for_sample() if sample else Settings()
    if not dry_run:
        return run_as_flow(
            settings,
            lambda given: mirror_job(read_plans(given.goals), audit_days=given.mirror_days, accept_loss=accept_loss),
        )
    try:
        planned = plan_mirror(settings, today=datetime.now(UTC).date())
    except (KoladaError, PlanError, WarehouseError) as error:
        return failed_state(error)
    in_short = f"{planned.request_count} requests, about {planned.expected_seconds:.0f} seconds. Nothing was read."
    create_markdown_artifact(key="request-plan", markdown=f"```\n{planned.text()}\n```", description=in_short)
    return Completed(name="Planned", message=in_short)
