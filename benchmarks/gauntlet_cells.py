"""Compare a table's cells with the true ones: right, old, wrong or lost, with an example that would mislead."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks.gauntlet_cases import OWN
from fake_kolada import DataSet

KEY = ("kpi", "unit", "year", "gender")
SCHEMA = pl.Schema({"kpi": pl.String, "unit": pl.String, "year": pl.Int32, "gender": pl.String, "value": pl.Float64})
RIGHT, OLD, WRONG, LOST = "right", "old", "wrong", "lost"
# A relative tolerance, for values that were written as text and read again.
PRECISION = 1e-9


@dataclass(frozen=True, slots=True)
class Count:
    """The numbers of cells by class, and one that would mislead, in words.

    Attributes:
        right: shown once, with the true value.
        old: shown with the true value of the night before.
        wrong: shown with another value, or twice, or without a true value.
        lost: not shown, although there is a value.
        example: the first wrong or lost cell, the plan's own unit first; empty if there is none.
    """

    right: int
    old: int
    wrong: int
    lost: int
    example: str

    @property
    def is_whole(self) -> bool:
        """Whether the table misleads no one: every shown cell is true, or was true the night before."""
        return not (self.wrong or self.lost)


def true_cells(data: DataSet) -> pl.DataFrame:
    """Return the numbers of a data set: `kpi, unit, year, gender, value`."""
    return data.observations.filter(pl.col("value").is_not_null() & pl.col("is_deleted").not_()).select(
        pl.col("kpi_id").cast(pl.String).alias("kpi"),
        pl.col("municipality_id").cast(pl.String).alias("unit"),
        pl.col("period").cast(pl.Int32).alias("year"),
        pl.col("gender").cast(pl.String),
        "value",
    )


def shown_cells(file: Path) -> pl.DataFrame:
    """Return the numbers in a contestant's table; none if it has no table."""
    return pl.read_parquet(file).cast(SCHEMA) if file.exists() else pl.DataFrame(schema=SCHEMA)


def count_cells(shown: pl.DataFrame, truth: pl.DataFrame, before: pl.DataFrame) -> Count:
    """Compare cell by cell.

    Args:
        shown: the table, a row per number.
        truth: the true numbers of tonight.
        before: the true numbers of the night before.
    """
    once = shown.group_by(KEY).agg(pl.col("value").first().alias("shown"), pl.len().alias("times"))
    both = (
        once.join(truth.rename({"value": "truth"}), on=KEY, how="full", coalesce=True, nulls_equal=True)
        .join(before.rename({"value": "before"}), on=KEY, how="left", nulls_equal=True)
        .with_columns(is_true=_same("shown", "truth"), was_true=_same("shown", "before"), is_once=pl.col("times") == 1)
        .with_columns(
            state=pl.when(pl.col("shown").is_null())
            .then(pl.lit(LOST))
            .when(pl.col("is_once") & pl.col("is_true"))
            .then(pl.lit(RIGHT))
            .when(pl.col("is_once") & pl.col("was_true"))
            .then(pl.lit(OLD))
            .otherwise(pl.lit(WRONG))
        )
    )
    counts = dict(both["state"].value_counts().iter_rows())
    misleading = both.filter(pl.col("state").is_in([WRONG, LOST])).sort(
        pl.col("state") == LOST, pl.col("unit") != OWN, -pl.col("year"), pl.col("gender") != "T", "kpi", "unit"
    )
    example = _in_words(misleading.row(0, named=True)) if misleading.height else ""
    right, old, wrong, lost = (counts.get(state, 0) for state in (RIGHT, OLD, WRONG, LOST))
    return Count(right, old, wrong, lost, example)


def _same(shown: str, other: str) -> pl.Expr:
    difference = (pl.col(shown) - pl.col(other)).abs()
    return (difference <= PRECISION * pl.max_horizontal(pl.col(other).abs(), pl.lit(1.0))).fill_null(value=False)


def _in_words(cell: dict[str, object]) -> str:
    """Describe a misleading cell."""
    place = ", ".join("none" if cell[name] is None else str(cell[name]) for name in KEY)
    truth = "there is none" if cell["truth"] is None else f"it is {cell['truth']:.1f}"
    if cell["state"] == LOST:
        return f"{place} has no value; {truth}"
    if cell["is_true"] and not cell["is_once"]:
        return f"{place} counts {cell['times']} times"
    return f"{place} is {cell['shown']:.1f}; {truth}"
