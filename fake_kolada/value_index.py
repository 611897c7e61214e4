"""Find the rows of a data request and divide them into pages.

Observations are sorted by KPI, so a request is processed KPI by KPI (in chunks), and only up to the requested page: no
request scans the whole data set, and only the observations themselves stay in memory. A row of the API is one (KPI,
period, unit) with up to three values, one per gender, in an order that varies between rows and is always the same for a
row.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Generic, TypeVar

import polars as pl

from fake_kolada.contract import ContractChoices
from fake_kolada.data_set import GENDERS, MEMBER_SCHEMA, empty
from fake_kolada.group_means import COUNT, group_values

_CHUNKS_REMEMBERED = 12
_HEIGHTS_REMEMBERED = 20_000
_KPIS_IN_A_CHUNK = 25

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueQuery:
    """The ids of a data request. None: not named, so everything; an empty tuple: nothing that exists."""

    kpi_ids: tuple[str, ...] | None = None
    unit_ids: tuple[str, ...] | None = None
    years: tuple[int, ...] | None = None
    region_type: str | None = None
    from_date: date | None = None


@dataclass(frozen=True, slots=True)
class RowPage:
    """One page of rows in the response's form, and whether a further page follows."""

    rows: pl.DataFrame
    has_further: bool


class Recent(Generic[K, V]):
    """A cache of the `size` most recently used entries. Thread-safe.

    Two threads that need the same new key may both compute it: this costs time, not correctness, and no thread waits
        for
    another's computation.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._entries: OrderedDict[K, V] = OrderedDict()
        self._lock = Lock()

    def get(self, key: K, compute: Callable[[], V]) -> V:
        """Return the entry for this key; compute it if it is not in the cache."""
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                return self._entries[key]
        value = compute()
        with self._lock:
            self._entries[key] = value
            self._entries.move_to_end(key)
            while len(self._entries) > self._size:
                self._entries.popitem(last=False)
        return value


class ValueIndex:
    """The observations of a data set, indexed for requests page by page.

    `kpi_ids` excludes the observations of any other KPI.
    """

    def __init__(
        self,
        observations: pl.DataFrame,
        *,
        contract: ContractChoices,
        kpi_ids: Collection[str] | None = None,
        unit_column: str = "municipality_id",
        unit_types: Mapping[str, str] | None = None,
        members: pl.DataFrame | None = None,
    ) -> None:
        self._observations = observations
        self._contract = contract
        self._unit = unit_column
        self._wire_unit = unit_column.removesuffix("_id")
        self._unit_types = unit_types or {}
        self._members = empty(MEMBER_SCHEMA) if members is None else members
        self._group_ids = frozenset(self._members["group_id"])
        spans = _spans(observations)
        self._spans = {kpi_id: span for kpi_id, span in spans.items() if kpi_ids is None or kpi_id in kpi_ids}
        self._chunks: Recent[tuple[ValueQuery, int], pl.DataFrame] = Recent(_CHUNKS_REMEMBERED)
        self._heights: Recent[tuple[ValueQuery, int], int] = Recent(_HEIGHTS_REMEMBERED)

    def page(self, query: ValueQuery, number: int, size: int) -> RowPage:
        """Return the rows of page `number` (from 1) of at most `size` rows, sorted (KPI, period, unit)."""
        start, wanted = (number - 1) * size, size + 1
        parts: list[pl.DataFrame] = []
        passed = found = 0
        for place, kpi_ids in enumerate(self._plan(query)):
            height = self._heights.get((query, place), lambda: self._chunk(query, place, kpi_ids).height)  # noqa: B023
            if passed + height > start:
                part = self._chunk(query, place, kpi_ids).slice(max(start - passed, 0), wanted - found)
                parts.append(part)
                found += part.height
                if found == wanted:
                    break
            passed += height
        rows = pl.concat(parts) if parts else self._nested(self._observations.clear())
        return RowPage(rows=rows.head(size), has_further=found == wanted)

    def _plan(self, query: ValueQuery) -> Iterator[tuple[str, ...]]:
        """Return the chunks of KPIs that are processed together, in order; one KPI each if all groups are included."""
        named = self._spans if query.kpi_ids is None else sorted(set(query.kpi_ids) & set(self._spans))
        kpi_ids = list(named)
        step = 1 if query.unit_ids is None else _KPIS_IN_A_CHUNK
        for start in range(0, len(kpi_ids), step):
            yield tuple(kpi_ids[start : start + step])

    def _chunk(self, query: ValueQuery, place: int, kpi_ids: Sequence[str]) -> pl.DataFrame:
        return self._chunks.get((query, place), lambda: self._compute(query, kpi_ids))

    def _compute(self, query: ValueQuery, kpi_ids: Sequence[str]) -> pl.DataFrame:
        found = pl.concat([self._observations.slice(*self._spans[kpi_id]) for kpi_id in kpi_ids])
        if query.years is not None:
            found = found.filter(pl.col("period").is_in(query.years))
        groups = self._group_rows(found, query)
        if query.unit_ids is not None:
            found = found.filter(pl.col(self._unit).is_in(query.unit_ids))
        if query.region_type is not None:
            of_type = [unit for unit, kind in self._unit_types.items() if kind == query.region_type]
            found = found.filter(pl.col(self._unit).is_in(of_type))
        if self._contract.deleted_values == "with_from_date" and query.from_date is None:
            found = found.filter(pl.col("is_deleted").not_())
        if not groups.is_empty():
            single = pl.col("value").is_not_null().cast(pl.Int32).alias(COUNT)
            found = pl.concat([found.with_columns(single), groups]).sort("kpi_id", "period", self._unit, "gender")
        return self._nested(found, query.from_date)

    def _group_rows(self, found: pl.DataFrame, query: ValueQuery) -> pl.DataFrame:
        """Return values of the requested groups; none for a request by region type."""
        if query.region_type is not None or not self._group_ids:
            return found.clear()
        if query.unit_ids is not None:
            named = self._group_ids.intersection(query.unit_ids)
            if not named:
                return found.clear()
            return group_values(found, self._members.filter(pl.col("group_id").is_in(named)))
        if not self._contract.groups_when_no_unit_is_named:
            return found.clear()
        return group_values(found, self._members)

    def _nested(self, found: pl.DataFrame, from_date: date | None = None) -> pl.DataFrame:
        """Return the response's rows from sorted observations: one per (KPI, period, unit)."""
        key = ["kpi_id", "period", self._unit]
        count = pl.col(COUNT) if COUNT in found.columns else pl.col("value").is_not_null().cast(pl.Int32)
        rows = (
            found.with_columns(
                _row=pl.any_horizontal(pl.col(column).ne_missing(pl.col(column).shift()) for column in key).cum_sum(),
                _place=_place_in_row(self._unit),
            )
            .sort("_row", "_place")
            .group_by("_row", maintain_order=True)
            .agg(
                pl.struct(
                    pl.col("gender").cast(pl.String),
                    count.alias("count"),
                    pl.col("status").cast(pl.String).replace(dict(self._contract.status_words)),
                    "value",
                    pl.col("is_deleted").alias("isdeleted"),
                ).alias("values"),
                pl.col(*key).first(),
                pl.col("changed_on").max(),
            )
        )
        if from_date is not None:
            since = pl.col("changed_on") >= from_date
            rows = rows.filter(since if self._contract.from_date_is_inclusive else pl.col("changed_on") > from_date)
        return rows.select(
            "values",
            pl.col("kpi_id").cast(pl.String).alias("kpi"),
            "period",
            pl.col(self._unit).cast(pl.String).alias(self._wire_unit),
        )


def _place_in_row(unit: str) -> pl.Expr:
    """Return a gender's position in its row: one of all six orders, by the row's period and unit only."""
    number = pl.col(unit).cast(pl.String).str.slice(-4).cast(pl.Int32, strict=False).fill_null(0)
    mixed = pl.col("period") * 7 + number * 5 + number // 6
    gender = pl.col("gender").to_physical().cast(pl.Int32)
    # x -> a x + b with a in 1..2 and b in 0..2 gives each permutation of three elements once.
    return (gender * (1 + mixed % 2) + mixed // 2 % 3) % len(GENDERS)


def _spans(observations: pl.DataFrame) -> dict[str, tuple[int, int]]:
    """Return the start and the number of each KPI's observations, in the order of the KPIs."""
    lengths = observations.group_by("kpi_id", maintain_order=True).agg(pl.len().alias("length"))
    ends = lengths["length"].cum_sum()
    return {
        str(kpi_id): (int(end - length), int(length))
        for kpi_id, length, end in zip(lengths["kpi_id"], lengths["length"], ends, strict=True)
    }
