"""A script as people write it: httpx and pandas; it follows `next_url`, checks the status and replaces the table."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pandas as pd

from benchmarks.gauntlet_worker import SILENT, TIMEOUT, Told

FILE = "script.duckdb"
CELLS_SQL = """
    select kpi, municipality as unit, try_cast(period as integer) as year, gender, try_cast(value as double) as value
    from observation
    where value is not null and not isdeleted
"""
BATCH = 25


def rows(client: httpx.Client, url: str | None) -> Iterator[dict[str, Any]]:
    """Yield the rows of all pages."""
    while url:
        response = client.get(url)
        response.raise_for_status()
        page = response.json()
        yield from page["values"]
        url = page["next_url"]


def night(base_url: str, folder: Path, kpis: Sequence[str]) -> Told:
    """Read all units, 25 at a time."""
    with httpx.Client(timeout=TIMEOUT) as client:
        units = [unit["id"] for unit in rows(client, f"{base_url}/municipality")]
        batches = [units[start : start + BATCH] for start in range(0, len(units), BATCH)]
        urls = [f"{base_url}/data/kpi/{','.join(kpis)}/municipality/{','.join(batch)}" for batch in batches]
        found = [row for url in urls for row in rows(client, url)]
    frame = pd.json_normalize(found, "values", ["kpi", "municipality", "period"])
    with duckdb.connect(str(folder / FILE)) as connection:
        connection.register("frame", frame)
        connection.execute("create or replace table observation as from frame")
    return Told(SILENT)
