"""Flow runs that Prefect still lists as pending or running although nothing works at them.

A worker or a machine that dies leaves its run in the state RUNNING, and one whose process ends before it has told the
server anything stays PENDING while the worker lives. Both keep the pool's only place: nothing would run again. And a
server that was away for a week finds a week of missed nights to make up for, each of which would read the same.
`kolada serve` settles the first and the last whenever it starts a worker, and looks for runs without a process all the
time.
"""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

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

from flows.service_processes import send, with_variable

PAGE = 200
UNFINISHED = (StateType.PENDING, StateType.RUNNING, StateType.CANCELLING)
# Between the worker's word that a run is pending and its process; and between a process's end and the worker's word.
WITHOUT_PROCESS = timedelta(seconds=60)
# A process that has not come to its flow within this time does not come to it.
WITHOUT_START = timedelta(minutes=10)


def settle_left_behind(client: SyncPrefectClient, pool: str) -> Iterator[str]:
    """Give runs whose process is gone an end, so that the next one can start; yields a line for each."""
    for run in runs_in(client, pool, UNFINISHED):
        if not processes_of(run):
            yield end(client, run, "Its process is gone. The next run takes up what had landed.")


def settle_stuck(client: SyncPrefectClient, pool: str, *, now: datetime) -> Iterator[str]:
    """Give runs that keep the pool's place with nothing at work an end, while the worker lives; a line for each.

    Args:
        client: of the server.
        pool: the work pool.
        now: the present instant, aware.
    """
    for run in runs_in(client, pool, UNFINISHED):
        since = now - run.state.timestamp if run.state is not None else timedelta(0)
        processes = processes_of(run)
        if not processes and since >= WITHOUT_PROCESS:
            yield end(client, run, "Its process is gone. The next run takes up what had landed.")
        elif run.state_type == StateType.PENDING and since >= WITHOUT_START:
            send(signal.SIGKILL, processes)
            minutes = int(WITHOUT_START.total_seconds() / 60)
            yield end(client, run, f"It did not start within {minutes} minutes, and its process was ended.")


def drop_missed_nights(client: SyncPrefectClient, pool: str) -> Iterator[str]:
    """Of the runs that the schedule missed keep the last one of each deployment; yields a line for each other."""
    now = datetime.now(UTC)
    by_deployment: dict[object, list[FlowRun]] = {}
    for run in runs_in(client, pool, (StateType.SCHEDULED,)):
        if run.auto_scheduled and run.expected_start_time is not None and run.expected_start_time < now:
            by_deployment.setdefault(run.deployment_id, []).append(run)
    for runs in by_deployment.values():
        for run in runs[:-1]:
            client.set_flow_run_state(run.id, Cancelled(message="Missed; a later run reads the same."), force=True)
            yield f"Run `{run.name}` was missed and is not made up for: a later one reads the same"


def end(client: SyncPrefectClient, run: FlowRun, message: str) -> str:
    """Mark a run as crashed; a line about it."""
    client.set_flow_run_state(run.id, Crashed(message=message), force=True)
    return f"Run `{run.name}` was left behind in state {run.state_name}: marked as crashed. {message}"


def processes_of(run: FlowRun) -> list[int]:
    """The processes that work at a run."""
    return with_variable("PREFECT__FLOW_RUN_ID", str(run.id))


def runs_in(client: SyncPrefectClient, pool: str, states: tuple[StateType, ...]) -> list[FlowRun]:
    """Flow runs of a work pool in any of some states, the earliest first."""
    return client.read_flow_runs(
        work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[pool])),
        flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states)))),
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=PAGE,
    )
