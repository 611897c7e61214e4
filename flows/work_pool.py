"""The work pool of all deployments: one run at a time, and a run cannot choose what is executed.

In Prefect's own template of a process pool, the caller of a run can set a command, an environment and a working folder.
Our template has no such variables: a run is its deployment with its parameters.
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
    """Create the pool, or correct its limit and its template; return a line about it."""
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
        return f"Work pool `{POOL}` created: {LIMIT} run at a time"
    if pool.concurrency_limit != LIMIT or pool.base_job_template != TEMPLATE:
        client.update_work_pool(POOL, WorkPoolUpdate(concurrency_limit=LIMIT, base_job_template=TEMPLATE))
        return f"Work pool `{POOL}` corrected: {LIMIT} run at a time, and a run cannot choose what is executed"
    return f"Work pool `{POOL}` exists: {LIMIT} run at a time"


def refuse_unknown_parameters(client: SyncPrefectClient) -> None:
    """Make the server refuse parameters that the flow of a deployment lacks; by default it accepts them."""
    in_pool = WorkPoolFilter(name=WorkPoolFilterName(any_=[POOL]))
    for deployment in client.read_deployments(
        work_pool_filter=in_pool, deployment_filter=DeploymentFilter(), limit=PAGE
    ):
        schema = {**(deployment.parameter_openapi_schema or {}), "additionalProperties": False}
        # Prefect's own model of an update drops unknown fields of the schema.
        client.request(
            "PATCH",
            "/deployments/{id}",
            path_params={"id": deployment.id},
            json={"parameter_openapi_schema": schema, "enforce_parameter_schema": True},
        )
