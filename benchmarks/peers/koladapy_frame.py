"""koladapy, Kolada's client in Python on PyPI, with its rate limit off; its frame is inserted into DuckDB."""

from pathlib import Path

import duckdb
import pandas as pd
from koladapy import KoladaAPI

from benchmarks.contestant import Outcome, Questions

UNLIMITED = 1e9


def load(questions: Questions, folder: Path) -> Outcome:
    """Read each rectangle; koladapy divides it into batches and reads their pages one after the other."""
    kolada = KoladaAPI(f"{questions.base_url}/", max_requests_per_second=UNLIMITED)
    frame = pd.concat(
        kolada.get_data_as_dataframe(kpi_id=kpis, municipality_id=units) for kpis, units in questions.rectangles
    )
    file = folder / "koladapy.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.register("frame", frame)
        connection.execute("create table observation as from frame")
    return Outcome(values=len(frame), file_bytes=file.stat().st_size)
