"""The stage: what one run read, before it is compared with what is known.

What grows with the run stands in a database of its own beside the working file, compressed and on disk, so that a long
run needs no more memory than a short one; frames are gathered and appended many rows at a time. The history
(history.py) and the coverage (coverage.py) read nothing else of a run.
"""

from collections.abc import Sequence

import duckdb
import polars as pl

from warehouse.database import append_frame, attach_staging, run_folder

OBSERVATION_COLUMNS = (
    "kpi_id",
    "municipality_id",
    "period",
    "gender",
    "value",
    "value_count",
    "status",
    "is_deleted",
)
ROWS_AT_A_TIME = 250_000


class Stage:
    """Takes a run's frames, in any order, into the staging tables of an open working file.

    What was added is in the tables after `flush`.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        attach_staging(connection)
        run_folder(connection, "load/stage")
        self._gathered: dict[str, list[pl.DataFrame]] = {}
        self._row_count = 0

    def add_observations(self, frame: pl.DataFrame, request_id: str | None) -> None:
        """Add the values of one page: a row per KPI, unit, period and gender, group ids among the units."""
        self._gather(
            "staged_observation",
            frame.select(
                *(pl.col(name) for name in OBSERVATION_COLUMNS if name != "municipality_id"),
                pl.col("municipality_id").alias("unit_id"),
                pl.lit(request_id, dtype=pl.String).alias("request_id"),
            ),
        )

    def add_scope(self, kpi_ids: Sequence[str], unit_ids: Sequence[str], years: Sequence[int] = ()) -> None:
        """Say that these KPIs were read whole for these units: all years, or the years given."""
        periods = pl.Series("period", years or [None], dtype=pl.Int32).to_frame()
        self._gather("staged_scope", pairs_of(kpi_ids, unit_ids).join(periods, how="cross"))

    def want(self, kpi_ids: Sequence[str], unit_ids: Sequence[str]) -> None:
        """Say that the run wants these KPIs for these units."""
        self._gather("staged_wanted", pairs_of(kpi_ids, unit_ids))

    def withdraw(self, kpi_ids: Sequence[str]) -> None:
        """Say that these KPIs are not in the catalogue."""
        self._gather("staged_withdrawn", pl.DataFrame({"kpi_id": kpi_ids}, schema={"kpi_id": pl.String}))

    def fail(self, kpi_ids: Sequence[str], unit_ids: Sequence[str], reason: str) -> None:
        """Say that this scope was not read, or that its answer is not believed."""
        self._gather("staged_failed", pairs_of(kpi_ids, unit_ids).with_columns(pl.lit(reason).alias("reason")))

    def set_kpis(self, frame: pl.DataFrame) -> None:
        """The whole catalogue: a row per KPI."""
        append_frame(self.connection, "staged_kpi", frame)

    def set_municipalities(self, frame: pl.DataFrame) -> None:
        """The list of municipalities, regions and Riket: a row per unit."""
        append_frame(self.connection, "staged_municipality", frame)

    def set_groups(self, frame: pl.DataFrame) -> None:
        """The municipality groups: a row per group and member; the member is null for a group without any."""
        append_frame(self.connection, "staged_group", frame)

    def flush(self) -> None:
        """Put everything that was gathered into the tables."""
        for table, frames in self._gathered.items():
            append_frame(self.connection, f"staging.{table}", pl.concat(frames))
        self._gathered.clear()
        self._row_count = 0

    def _gather(self, table: str, frame: pl.DataFrame) -> None:
        self._gathered.setdefault(table, []).append(frame)
        self._row_count += frame.height
        if self._row_count >= ROWS_AT_A_TIME:
            self.flush()


def pairs_of(kpi_ids: Sequence[str], unit_ids: Sequence[str]) -> pl.DataFrame:
    """Every KPI with every unit: kpi_id, unit_id."""
    return pl.DataFrame({"kpi_id": kpi_ids}, schema={"kpi_id": pl.String}).join(
        pl.DataFrame({"unit_id": unit_ids}, schema={"unit_id": pl.String}), how="cross"
    )
