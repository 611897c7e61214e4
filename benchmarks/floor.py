"""The floor: fetch four at a time, decode, one insert; no checks, no history, no stored responses."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import duckdb
import httpx
import polars as pl

from benchmarks.contestant import Outcome, Questions

ENTRY = pl.Struct(
    {"gender": pl.String, "count": pl.Int32, "status": pl.String, "value": pl.Float64, "isdeleted": pl.Boolean}
)
ROW = pl.Struct({"values": pl.List(ENTRY), "kpi": pl.String, "period": pl.Int32, "municipality": pl.String})
SCHEMA: dict[str, pl.DataType] = {"values": pl.List(ROW), "next_url": pl.String()}


def load(questions: Questions, folder: Path) -> Outcome:
    """Read the pages of every request and insert them."""
    with httpx.Client() as client, ThreadPoolExecutor(4) as pool:

        def read(first: str) -> list[pl.DataFrame]:
            frames = []
            url: str | None = first
            while url:
                page = pl.read_json(BytesIO(client.get(url).content), schema=SCHEMA)
                rows = page.select(pl.col("values").explode()).unnest("values").drop_nulls("kpi")
                frames.append(rows.explode("values").unnest("values"))
                url = page["next_url"].item()
            return frames

        frame = pl.concat([each for frames in pool.map(read, questions.urls) for each in frames])
    file = folder / "floor.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.register("frame", frame.to_arrow())
        connection.execute("create table observation as from frame")
    return Outcome(values=frame.height, file_bytes=file.stat().st_size)
