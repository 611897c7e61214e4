"""The Prefect flow `refresh`: a thin wrapper around `run_job`, with a task per stage."""

from datetime import datetime
from zoneinfo import ZoneInfo

from prefect import flow
from prefect.client.schemas.objects import State

from flows.flow_run import leaving_a_page, run_as_flow
from pipeline.jobs import Job, refresh_job
from pipeline.plans_to_judge import plans_to_judge
from pipeline.run_result import RunResult
from pipeline.settings import Settings

SWEDEN = ZoneInfo("Europe/Stockholm")


def run_name() -> str:
    """Return the name of the flow run: the time in Sweden."""
    return f"refresh {datetime.now(SWEDEN):%Y-%m-%d %H:%M}"


@flow(name="refresh", flow_run_name=run_name, persist_result=False, validate_parameters=True)
@leaving_a_page
def refresh(*, sample: bool = False) -> State[RunResult]:
    """Read every KPI of every plan from Kolada, judge the goals and publish the warehouse.

    Args:
        sample: Use the built-in sample instead of the API, in a separate home. Its values are made up.
    """

    def job(settings: Settings) -> Job:
        judged = plans_to_judge(settings)
        return refresh_job(judged.plans, broken=judged.broken)

    return run_as_flow(Settings.of(sample=sample), job)
