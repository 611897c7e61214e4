"""The stage: what one run read, before it is compared with what is known.

Temporary tables of the working file. The history (history.py) reads nothing else of a run.
"""

from collections.abc import Sequence

import duckdb
import polars as pl

from warehouse.database import append_frame, run_folder

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


class Stage:
    """Takes a run's frames, in any order, into temporary tables of an open working file."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        run_folder(connection, "load/stage")

    def add_observations(self, frame: pl.DataFrame, request_id: str | None) -> None:
        """Add the values of one page: a row per KPI, unit, period and gender, group ids among the units."""
        append_frame(
            self.connection,
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
        scope = (
            pl.DataFrame({"kpi_id": kpi_ids}, schema={"kpi_id": pl.String})
            .join(pl.DataFrame({"unit_id": unit_ids}, schema={"unit_id": pl.String}), how="cross")
            .join(periods, how="cross")
        )
        append_frame(self.connection, "staged_scope", scope)

    def set_kpis(self, frame: pl.DataFrame) -> None:
        """The whole catalogue: a row per KPI."""
        append_frame(self.connection, "staged_kpi", frame)

    def set_municipalities(self, frame: pl.DataFrame) -> None:
        """The list of municipalities, regions and Riket: a row per unit."""
        append_frame(self.connection, "staged_municipality", frame)

    def set_groups(self, frame: pl.DataFrame) -> None:
        """The municipality groups: a row per group and member; the member is null for a group without any."""
        append_frame(self.connection, "staged_group", frame)
