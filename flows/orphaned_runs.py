"""Flow runs that Prefect still lists as pending or running although their process is gone.

A run stays RUNNING if its worker or machine dies, and PENDING if its process ends before it has reported to the server.
Both occupy the only place of the pool, so that no other run would start. In addition, a server that was down for a week
finds a week of missed runs, which would all read the same.

`kolada serve` ends the first kind and cancels missed runs whenever it starts a worker, and it looks for runs without a
process at short intervals.
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
# A run may be without a process this long: after the worker has reported it as pending, and after its process ended.
WITHOUT_PROCESS = timedelta(seconds=60)
# A process that has not started its flow within this time is ended.
WITHOUT_START = timedelta(minutes=10)


def settle_left_behind(client: SyncPrefectClient, pool: str) -> Iterator[str]:
    """Mark runs whose process is gone as crashed, so that the next one can start; yield a line for each."""
    for run in runs_in(client, pool, UNFINISHED):
        if not processes_of(run):
            yield end(client, run, "Its process is gone. The next run resumes it.")


def settle_stuck(client: SyncPrefectClient, pool: str, *, now: datetime) -> Iterator[str]:
    """Mark stuck runs as crashed while the worker is alive; yield a line for each.

    Args:
        client: of the server.
        pool: the work pool.
        now: the present instant, with a time zone.
    """
    for run in runs_in(client, pool, UNFINISHED):
        since = now - run.state.timestamp if run.state is not None else timedelta(0)
        processes = processes_of(run)
        if not processes and since >= WITHOUT_PROCESS:
            yield end(client, run, "Its process is gone. The next run resumes it.")
        elif run.state_type == StateType.PENDING and since >= WITHOUT_START:
            send(signal.SIGKILL, processes)
            minutes = int(WITHOUT_START.total_seconds() / 60)
            yield end(client, run, f"It did not start within {minutes} minutes, and its process was ended.")


def drop_missed_nights(client: SyncPrefectClient, pool: str) -> Iterator[str]:
    """Cancel the missed runs of each deployment except the last one; yield a line for each cancelled run."""
    now = datetime.now(UTC)
    by_deployment: dict[object, list[FlowRun]] = {}
    for run in runs_in(client, pool, (StateType.SCHEDULED,)):
        if run.auto_scheduled and run.expected_start_time is not None and run.expected_start_time < now:
            by_deployment.setdefault(run.deployment_id, []).append(run)
    for runs in by_deployment.values():
        for run in runs[:-1]:
            client.set_flow_run_state(run.id, Cancelled(message="Missed; a later run reads the same."), force=True)
            yield f"Run `{run.name}` was missed and is cancelled: a later run reads the same"


def end(client: SyncPrefectClient, run: FlowRun, message: str) -> str:
    """Mark a run as crashed; return a line about it."""
    client.set_flow_run_state(run.id, Crashed(message=message), force=True)
    return f"Run `{run.name}` was left behind in state {run.state_name}: marked as crashed. {message}"


def processes_of(run: FlowRun) -> list[int]:
    """Return the ids of the processes of a run."""
    return with_variable("PREFECT__FLOW_RUN_ID", str(run.id))


def runs_in(client: SyncPrefectClient, pool: str, states: tuple[StateType, ...]) -> list[FlowRun]:
    """Return the flow runs of a work pool in the given states, the earliest first."""
    return client.read_flow_runs(
        work_pool_filter=WorkPoolFilter(name=WorkPoolFilterName(any_=[pool])),
        flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(states)))),
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=PAGE,
    )
