"""dlt's rest_api source into DuckDB, as its documentation on performance advises.

Each request is a resource, and the resources are extracted in parallel (`parallelized`, five threads by default). The
`json_link` paginator follows next_url. Two processes normalize; the files between the stages are Parquet, and small
enough to be divided between the two. Telemetry is off. Other numbers of workers and larger buffers made no difference.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dlt
from dlt.sources.rest_api import rest_api_source

from benchmarks.contestant import Outcome, Questions

SETTINGS = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "WARNING",
    "NORMALIZE__WORKERS": "2",
    "SOURCES__DATA_WRITER__FILE_MAX_ITEMS": "50000",
}


def run_pipeline(
    questions: Questions, folder: Path, *, data_selector: str, steps: list[dict[str, Any]], values_table: str
) -> Outcome:
    """Run the pipeline and count the rows of its table of values.

    Args:
        questions: the requests.
        folder: for the files of the pipeline.
        data_selector: the part of a page that is an item.
        steps: the processing steps of each item.
        values_table: the table with a row per value.
    """
    os.environ.update(SETTINGS)
    parts = urlsplit(questions.base_url)
    source = rest_api_source(
        {
            "client": {
                "base_url": f"{parts.scheme}://{parts.netloc}/",
                "paginator": {"type": "json_link", "next_url_path": "next_url"},
            },
            "resource_defaults": {"write_disposition": "append", "table_name": "observation"},
            "resources": [
                {
                    "name": f"question_{number}",
                    "endpoint": {"path": urlsplit(url).path.lstrip("/"), "data_selector": data_selector},
                    "processing_steps": steps,
                }
                for number, url in enumerate(questions.urls)
            ],
        },
        parallelized=True,
    )
    file = folder / "dlt.duckdb"
    pipeline = dlt.pipeline(
        "benchmark",
        pipelines_dir=str(folder / "pipelines"),
        destination=dlt.destinations.duckdb(str(file)),
        dataset_name="kolada",
    )
    pipeline.run(source, loader_file_format="parquet")
    with pipeline.sql_client() as client:
        ((values,),) = client.execute_sql(f"select count(*) from {values_table}")
    return Outcome(values=values, file_bytes=file.stat().st_size)
