"""The work pool that all deployments run in: one run at a time, so that runs queue for the one writer."""

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.exceptions import ObjectNotFound
from prefect.workers.process import ProcessWorker

POOL = "kolada"
LIMIT = 1


def ensure_work_pool(client: SyncPrefectClient) -> str:
    """Make the pool, or set its limit; returns a line about it."""
    try:
        pool = client.read_work_pool(POOL)
    except ObjectNotFound:
        client.create_work_pool(
            WorkPoolCreate(
                name=POOL,
                type=ProcessWorker.type,
                description="Kolada: one run at a time, since one process writes.",
                base_job_template=ProcessWorker.get_default_base_job_template(),
                concurrency_limit=LIMIT,
            )
        )
        return f"Work pool `{POOL}` made: {LIMIT} run at a time"
    if pool.concurrency_limit != LIMIT:
        client.update_work_pool(POOL, WorkPoolUpdate(concurrency_limit=LIMIT))
        return f"Work pool `{POOL}` set to {LIMIT} run at a time"
    return f"Work pool `{POOL}` is there: {LIMIT} run at a time"
