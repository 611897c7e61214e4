"""dlt's rest_api source as its documentation shows it, with the protection against faults that it names.

Its client tries five times, and its `json_link` paginator follows `next_url`. A schema contract stops a load whose
values have another type. Rows are merged by their key, so a response without rows removes none. The units are read
with dlt's REST client.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import dlt
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.rest_api import rest_api_source

from benchmarks.gauntlet_worker import SILENT, TIMEOUT, Told

FILE = "dlt.duckdb"
CELLS_SQL = """
    select kpi, municipality as unit, period as year, gender, value
    from kolada.observation
    inner join kolada.observation__values as nested on nested._dlt_parent_id = observation._dlt_id
    where value is not null and not coalesce(isdeleted, false)
"""
BATCH = 25
KEY = ["kpi", "municipality", "period"]
PAGINATOR = {"type": "json_link", "next_url_path": "next_url"}
SETTINGS = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "WARNING",
    "RUNTIME__REQUEST_TIMEOUT": str(TIMEOUT),
}


def night(base_url: str, folder: Path, kpis: Sequence[str]) -> Told:
    """Run the pipeline in its folder."""
    os.environ.update(SETTINGS)
    client = {"base_url": f"{base_url}/", "paginator": PAGINATOR}
    pages = RESTClient(base_url, paginator=dlt.sources.helpers.rest_client.paginators.JSONLinkPaginator("next_url"))
    units = [unit["id"] for page in pages.paginate("/municipality", data_selector="values") for unit in page]
    batches = [units[start : start + BATCH] for start in range(0, len(units), BATCH)]
    source = rest_api_source(
        {
            "client": client,
            "resource_defaults": {"table_name": "observation", "primary_key": KEY, "write_disposition": "merge"},
            "resources": [
                {
                    "name": f"units_{number}",
                    "endpoint": {
                        "path": f"data/kpi/{','.join(kpis)}/municipality/{','.join(batch)}",
                        "data_selector": "values",
                    },
                }
                for number, batch in enumerate(batches)
            ],
        },
        parallelized=True,
    )
    pipeline = dlt.pipeline(
        "gauntlet",
        pipelines_dir=str(folder / "pipelines"),
        destination=dlt.destinations.duckdb(str(folder / FILE)),
        dataset_name="kolada",
    )
    pipeline.run(source, schema_contract={"data_type": "freeze"})
    return Told(SILENT)
