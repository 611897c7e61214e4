"""Coverage: every (KPI, unit) that a run wanted ends with one outcome.

    values              at least one cell was received, with a value or a null
    nothing_published   the scope was read completely and has no cell of the pair
    withdrawn           the KPI is not in the catalogue, so it was not requested
    failed              the request for the pair failed, or its response was not accepted
    unaccounted         none of these: a fault of this software

The last two hold a run. The pairs are stored in `coverage_pair` until they are published. The objects here stay small
however long the run is, unless many pairs were lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from warehouse.database import run_sql, set_variables
from warehouse.stage import Stage

COUNT_SCHEMA = {"kpi_id": pl.String, "outcome": pl.String, "unit_count": pl.Int32}
LOST_SCHEMA = {
    "kpi_id": pl.String,
    "unit_id": pl.String,
    "outcome": pl.String,
    "row_count": pl.Int32,
    "reason": pl.String,
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """The outcome of every wanted pair.

    Attributes:
        lost: the failed or unaccounted pairs, each with its reason.
        counts: units per KPI and outcome: kpi_id, outcome, unit_count.
    """

    lost: pl.DataFrame
    counts: pl.DataFrame

    def totals(self) -> dict[str, int]:
        """Return the number of pairs per outcome."""
        return dict(self.counts.group_by("outcome").agg(pl.col("unit_count").sum()).sort("outcome").rows())

    @property
    def pair_count(self) -> int:
        """The number of wanted pairs."""
        return int(self.counts["unit_count"].sum())


def settle_coverage(stage: Stage, *, approved_empty_kpis: Sequence[str]) -> Coverage:
    """Give every wanted pair its outcome, from the rows on the stage.

    Args:
        stage: the values and scopes that the run read.
        approved_empty_kpis: the KPIs whose doubted empty responses are accepted.
    """
    stage.flush()
    set_variables(stage.connection, {"approved_empty_kpis": list(approved_empty_kpis)})
    run_sql(stage.connection, "load/settle_coverage.sql")
    counts = stage.connection.execute(
        "select kpi_id, outcome, cast(count(*) as integer) as unit_count from coverage_pair "
        "group by kpi_id, outcome order by kpi_id, outcome"
    ).fetchall()
    lost = stage.connection.execute(
        "select * from coverage_pair where outcome in ('failed', 'unaccounted') order by kpi_id, unit_id"
    ).fetchall()
    return Coverage(
        lost=pl.DataFrame(lost, schema=LOST_SCHEMA, orient="row"),
        counts=pl.DataFrame(counts, schema=COUNT_SCHEMA, orient="row"),
    )
