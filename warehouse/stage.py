"""The stage: the values and scopes that one run read, before they are compared with the known values.

Values are stored in Parquet files next to the working file, each written after ROWS_IN_A_FILE rows, so that a long run
needs no more memory than a short one. Scopes (the requested and the read pairs) are stored as lists of KPIs and units,
one row per request, and expanded to pairs only when they are compared. The history (history.py) and the coverage
(coverage.py) read nothing else of a run.
"""

import glob
import io
import shutil
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import polars as pl

from warehouse.database import append_frame, run_sql, set_variables, staging_folder

# Columns with repeated strings; as categories they are written and read many times faster.
REPEATED = ("kpi_id", "unit_id", "gender", "status")
PAGE_SCHEMA = {
    "kpi_id": pl.String,
    "municipality_id": pl.String,
    "period": pl.Int32,
    "gender": pl.String,
    "value": pl.Float64,
    "value_count": pl.Int32,
    "status": pl.String,
    "is_deleted": pl.Boolean,
}
SCOPE_SCHEMA: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "kpi_ids": pl.List(pl.String),
    "unit_ids": pl.List(pl.String),
    "years": pl.List(pl.Int32),
    "reason": pl.String,
    "error": pl.String,
}
ROWS_IN_A_FILE = 250_000


class Stage:
    """The stage of a run, for an open working file; values and scopes are added in any order.

    After `flush` they can be read from `staged_observation`, `staged_scope`, `staged_wanted`, `staged_withdrawn`,
    `staged_failed` and `staged_doubted`.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._folder = fresh_folder(connection)
        if staging_folder(connection) is None:
            # Only a temporary folder: one next to a working file is removed with the file, or reused by another stage.
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._pages: list[tuple[str | None, pl.DataFrame]] = []
        self._row_count = 0
        self._file_count = 0
        self._written_count = 0
        self._scopes: dict[str, list[dict[str, object]]] = {}
        self._write_observations()  # an empty file, so that a reader finds the columns when no values were received
        set_variables(connection, {"staged_files": f"{glob.escape(str(self._folder))}/*.parquet"})
        run_sql(connection, "load/stage_tables.sql")

    def add_observations(self, frame: pl.DataFrame, request_id: str | None) -> None:
        """Add the values of one response page: a row per KPI, unit, period and gender; groups count as units."""
        if frame.is_empty():
            return
        self._pages.append((request_id, frame))
        self._row_count += frame.height
        if self._row_count >= ROWS_IN_A_FILE:
            self._write_observations()

    def add_scope(self, kpi_ids: Sequence[str], unit_ids: Sequence[str], years: Sequence[int] = ()) -> None:
        """Record that these KPIs were read completely for these units: all years, or the given years."""
        self._add("read", kpi_ids, unit_ids, years=years)

    def want(self, kpi_ids: Sequence[str], unit_ids: Sequence[str]) -> None:
        """Record that the run wants these KPIs for these units."""
        self._add("wanted", kpi_ids, unit_ids)

    def withdraw(self, kpi_ids: Sequence[str]) -> None:
        """Record that these KPIs are not in the catalogue."""
        self._add("withdrawn", kpi_ids, ())

    def fail(self, kpi_ids: Sequence[str], unit_ids: Sequence[str], reason: str, error: str | None = None) -> None:
        """Record that this scope was not read, with the reason and the error class."""
        self._add("failed", kpi_ids, unit_ids, reason=reason, error=error)

    def doubt(self, kpi_ids: Sequence[str], unit_ids: Sequence[str], years: Sequence[int], reason: str) -> None:
        """Record that the responses of this scope are empty, contrary to known values; approval makes them count."""
        self._add("doubted", kpi_ids, unit_ids, years=years, reason=reason)
        self.add_scope(kpi_ids, unit_ids, years)

    def set_kpis(self, frame: pl.DataFrame) -> None:
        """Stage the whole catalogue: a row per KPI."""
        append_frame(self.connection, "staged_kpi", frame)

    def set_municipalities(self, frame: pl.DataFrame) -> None:
        """Stage the list of municipalities, regions and Riket: a row per unit."""
        append_frame(self.connection, "staged_municipality", frame)

    def set_groups(self, frame: pl.DataFrame) -> None:
        """Stage the municipality groups: a row per group and member; the member is null for a group without members."""
        append_frame(self.connection, "staged_group", frame)

    @property
    def row_count(self) -> int:
        """The number of values that were added."""
        return self._written_count + self._row_count

    def flush(self) -> None:
        """Write all added values and scopes, so that they can be read."""
        if self._row_count:
            self._write_observations()
        for fate, rows in self._scopes.items():
            append_frame(self.connection, f"{fate}_scope", pl.DataFrame(rows, schema=SCOPE_SCHEMA))
        self._scopes.clear()

    def _add(
        self,
        fate: str,
        kpi_ids: Sequence[str],
        unit_ids: Sequence[str],
        *,
        years: Sequence[int] = (),
        reason: str | None = None,
        error: str | None = None,
    ) -> None:
        row = {
            "kpi_ids": list(kpi_ids),
            "unit_ids": list(unit_ids),
            "years": list(years),
            "reason": reason,
            "error": error,
        }
        self._scopes.setdefault(fate, []).append(row)

    def _write_observations(self) -> None:
        path = self._folder / f"observation-{self._file_count:05d}.parquet"
        requests = pl.DataFrame(
            [(request_id, page.height) for request_id, page in self._pages],
            {"request_id": pl.String, "row_count": pl.UInt32},
            orient="row",
        )
        pages = [pl.DataFrame(schema=PAGE_SCHEMA), *(page for _, page in self._pages)]
        frame = pl.concat(pages).rename({"municipality_id": "unit_id"})
        frame = frame.with_columns(pl.col(REPEATED).cast(pl.Categorical)).hstack(
            requests.select(pl.col("request_id").cast(pl.Categorical).repeat_by("row_count").explode())
        )
        # Written by Python: polars reports a full disk as a format error.
        content = io.BytesIO()
        frame.with_row_index("staged_number", offset=self._written_count).write_parquet(content, compression="lz4")
        path.write_bytes(content.getbuffer())
        self._pages.clear()
        self._row_count = 0
        self._file_count += 1
        self._written_count += frame.height


def fresh_folder(connection: duckdb.DuckDBPyConnection) -> Path:
    """Create an empty folder for a run's values: next to the working file, or temporary for an in-memory database."""
    folder = staging_folder(connection)
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="kolada-"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder
