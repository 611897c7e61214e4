"""koladapy as its tutorial shows it: read the units, then their values as a frame, and insert the frame into DuckDB.

koladapy makes batches, follows pages and logs errors. The tutorial keeps the default numbers of tries and of ids.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb
from koladapy import KoladaAPI

from benchmarks.gauntlet_worker import SILENT, TIMEOUT, Told

FILE = "koladapy.duckdb"
CELLS_SQL = """
    select kpi, municipality as unit, try_cast(period as integer) as year, gender, try_cast(value as double) as value
    from observation
    where value is not null and not isdeleted
"""
UNLIMITED = 1e9


def night(base_url: str, folder: Path, kpis: Sequence[str]) -> Told:
    """Read all units. A frame without rows has no columns, so the table stays unchanged."""
    kolada = KoladaAPI(f"{base_url}/", timeout=TIMEOUT, max_requests_per_second=UNLIMITED)
    units = [unit["id"] for unit in kolada.get_municipalities()]
    frame = kolada.get_data_as_dataframe(kpi_id=list(kpis), municipality_id=units)
    with duckdb.connect(str(folder / FILE)) as connection:
        connection.register("frame", frame)
        connection.execute("create or replace table observation as from frame")
    return Told(SILENT)
