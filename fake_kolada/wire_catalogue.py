"""The catalogue in the response's form: KPIs, municipalities, groups, organisational units.

Each table is sorted by id, as in the API; a request by ids returns the known ones and ignores the others; a title is
found by a part of it, in any case.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from fake_kolada.data_set import DataSet

ENDPOINTS = ("kpi", "kpi_groups", "municipality", "municipality_groups", "ou")


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueQuery:
    """The parameters of a request to the catalogue. None: not named, so everything."""

    ids: tuple[str, ...] | None = None
    title: str | None = None
    region_type: str | None = None
    municipality_ids: tuple[str, ...] | None = None


class Catalogue:
    """The catalogue of one data set, prepared for requests."""

    def __init__(self, data: DataSet) -> None:
        self._tables: Mapping[str, pl.DataFrame] = {
            "kpi": data.kpis.rename({"kpi_id": "id"}),
            "kpi_groups": _with_members(data.kpi_groups, data.kpi_group_members),
            "municipality": data.municipalities.select(
                id="municipality_id", title="municipality_name", type="municipality_type"
            ),
            "municipality_groups": _with_members(data.groups, data.group_members),
            "ou": data.ous.select(id="ou_id", municipality="municipality_id", title="title"),
        }
        self.kpi_ids = frozenset(data.kpis["kpi_id"])

    def rows(self, endpoint: str, query: CatalogueQuery) -> pl.DataFrame:
        """Return all rows of one catalogue that match the query, sorted by id."""
        found = self._tables[endpoint]
        if query.ids is not None:
            found = found.filter(pl.col("id").is_in(query.ids))
        if query.title is not None:
            wanted = query.title.lower()
            found = found.filter(pl.col("title").str.to_lowercase().str.contains(wanted, literal=True))
        if query.region_type is not None and "type" in found.columns:
            found = found.filter(pl.col("type") == query.region_type)
        if query.municipality_ids is not None and "municipality" in found.columns:
            found = found.filter(pl.col("municipality").is_in(query.municipality_ids))
        return found


def _with_members(groups: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Return groups with their members in a list; a group without members has an empty list."""
    lists = members.group_by("group_id", maintain_order=True).agg(
        pl.struct("member_id", member_title="member_name").alias("members")
    )
    return (
        groups.join(lists, on="group_id", how="left", maintain_order="left")
        .with_columns(pl.col("members").fill_null(pl.lit([], dtype=lists.schema["members"])))
        .select(id="group_id", title="group_name", members="members")
    )
