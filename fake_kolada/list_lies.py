"""Named changes of the catalogue's lists: absent entries, blank or other titles, lost members.

In a normal year Kolada renews its groups of similar municipalities, and withdraws some KPIs.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl

from fake_kolada.changed_cells import ChangeError, ChangeKind, Coordinates, next_day, nothing_fits, number
from fake_kolada.data_set import DataSet

# The lists of the catalogue: frame, id column, name column.
_LISTS = {
    "kpi": ("kpis", "kpi_id", "title"),
    "municipality": ("municipalities", "municipality_id", "municipality_name"),
    "group": ("groups", "group_id", "group_name"),
}


def _listed(at: Coordinates) -> tuple[str, str, str]:
    """Return the frame, the id column and the name column of the named list, by default of the KPIs."""
    name = at.get("list", "kpi")
    if name not in _LISTS:
        raise ChangeError(f"There is no list `{name}`; nothing is changed. Write one of `{'`, `'.join(_LISTS)}`.")
    return _LISTS[name]


def _with_list(
    data: DataSet, change: str, at: Coordinates, edit: Callable[[pl.DataFrame, pl.Expr, str], pl.DataFrame]
) -> DataSet:
    """Return the data set with one list edited: the frame, the named entries, the name column."""
    frame_name, id_column, name_column = _listed(at)
    frame: pl.DataFrame = getattr(data, frame_name)
    entries = pl.col(id_column) == at["id"] if "id" in at else pl.lit(value=True)
    if frame.filter(entries).is_empty():
        raise nothing_fits(change, at)
    edited: dict[str, Any] = {frame_name: edit(frame, entries, name_column)}
    return replace(data, dated=next_day(data), **edited)


def _unlisted(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    every = int(number(value or "2"))

    def edit(frame: pl.DataFrame, entries: pl.Expr, _name: str) -> pl.DataFrame:
        return frame.filter(entries.not_()) if "id" in at else frame.filter(pl.int_range(pl.len()) % every != every - 1)

    return _with_list(data, "unlisted", at, edit)


def _titles(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    return _with_list(
        data,
        "titles",
        at,
        lambda frame, entries, name: frame.with_columns(
            pl.when(entries).then(pl.lit(value or "")).otherwise(pl.col(name)).alias(name)
        ),
    )


def _titles_exchanged(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    return _with_list(
        data,
        "titles_exchanged",
        at,
        lambda frame, _entries, name: frame.with_columns(
            pl.concat([pl.col(name).tail(1), pl.col(name).head(pl.len() - 1)]).alias(name)
        ),
    )


def _members_lost(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    left = int(number(value or "1"))
    named = pl.col("group_id") == at["group"] if "group" in at else pl.lit(value=True)
    if data.group_members.filter(named).is_empty():
        raise nothing_fits("members_lost", at)
    members = data.group_members.filter(named.not_() | (pl.int_range(pl.len()).over("group_id") < left))
    return replace(data, dated=next_day(data), group_members=members)


def _members_exchanged(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    group_ids = data.group_members["group_id"].unique(maintain_order=True).to_list()
    if "group" in at:
        others = [group_id for group_id in group_ids if group_id != at["group"]]
        group_ids = [at["group"], *others[:1]] if at["group"] in group_ids else []
    if len(group_ids) <= 1:
        raise nothing_fits("members_exchanged", at)
    after = dict(zip(group_ids, [*group_ids[1:], group_ids[0]], strict=True))
    members = data.group_members.with_columns(pl.col("group_id").replace(after))
    return replace(data, dated=next_day(data), group_members=members)


def _groups_renewed(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    similar = pl.col("group_name").str.contains(r"^Liknande .*\d{4}$")
    if "group" in at:
        similar &= pl.col("group_id") == at["group"]
    if data.groups.filter(similar).is_empty():
        raise nothing_fits("groups_renewed", at)
    year = pl.col("group_name").str.extract(r"(\d{4})$").cast(pl.Int32)
    titles = data.groups.with_columns(
        group_name=pl.when(similar)
        .then(pl.concat_str(pl.col("group_name").str.slice(0, pl.col("group_name").str.len_chars() - 4), year + 1))
        .otherwise(pl.col("group_name"))
    )
    names = dict(
        data.municipalities.filter(pl.col("municipality_type") == "K")
        .select("municipality_id", "municipality_name")
        .iter_rows()
    )
    units = sorted(names)
    rows = []
    members = dict(data.group_members.group_by("group_id", maintain_order=True).agg("member_id").iter_rows())
    for place, group_id in enumerate(titles.filter(similar)["group_id"]):
        old = members.get(group_id, [])
        others = [units[(place * 7 + step) % len(units)] for step in range(len(units))]
        new = [unit for unit in others if unit not in old][:2]
        rows += [(group_id, unit, names[unit]) for unit in sorted([*old[2:], *new]) if unit in names]
    renewed = pl.DataFrame(rows, schema=data.group_members.schema, orient="row")
    kept = data.group_members.join(titles.filter(similar), on="group_id", how="anti")
    return replace(data, dated=next_day(data), groups=titles, group_members=pl.concat([kept, renewed]))


LIST_LIES = (
    ChangeKind(
        "unlisted",
        "an entry of a list (kpi, municipality or group) is absent; if none is named, one of EVERY, or 2",
        ("list", "id"),
        "EVERY",
        _unlisted,
    ),
    ChangeKind("titles", "the titles of a list, or of one entry, are TEXT, or blank", ("list", "id"), "TEXT", _titles),
    ChangeKind(
        "titles_exchanged", "each entry of a list has the title of the one before", ("list",), None, _titles_exchanged
    ),
    ChangeKind(
        "members_lost", "a group, or each, has only NUMBER of its members, or 1", ("group",), "NUMBER", _members_lost
    ),
    ChangeKind(
        "members_exchanged",
        "a group and the first other one have each other's members, or each has those of the one before",
        ("group",),
        None,
        _members_exchanged,
    ),
    ChangeKind(
        "groups_renewed",
        "a group of similar municipalities, or each, has the next year in its title and two other members",
        ("group",),
        None,
        _groups_renewed,
    ),
)
