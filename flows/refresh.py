"""The Prefect flow `refresh`: a thin wrapper around `run_job`, with a task per stage.

Retries and the rate limit are the client's; the lock on the home is the guard against a second writer. Prefect adds
what it is good at: a schedule, a place to look, an alarm.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from flows.artifacts import leave_artifact
from flows.job import refresh_job
from flows.pipeline import RunResult, run_job
from flows.settings import Settings
from goals import read_plans

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class FlowLog:
    """A run's progress as lines in the Prefect log."""

    def __init__(self) -> None:
        self._logger = get_run_logger()

    def stage(self, name: str, total: int | None = None) -> None:
        """A stage begins."""
        self._logger.info("%s%s", name, "" if total is None else f": {total} requests")

    def advance(self, steps: int = 1) -> None:
        """Single steps are not logged."""

    def say(self, message: str) -> None:
        """One fact."""
        self._logger.info(message)


def call_as_task(
    name: str, function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> Result:
    """Run a stage as a Prefect task of its name."""
    as_task = task(name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False)
    return as_task(function)(*args, **kwargs)


@flow(name="refresh", flow_run_name="refresh", persist_result=False, validate_parameters=True)
def refresh(*, sample: bool = False, accept_loss: str | None = None) -> State[RunResult]:
    """Read every plan's KPIs whole from Kolada, judge the goals and publish the warehouse.

    Args:
        sample: use the built-in sample instead of the API, in a home of its own; its values are made up.
        accept_loss: publish though something is missing or a check objects, for this reason, which is kept.
    """
    settings = Settings().for_sample() if sample else Settings()
    result = run_job(
        settings,
        refresh_job(read_plans(settings.goals), accept_loss=accept_loss),
        call=call_as_task,
        reporter=FlowLog(),
        flow_run_id=flow_run.id,
    )
    leave_artifact(result, settings)
    return flow_state(result)


def flow_state(result: RunResult) -> State[RunResult]:
    """The state that lets the run list tell the story."""
    if result.state == "held":
        return Failed(name="Held", message=result.message, data=result)
    has_warnings = any(check.offending_count for check in result.checks)
    return Completed(
        name="Published with warnings" if has_warnings else "Published", message=result.message, data=result
    )
