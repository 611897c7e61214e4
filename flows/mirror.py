"""The Prefect flow `mirror`: reads all of Kolada, by the publication calendar and a rolling audit."""

from datetime import UTC, datetime

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed

from flows.flow_run import leaving_a_page, run_as_flow
from pipeline.jobs import Job, mirror_job
from pipeline.mirror_estimate import plan_mirror
from pipeline.plans_to_judge import plans_to_judge
from pipeline.run_result import RunResult
from pipeline.settings import Settings


def run_name() -> str:
    """Return the name of the flow run: the day."""
    return "plan of a mirror" if flow_run.parameters.get("dry_run") else f"mirror {datetime.now(UTC):%Y-%m-%d}"


@flow(name="mirror", flow_run_name=run_name, persist_result=False, validate_parameters=True)
@leaving_a_page
def mirror(*, dry_run: bool = False, sample: bool = False) -> State[RunResult]:
    """Read all of Kolada the first time, later the KPIs that are due or changed and a share of the others; publish.

    Args:
        dry_run: Only show the number of KPIs and requests and the expected time; read nothing.
        sample: Use the built-in sample instead of the API, in a separate home. Its values are made up.
    """

    def job(given: Settings) -> Job:
        judged = plans_to_judge(given)
        return mirror_job(judged.plans, audit_days=given.mirror_days, broken=judged.broken)

    settings = Settings.of(sample=sample)
    if not dry_run:
        return run_as_flow(settings, job)
    planned = plan_mirror(settings, today=datetime.now(UTC).date())
    in_short = f"{planned.request_count} requests, about {planned.expected_seconds:.0f} seconds. Nothing was read."
    create_markdown_artifact(key="request-plan", markdown=f"```\n{planned.text()}\n```", description=in_short)
    return Completed(name="Planned", message=in_short)
