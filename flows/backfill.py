"""The Prefect flow `backfill`: reads given KPIs, units or years into the history."""

from typing import Annotated

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed
from pydantic import Field

from flows.flow_run import leaving_a_page, run_as_flow
from kolada_client.identifiers import FIRST_YEAR, KPI_PATTERN, LAST_YEAR, UNIT_PATTERN
from pipeline.backfill_estimate import RequestPlan, plan_job
from pipeline.jobs import Job, backfill_job
from pipeline.plans_to_judge import plans_to_judge
from pipeline.run_result import RunResult
from pipeline.settings import Settings

# Not `list | None`: then pydantic would report that no alternative of the union matches, not which item is wrong.
KpiId = Annotated[str, Field(pattern=KPI_PATTERN)]
UnitId = Annotated[str, Field(pattern=UNIT_PATTERN)]
Year = Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]


def run_name() -> str:
    """Return the name of the flow run: the first KPIs, the plan and the first years."""
    given = flow_run.parameters
    parts = [
        *given["kpis"][:3],
        *([given["plan"]] if given["plan"] else []),
        *[str(year) for year in given["years"][:3]],
    ]
    return " ".join(["plan of a backfill" if given["dry_run"] else "backfill", *parts])


@flow(name="backfill", flow_run_name=run_name, persist_result=False, validate_parameters=True)
@leaving_a_page
def backfill(
    *,
    plan: str | None = None,
    kpis: tuple[KpiId, ...] = (),
    municipalities: tuple[UnitId, ...] = (),
    years: tuple[Year, ...] = (),
    dry_run: bool = False,
    sample: bool = False,
) -> State[RunResult]:
    """Read given KPIs, units or years from Kolada, and publish; other cells do not change.

    Args:
        plan: A plan under KOLADA_GOALS. All its KPIs are read, in addition to `kpis`.
        kpis: KPI ids such as ["U00811"].
        municipalities: Municipalities, regions or groups by id, such as ["1489"]. Empty means all of them.
        years: Years such as [2015, 2016]. Empty means all of them.
        dry_run: Only show the requests and the expected time; read nothing.
        sample: Use the built-in sample instead of the API, in a separate home. Its values are made up.
    """
    settings = Settings.of(sample=sample)

    def job_for(given: Settings) -> Job:
        judged = plans_to_judge(given)
        return backfill_job(
            judged.plans,
            plan_id=plan,
            kpi_ids=kpis,
            unit_ids=municipalities,
            years=years,
            broken=judged.broken,
        )

    if not dry_run:
        return run_as_flow(settings, job_for)
    planned = plan_job(settings, job_for(settings))
    create_markdown_artifact(key="request-plan", markdown=f"```\n{planned.text()}\n```", description=in_short(planned))
    return Completed(name="Planned", message=in_short(planned))


def in_short(planned: RequestPlan) -> str:
    """Return the estimate of a backfill in one sentence."""
    return f"{planned.request_count} requests, about {planned.expected_seconds:.0f} seconds. Nothing was read."
