"""Coverage: every (KPI, unit) that a run wanted ends with one outcome.

    values              at least one cell came, with a value or a null
    nothing_published   the scope was read whole and held nothing for the pair
    withdrawn           the KPI is not in the catalogue, so it was not asked for
    failed              the request that carried the pair failed, or its answer is not believed
    unaccounted         none of these: a fault of this software

The last two keep a run from publishing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

VALUES = "values"
NOTHING_PUBLISHED = "nothing_published"
WITHDRAWN = "withdrawn"
FAILED = "failed"
UNACCOUNTED = "unaccounted"

PAIR = ("kpi_id", "unit_id")
PAIR_SCHEMA: dict[str, type[pl.DataType]] = {"kpi_id": pl.String, "unit_id": pl.String}


@dataclass(frozen=True, slots=True)
class Coverage:
    """The outcome of every wanted pair.

    Attributes:
        pairs: one row per pair: kpi_id, unit_id, outcome, row_count, reason.
    """

    pairs: pl.DataFrame

    @property
    def lost(self) -> pl.DataFrame:
        """The pairs that are missing for no reason of Kolada's: failed or unaccounted."""
        return self.pairs.filter(pl.col("outcome").is_in([FAILED, UNACCOUNTED]))

    def counts(self) -> pl.DataFrame:
        """Units per KPI and outcome: kpi_id, outcome, unit_count."""
        return (
            self.pairs.group_by("kpi_id", "outcome")
            .agg(pl.len().cast(pl.Int32).alias("unit_count"))
            .sort("kpi_id", "outcome")
        )

    def totals(self) -> dict[str, int]:
        """Pairs per outcome."""
        return dict(self.pairs.group_by("outcome").len().sort("outcome").rows())


@dataclass(slots=True)
class CoverageCount:
    """Gathers, while a run reads, what becomes of each pair it wanted."""

    _wanted: list[pl.DataFrame] = field(default_factory=list)
    _withdrawn: set[str] = field(default_factory=set)
    _answered: list[pl.DataFrame] = field(default_factory=list)
    _failed: list[pl.DataFrame] = field(default_factory=list)
    _rows: list[pl.DataFrame] = field(default_factory=list)

    def want(self, kpi_ids: Sequence[str], unit_ids: Sequence[str]) -> None:
        """The run wants these KPIs for these units."""
        self._wanted.append(pairs_of(kpi_ids, unit_ids))

    def withdraw(self, kpi_ids: Sequence[str]) -> None:
        """These KPIs are not in the catalogue."""
        self._withdrawn.update(kpi_ids)

    def answer(self, kpi_ids: Sequence[str], unit_ids: Sequence[str], frame: pl.DataFrame) -> None:
        """This scope was read whole, and these are its cells (kpi_id, municipality_id, ...)."""
        self._answered.append(pairs_of(kpi_ids, unit_ids))
        self._rows.append(
            frame.group_by("kpi_id", pl.col("municipality_id").alias("unit_id")).agg(
                pl.len().cast(pl.Int32).alias("row_count")
            )
        )

    def fail(self, kpi_ids: Sequence[str], unit_ids: Sequence[str], reason: str) -> None:
        """This scope was not read, or its answer is not believed."""
        self._failed.append(pairs_of(kpi_ids, unit_ids).with_columns(pl.lit(reason).alias("reason")))

    def settle(self) -> Coverage:
        """The outcome of every wanted pair."""
        wanted = _union(self._wanted, PAIR_SCHEMA).unique(PAIR)
        answered = _union(self._answered, PAIR_SCHEMA).unique(PAIR).with_columns(pl.lit(value=True).alias("answered"))
        failed = _union(self._failed, PAIR_SCHEMA | {"reason": pl.String}).unique(PAIR, keep="first")
        rows = _union(self._rows, PAIR_SCHEMA | {"row_count": pl.Int32}).group_by(PAIR).agg(pl.col("row_count").sum())
        outcome = (
            pl.when(pl.col("kpi_id").is_in(sorted(self._withdrawn)))
            .then(pl.lit(WITHDRAWN))
            .when(pl.col("reason").is_not_null())
            .then(pl.lit(FAILED))
            .when(pl.col("answered") & (pl.col("row_count") > 0))
            .then(pl.lit(VALUES))
            .when(pl.col("answered"))
            .then(pl.lit(NOTHING_PUBLISHED))
            .otherwise(pl.lit(UNACCOUNTED))
        )
        return Coverage(
            wanted.join(answered, on=PAIR, how="left")
            .join(failed, on=PAIR, how="left")
            .join(rows, on=PAIR, how="left")
            .select(*PAIR, outcome.alias("outcome"), pl.col("row_count").fill_null(0), "reason")
            .sort(PAIR)
        )


def pairs_of(kpi_ids: Sequence[str], unit_ids: Sequence[str]) -> pl.DataFrame:
    """Every KPI with every unit: kpi_id, unit_id."""
    return pl.DataFrame({"kpi_id": kpi_ids}, schema={"kpi_id": pl.String}).join(
        pl.DataFrame({"unit_id": unit_ids}, schema={"unit_id": pl.String}), how="cross"
    )


def _union(frames: Sequence[pl.DataFrame], schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=schema), *frames])
