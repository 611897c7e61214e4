"""The work pool that all deployments run in: one run at a time, and no run says what is executed.

Prefect's own template of a process pool takes a command, an environment and a working folder from whoever starts a
run. Ours takes nothing: a run is its deployment with its parameters.
"""

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.filters import DeploymentFilter, WorkPoolFilter, WorkPoolFilterName
from prefect.exceptions import ObjectNotFound
from prefect.workers.process import ProcessWorker

POOL = "kolada"
LIMIT = 1
TEMPLATE = {
    "job_configuration": {"stream_output": True},
    "variables": {"type": "object", "properties": {}, "required": [], "additionalProperties": False},
}
PAGE = 200


def ensure_work_pool(client: SyncPrefectClient) -> str:
    """Make the pool, or set its limit and its template; returns a line about it."""
    try:
        pool = client.read_work_pool(POOL)
    except ObjectNotFound:
        client.create_work_pool(
            WorkPoolCreate(
                name=POOL,
                type=ProcessWorker.type,
                description="Kolada: one run at a time, since one process writes.",
                base_job_template=TEMPLATE,
                concurrency_limit=LIMIT,
            )
        )
        return f"Work pool `{POOL}` made: {LIMIT} run at a time"
    if pool.concurrency_limit != LIMIT or pool.base_job_template != TEMPLATE:
        client.update_work_pool(POOL, WorkPoolUpdate(concurrency_limit=LIMIT, base_job_template=TEMPLATE))
        return f"Work pool `{POOL}` set to {LIMIT} run at a time, with no say in what is executed"
    return f"Work pool `{POOL}` is there: {LIMIT} run at a time"


def refuse_unknown_parameters(client: SyncPrefectClient) -> None:
    """Let the server refuse parameters that a deployment's flow does not have; as deployed it lets them through."""
    in_pool = WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL]))
    for deployment in client.read_deployments(
        work_pool_filter=in_pool, deployment_filter=DeploymentFilter(), limit=PAGE
    ):
        schema = {**(deployment.parameter_openapi_schema or {}), "additionalProperties": False}
        # Prefect's own model of an update drops what it does not know.
        client.request(
            "PATCH",
            "/deployments/{id}",
            path_params={"id": deployment.id},
            json={"parameter_openapi_schema": schema, "enforce_parameter_schema": True},
        )
