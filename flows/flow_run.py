"""A job as a Prefect flow run: the common part of `refresh`, `backfill` and `mirror`.

The client retries requests and limits their rate; the lock on the home prevents a second writer. Prefect adds the
schedule, the monitoring and the notifications. The name of the final state is the outcome of the run:

    Published                  COMPLETED
    Published with warnings    COMPLETED   a check that does not block has findings, findings were approved, a broken
                                           plan is judged by its last good version, or the publication could not be
                                           shared
    Planned                    COMPLETED   a dry run: nothing was read or changed
    Held: incomplete           FAILED      a part could not be read; the published file is unchanged
    Held: check                FAILED      the data contradicts known data; the published file is unchanged
    Failed: source             FAILED      Kolada does not respond, or breaks its contract
    Failed: input              FAILED      an argument, a setting or a plan cannot be used
    Failed: home               FAILED      the home is locked, full or damaged
    Failed                     FAILED      a fault of this software
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import duckdb
import httpx
from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Completed, Failed
from pydantic import ValidationError

from flows.artifacts import ProgressArtifact, leave_artifacts, leave_failure
from flows.events import emit
from flows.json_logs import log_as_json
from flows.prefect_environment import be_quiet_at_exit
from goals import PlanError
from kolada_client import InvalidIdentifier, InvalidRequest, KoladaError
from pipeline.jobs import Job
from pipeline.run_facts import RunFacts, read_facts
from pipeline.run_job import run_job
from pipeline.run_result import RunResult
from pipeline.settings import Settings
from pipeline.trouble import about_files
from sharing import share_home
from warehouse.errors import WarehouseError

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

EXPECTED = (KoladaError, PlanError, WarehouseError, ValidationError, OSError, duckdb.Error)

be_quiet_at_exit()


class NotTold(RuntimeError):
    """A run has finished, but its page and events cannot be made."""


class FlowReporter:
    """A reporter that writes to the Prefect log and to a progress artifact."""

    def __init__(self) -> None:
        self._logger = get_run_logger()
        self._artifact = ProgressArtifact(self._logger)

    def stage(self, name: str, total: int | None = None) -> None:
        """Begin a stage."""
        self._logger.info("%s%s", name, "" if total is None else f": {total} requests")
        self._artifact.stage(name, total)

    def advance(self, steps: int = 1) -> None:
        """Update the artifact; single steps are not logged."""
        self._artifact.advance(steps)

    def say(self, message: str) -> None:
        """Log a message."""
        self._logger.info(message)

    def finish(self, description: str) -> None:
        """Set the progress to 100 after the publication."""
        self._artifact.finish(description)


def call_as_task(
    name: str, function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> Result:
    """Run a stage as a Prefect task with its name; return its result."""
    as_task = task(name=name, task_run_name=name, cache_policy=NO_CACHE, persist_result=False)
    return as_task(function)(*args, **kwargs)


def leaving_a_page(
    function: Callable[Parameters, State[RunResult]],
) -> Callable[Parameters, State[RunResult]]:
    """Return the function of a flow, wrapped so that an error creates a page as a finished run does.

    A known error becomes the state that names it; any other error is re-raised for Prefect.
    """

    @wraps(function)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> State[RunResult]:
        try:
            return function(*args, **kwargs)
        except EXPECTED as error:
            leave_failure_page(error)
            return failed_state(error)
        except Exception as error:
            leave_failure_page(error)
            raise

    return run


def run_as_flow(settings: Settings, make_job: Callable[[Settings], Job]) -> State[RunResult]:
    """Run a job inside a flow run, create its artifacts and events, and return its final state.

    Args:
        settings: name the source, the home and the limits.
        make_job: returns the job; it is called here, so that its messages are part of a JSON log.

    Raises:
        NotTold: the run has finished, but its page and events cannot be made.
    """
    if settings.log_json:
        log_as_json()
    reporter = FlowReporter()
    job = make_job(settings)
    result = run_job(settings, job, call=call_as_task, share=share_home, reporter=reporter, flow_run_id=flow_run.id)
    try:
        tell(result, settings, read_facts(result), kind=job.kind, reporter=reporter)
    except Exception as error:
        raise NotTold(
            f"The run ended as {result.state}: {result.message} But its changes could not be read, so it has no page "
            f"and no events: {message_of(error)} See `kolada status`."
        ) from error
    return flow_state(result)


def tell(result: RunResult, settings: Settings, facts: RunFacts, *, kind: str, reporter: FlowReporter) -> None:
    """Log the changes, create the artifacts and send the events; if Prefect does not accept them, log a warning."""
    logger = get_run_logger()
    logger.info(result.figures)
    logger.info("Pairs of KPI and unit: %s", ", ".join(f"{count} {kind}" for kind, count in result.coverage.items()))
    for warning in result.warnings:
        logger.warning("%s", warning)
    for change in facts.verdict_changes:
        logger.info(
            "Verdict changed: %s %s %s, %s to %s (%s)",
            change.plan_id,
            change.item_id,
            change.year,
            change.before,
            change.after,
            change.cause,
        )
    for edit in facts.plan_edits:
        logger.info(
            "Plan edited: %s %s %s %s, %s to %s",
            edit.plan_id,
            edit.file_name,
            edit.item_id,
            edit.column_name or edit.edit,
            edit.before,
            edit.after,
        )
    for retitled in facts.retitled_kpis:
        logger.warning("KPI retitled: %s, %s to %s", retitled.kpi_id, retitled.title_before, retitled.title)
    for kpi in facts.withdrawn_kpis:
        logger.warning("KPI withdrawn: %s %s", kpi.kpi_id, kpi.title)
    try:
        if result.state == "published":
            reporter.finish(result.message)
        leave_artifacts(result, settings, facts, kind=kind)
        emit(result, facts)
    except httpx.HTTPError as error:
        logger.warning("The artifacts or events of the run could not be sent to Prefect: %s", error)


def flow_state(result: RunResult) -> State[RunResult]:
    """Return the final state of a published or held run, with the name of its outcome."""
    if result.state == "held":
        name = "Held: incomplete" if result.is_incomplete else "Held: check"
        return Failed(name=name, message=result.message, data=result)
    if not result.warnings:
        return Completed(name="Published", message=f"{result.figures} {result.message}", data=result)
    told = "; ".join(warning for warning in result.warnings if warning not in result.message)
    return Completed(name="Published with warnings", message=f"{result.figures} {result.message} {told}", data=result)


def leave_failure_page(error: Exception) -> None:
    """Create the page of a failed run; if Prefect does not accept it, only log a warning."""
    try:
        leave_failure(flow_run.flow_name or "run", failure_name(error), message_of(error))
    except httpx.HTTPError as trouble:
        get_run_logger().warning("The page of the run could not be sent to Prefect: %s", trouble)


def failed_state(error: Exception) -> State[RunResult]:
    """Return the final state of a run that an error ended; it carries the error, for the exit code of the command."""
    return Failed(name=failure_name(error), message=message_of(error), data=error)


def message_of(error: Exception) -> str:
    """Return the message of an error."""
    if isinstance(error, OSError | duckdb.Error):
        return about_files(error)
    return str(error) if isinstance(error, EXPECTED) else f"{type(error).__name__}: {error}"


def failure_name(error: Exception) -> str:
    """Return the name of the state for an error."""
    match error:
        case InvalidIdentifier() | InvalidRequest() | PlanError() | ValidationError():
            return "Failed: input"
        case KoladaError():
            return "Failed: source"
        case WarehouseError() | OSError() | duckdb.Error():
            return "Failed: home"
        case _:
            return "Failed"
