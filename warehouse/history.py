"""The history: staged values are compared with the known values and stored as versions.

Values are never updated in place. When a cell changed, was suppressed, was deleted or vanished, its open version is
closed and a new one opened, both at the run's instant. An unchanged cell only gets that instant as its `confirmed_at`.
The comparison is set-based, in `sql/load/history/known/`; the kinds of change and their order are in
`030_changed.sql`. KPIs without known values need no comparison (`first_versions.sql`). A withdrawn KPI keeps its cells.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import duckdb

from warehouse.database import in_bulk, run_sql, set_threads, set_variables
from warehouse.stage import Stage

ROWS_IN_A_PART = 1_000_000


@dataclass(frozen=True, slots=True)
class LoadCounts:
    """The counts of one load.

    Attributes:
        received: the number of cells that the run received.
        opened: change kind -> versions opened; empty when nothing changed.
    """

    received: int
    opened: Mapping[str, int]

    @property
    def versions(self) -> int:
        """The number of versions opened."""
        return sum(self.opened.values())


def load_catalogue(connection: duckdb.DuckDBPyConnection, *, run_id: str, known_from: datetime) -> None:
    """Load the staged catalogue, units and groups into `core`. A part without staged rows is left unchanged."""
    set_variables(connection, {"run_id": run_id, "known_from": naive_utc(known_from)})
    for part, file in (
        ("staged_municipality", "load/catalogue/merge_municipalities.sql"),
        ("staged_kpi", "load/catalogue/merge_kpis.sql"),
        ("staged_group", "load/catalogue/merge_groups.sql"),
    ):
        if connection.execute(f"select exists (from {part})").fetchone() == (True,):
            run_sql(connection, file)


def load_observations(stage: Stage, *, run_id: str, known_from: datetime) -> LoadCounts:
    """Load the staged values into `core.observation_version` and `core.group_observation_version`.

    The values are compared for some KPIs at a time, so that memory does not grow with the number of values. Every kind
    of change is found within one KPI.
    """
    stage.flush()
    connection = stage.connection
    set_threads(connection, incoming=stage.row_count)
    set_variables(connection, {"run_id": run_id, "known_from": naive_utc(known_from)})
    run_sql(connection, "load/history/load_counts.sql")
    with in_bulk(connection):
        for number, part in enumerate(parts(connection)):
            if number:
                # Write the changes of one part to disk, so that they take no memory in the next.
                connection.execute("checkpoint")
            set_variables(connection, {"first_kpi": part.first_kpi, "last_kpi": part.last_kpi})
            run_sql(connection, "load/history/known" if part.is_known else "load/history/first_versions.sql")
    (received,) = connection.execute("select sum(row_count) from received_kpi").fetchone() or (0,)
    opened = dict(
        connection.execute(
            "select change_kind, cast(sum(cell_count) as bigint) from load_count where cell_count > 0 "
            "group by all order by all"
        ).fetchall()
    )
    return LoadCounts(received=int(received or 0), opened=opened)


@dataclass(frozen=True, slots=True)
class Part:
    """The KPIs of one step of the load, from the first to the last, and whether any of them has known values."""

    first_kpi: str
    last_kpi: str
    is_known: bool


def parts(connection: duckdb.DuckDBPyConnection) -> list[Part]:
    """Return the received KPIs in order, in parts of about ROWS_IN_A_PART rows.

    Adjacent parts without known values need no comparison and are joined into one, however large it is.
    """
    rows = connection.execute(
        """
        with placed as (
            select kpi_id, is_known, sum(row_count) over (order by kpi_id) // $rows as part from received_kpi
        )

        select min(kpi_id), max(kpi_id), bool_or(is_known) from placed group by part order by part
        """,
        {"rows": ROWS_IN_A_PART},
    ).fetchall()
    cut: list[Part] = []
    for first_kpi, last_kpi, is_known in rows:
        if cut and not is_known and not cut[-1].is_known:
            cut[-1] = Part(cut[-1].first_kpi, last_kpi, is_known=False)
        else:
            cut.append(Part(first_kpi, last_kpi, is_known=is_known))
    return cut


def naive_utc(instant: datetime) -> datetime:
    """Return an aware instant as DuckDB's TIMESTAMP stores it: UTC, without a time zone."""
    return instant.astimezone(UTC).replace(tzinfo=None)
