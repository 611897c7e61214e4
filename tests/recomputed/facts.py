"""Kolada's data as plain dictionaries: cells, units, groups, the catalogue.

Belongs here: reading recorded files and a stand-in's frames, without deriving anything. A cell whose value is
null is kept, since a row without a value is a fact too.
"""

import gzip
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from fake_kolada import DataSet

RIKET = "0000"
_CLOSED = re.compile(r"\(-\s?(\d{4})\)$")
_SIMILAR = re.compile(r"^Liknande kommuner,? (?P<topic>[^,]+), (?P<name>.+), (?P<year>\d{4})$")


@dataclass(frozen=True, slots=True)
class Cell:
    """One row of Kolada: a value, or null with a status that may give the reason."""

    value: float | None
    status: str


@dataclass(frozen=True, slots=True)
class SimilarGroup:
    """One of Kolada's groups of similar municipalities, for one municipality and topic."""

    group_id: str
    topic: str
    municipality_name: str
    vintage: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts known on one day.

    `cells` is keyed by (KPI, year, gender), then by unit. `publications` has, for each KPI with dates in the catalogue,
    the year of its next publication and the first day.
    """

    today: date
    cells: Mapping[tuple[str, int, str], Mapping[str, Cell]]
    unit_types: Mapping[str, str]
    unit_names: Mapping[str, str]
    similar_groups: tuple[SimilarGroup, ...]
    groups: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, str]
    publications: Mapping[str, tuple[int, date]]

    def value(self, kpi_id: str, year: int, gender: str, unit: str) -> float | None:
        """The value of one cell, or None."""
        cell = self.cells.get((kpi_id, year, gender), {}).get(unit)
        return None if cell is None else cell.value

    def peers_values(self, kpi_id: str, year: int, gender: str, own: str) -> dict[str, float]:
        """Return the values of a unit's peers: municipalities, or for a region the regions."""
        if own[:2] != "00":
            return self.municipality_values(kpi_id, year, gender)
        return {
            unit: cell.value
            for unit, cell in self.cells.get((kpi_id, year, gender), {}).items()
            if cell.value is not None and unit[:2] == "00" and unit != RIKET
        }

    def municipality_values(self, kpi_id: str, year: int, gender: str) -> dict[str, float]:
        """Return the municipalities (type K) that have a value."""
        return {
            unit: cell.value
            for unit, cell in self.cells.get((kpi_id, year, gender), {}).items()
            if cell.value is not None and self.unit_types.get(unit) == "K"
        }

    def years(self, kpi_id: str) -> list[int]:
        """Return the years for which any unit has a row, of any gender."""
        return sorted({year for kpi, year, _ in self.cells if kpi == kpi_id})

    def has_any_value(self, kpi_id: str, year: int) -> bool:
        """Return whether any unit has a value that year, of any gender."""
        return any(
            cell.value is not None
            for gender in ("T", "K", "M")
            for cell in self.cells.get((kpi_id, year, gender), {}).values()
        )

    def closed_after(self, kpi_id: str) -> int | None:
        """Return the last year of a KPI whose title ends in `(-2024)` or `(- 2024)`."""
        found = _CLOSED.search(self.titles.get(kpi_id, ""))
        return int(found.group(1)) if found else None

    def similar_groups_of(self, municipality_id: str) -> list[SimilarGroup]:
        """Return the groups of one municipality."""
        name = self.unit_names[municipality_id]
        return [each for each in self.similar_groups if each.municipality_name == name]

    def similar_group(self, topic: str, municipality_id: str) -> SimilarGroup | None:
        """Return the newest group of this topic for this municipality."""
        groups = [each for each in self.similar_groups_of(municipality_id) if each.topic == topic]
        return max(groups, key=lambda each: each.vintage, default=None)


def recorded_facts(folder: Path, today: date) -> Facts:
    """Return the facts in a folder of recorded data."""
    rows = pl.read_parquet(folder / "recorded" / "values.parquet").select(
        "kpi", "period", "gender", "municipality", "value", "status"
    )
    catalogue = folder / "catalogue"
    return _facts(
        today,
        rows.iter_rows(),
        [(row["id"], row["title"], row["type"]) for row in _newest(catalogue, "municipality")],
        [
            (row["id"], row["title"], [member["member_id"] for member in row["members"]])
            for row in _newest(catalogue, "municipality_groups")
        ],
        {row["id"]: row["title"] for row in _newest(catalogue, "kpi")},
        _publications(_newest(catalogue, "kpi"), "id"),
    )


def frame_facts(data: DataSet, today: date) -> Facts:
    """Return the facts in the frames of a stand-in: like the API, without KPIs that left the catalogue."""
    served = data.kpis["kpi_id"].to_list()
    frame = data.observations.filter(pl.col("kpi_id").cast(pl.String).is_in(served) & ~pl.col("is_deleted"))
    rows = zip(
        frame["kpi_id"].cast(pl.String).to_list(),
        frame["period"].to_list(),
        frame["gender"].cast(pl.String).to_list(),
        frame["municipality_id"].cast(pl.String).to_list(),
        frame["value"].to_list(),
        frame["status"].cast(pl.String).to_list(),
        strict=True,
    )
    members: dict[str, list[str]] = {}
    for group_id, member_id, _ in data.group_members.iter_rows():
        members.setdefault(group_id, []).append(member_id)
    return _facts(
        today,
        rows,
        list(data.municipalities.iter_rows()),
        [(group_id, name, members.get(group_id, [])) for group_id, name in data.groups.iter_rows()],
        dict(data.kpis.select("kpi_id", "title").iter_rows()),
        _publications(data.kpis.iter_rows(named=True), "kpi_id"),
    )


def _publications(kpis: Iterable[Mapping[str, Any]], name: str) -> dict[str, tuple[int, date]]:
    """Return year and first day of the next publication of each KPI that has both."""
    return {
        row[name]: (
            int(row["publ_period"]),
            date.fromisoformat(row["prel_publication_date"] or row["publication_date"]),
        )
        for row in kpis
        if row["publ_period"] and (row["prel_publication_date"] or row["publication_date"])
    }


def _newest(catalogue: Path, name: str) -> list[dict[str, Any]]:
    """Return the rows of the newest dated copy of one catalogue, plain or gzipped."""
    file = max(catalogue.glob(f"{name}_v3_*.json*"), key=lambda each: each.name)
    raw = file.read_bytes()
    content = json.loads(gzip.decompress(raw) if file.suffix == ".gz" else raw)
    rows: list[dict[str, Any]] = content["values"] if isinstance(content, dict) else content
    return rows


def _facts(
    today: date,
    rows: Iterable[tuple[Any, ...]],
    units: list[tuple[str, str, str]],
    groups: list[tuple[str, str, list[str]]],
    titles: Mapping[str, str],
    publications: Mapping[str, tuple[int, date]],
) -> Facts:
    cells: dict[tuple[str, int, str], dict[str, Cell]] = {}
    for kpi_id, year, gender, unit, value, status in rows:
        cells.setdefault((kpi_id, year, gender), {})[unit] = Cell(value, status or "")
    similar = []
    for group_id, name, members in groups:
        found = _SIMILAR.match(name)
        if found:
            vintage = int(found["year"])
            similar.append(SimilarGroup(group_id, found["topic"], found["name"], vintage, tuple(members)))
    return Facts(
        today=today,
        cells=cells,
        unit_types={unit: kind for unit, _, kind in units},
        unit_names={unit: name for unit, name, _ in units},
        similar_groups=tuple(similar),
        groups={group_id: tuple(members) for group_id, _, members in groups},
        titles=titles,
        publications=publications,
    )
