"""dlt's rest_api source into DuckDB, as its documents on performance advise.

One resource a question, extracted in parallel (`parallelized`, five threads by default); next_url followed by its
`json_link` paginator; two processes normalize, with files that rotate so that there is something to share out; parquet
between the stages; telemetry off. Other numbers of workers and larger buffers were tried and made no difference.
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
    """Run the pipeline and count what is in its table of values.

    Args:
        questions: what to read.
        folder: where the pipeline works.
        data_selector: which part of a page is an item.
        steps: what is done to each item.
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
