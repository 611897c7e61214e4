"""Flow runs that Prefect believes in and that are no more.

A worker or a machine that dies leaves its run in the state RUNNING, and the run keeps the pool's only place: nothing
would run again. And a server that was away for a week finds a week of missed nights to make up for, each of which
would read the same. `kolada serve` settles both whenever it starts a worker.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Cancelled, Crashed

from flows.service_processes import with_variable

PAGE = 200


def settle_left_behind(client: SyncPrefectClient, pool: str) -> Iterator[str]:
    """Give runs whose process is gone an end, so that the next one can start; yields a line for each."""
    states = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
    for run in runs_in(client, pool, FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=states)))):
        if with_variable("PREFECT__FLOW_RUN_ID", str(run.id)):
            continue
        message = "Its process is gone. The next run takes up what had landed."
        client.set_flow_run_state(run.id, Crashed(message=message), force=True)
        yield f"Run `{run.name}` was left behind in state {run.state_name}: marked as crashed"


def drop_missed_nights(client: SyncPrefectClient, pool: str) -> Iterator[str]:
    """Of the runs that the schedule missed keep the last one of each deployment; yields a line for each other."""
    states = [StateType.SCHEDULED]
    scheduled = runs_in(client, pool, FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=states))))
    now = datetime.now(UTC)
    by_deployment: dict[object, list[FlowRun]] = {}
    for run in scheduled:
        if run.auto_scheduled and run.expected_start_time is not None and run.expected_start_time < now:
            by_deployment.setdefault(run.deployment_id, []).append(run)
    for runs in by_deployment.values():
        for run in runs[:-1]:
            client.set_flow_run_state(run.id, Cancelled(message="Missed; a later run reads the same."), force=True)
            yield f"Run `{run.name}` was missed and is not made up for: a later one reads the same"


def runs_in(client: SyncPrefectClient, pool: str, runs: FlowRunFilter) -> list[FlowRun]:
    """Flow runs of a work pool, the earliest first."""
    return client.read_flow_runs(
        work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[pool])),
        flow_run_filter=runs,
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=PAGE,
    )
