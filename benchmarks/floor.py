"""The floor: fetch, decode, one insert; no check, no history, nothing kept. `python -m benchmarks.floor URLS FILE`."""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import duckdb
import httpx
import polars as pl

ENTRY = pl.Struct(
    {"gender": pl.String, "count": pl.Int32, "status": pl.String, "value": pl.Float64, "isdeleted": pl.Boolean}
)
ROW = pl.Struct({"values": pl.List(ENTRY), "kpi": pl.String, "period": pl.Int32, "municipality": pl.String})
SCHEMA = {"values": pl.List(ROW), "next_url": pl.String}


def main() -> None:
    """Read every question's pages, four at a time, and insert them all."""
    urls = json.loads(Path(sys.argv[1]).read_text())
    begun = time.perf_counter()

    with httpx.Client() as client, ThreadPoolExecutor(4) as pool:

        def read(url: str | None) -> list[pl.DataFrame]:
            frames = []
            while url:
                page = pl.read_json(BytesIO(client.get(url).content), schema=SCHEMA)
                rows = page.select(pl.col("values").explode()).unnest("values").drop_nulls("kpi")
                frames.append(rows.explode("values").unnest("values"))
                url = page["next_url"].item()
            return frames

        frame = pl.concat([each for frames in pool.map(read, urls) for each in frames])
    with duckdb.connect(sys.argv[2]) as connection:
        connection.register("frame", frame.to_arrow())
        connection.execute("create table observation as from frame")
    print(json.dumps({"seconds": time.perf_counter() - begun, "values": frame.height}))


if __name__ == "__main__":
    main()
