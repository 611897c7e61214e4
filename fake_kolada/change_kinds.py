"""The effect of each named change on a data set.

The registry `CHANGES` is the only list of changes: help texts and table-driven tests are generated from it.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from fake_kolada.changed_cells import (
    ChangeError,
    ChangeKind,
    Coordinates,
    is_named,
    next_day,
    nothing_fits,
    number,
    one_cell,
    with_cells,
    without_cells,
)
from fake_kolada.data_set import DataSet
from fake_kolada.lie_kinds import LIES
from fake_kolada.list_lies import LIST_LIES

__all__ = ["CHANGES", "ChangeError", "ChangeKind"]

_CELL = ("kpi", "unit", "year", "gender")
_VALUE = pl.col("value")
_HAS_VALUE = _VALUE.is_not_null()
_VINTAGE = re.compile(r"(\d{4})$")
_MEMBERS_REPLACED = 2
_PRECISION = 1e-7


def _revised(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    cell = one_cell(data, "revised", at, _HAS_VALUE)
    return with_cells(data, cell, value=_VALUE + 1.0 if value is None else pl.lit(number(value)))


def _deleted(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    cell = one_cell(data, "deleted", at, pl.col("is_deleted").not_())
    return with_cells(data, cell, value=pl.lit(None), status=pl.lit(""), is_deleted=pl.lit(value=True))


def _vanished(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    if not at:
        return without_cells(data, one_cell(data, "vanished", at, pl.lit(value=True)))
    if data.observations.filter(is_named(at)).is_empty():
        raise nothing_fits("vanished", at)
    return without_cells(data, is_named(at))


def _suppressed(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    cell = one_cell(data, "suppressed", at, _HAS_VALUE)
    return with_cells(data, cell, value=pl.lit(None), status=pl.lit("Privacy" if value is None else value))


def _restored(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    cell = one_cell(data, "restored", at, _HAS_VALUE.not_() & pl.col("is_deleted").not_())
    if value is None:
        kpi_id = data.observations.filter(cell)["kpi_id"][0]
        usual = data.observations.filter(pl.col("kpi_id") == kpi_id)["value"].mean()
        new = round(float(usual), 1) if isinstance(usual, float) else 1.0
    else:
        new = number(value)
    return with_cells(data, cell, value=pl.lit(new), status=pl.lit(""))


def _precision(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    cell = one_cell(data, "precision", at, _HAS_VALUE & (_VALUE != _VALUE + _PRECISION))
    return with_cells(data, cell, value=_VALUE + _PRECISION)


def _rounded(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    to_one, to_whole = (_VALUE.round(decimals, mode="half_away_from_zero") for decimals in (1, 0))
    cell = one_cell(data, "rounded", at, _HAS_VALUE & (to_whole != _VALUE))
    return with_cells(data, cell, value=pl.when(to_one != _VALUE).then(to_one).otherwise(to_whole))


def _status_changed(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    new = "Missing" if value is None else value
    cell = one_cell(data, "status_changed", at, pl.col("status") != new)
    return with_cells(data, cell, status=pl.lit(new))


def _total_absent(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    divided = data.observations.filter(pl.col("gender") == "K")["kpi_id"].unique()
    total = {**at, "gender": "T"}
    return without_cells(
        data, one_cell(data, "total_absent", total, _HAS_VALUE & pl.col("kpi_id").is_in(divided.implode()))
    )


def _unit_vanished(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    rows = data.observations.filter(is_named(at))
    if "unit" not in at:
        of_type_k = data.municipalities.filter(pl.col("municipality_type") == "K")["municipality_id"]
        rows = rows.filter(pl.col("municipality_id").is_in(of_type_k.implode()))
    if rows.is_empty():
        raise nothing_fits("unit_vanished", at)
    unit = rows["municipality_id"].cast(pl.String).min()
    return without_cells(data, is_named(at) & (pl.col("municipality_id") == unit))


def _new_year(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    kpi_id = _kpi(data, "new_year", at)
    rows = data.observations.filter(pl.col("kpi_id") == kpi_id)
    newest = rows.filter(pl.col("period") == pl.col("period").max())
    coming = newest.with_columns(pl.col("period") + 1, _VALUE + 1.0, changed_on=pl.lit(next_day(data)))
    return replace(data, dated=next_day(data), observations=pl.concat([data.observations, coming]))


def _kpi_removed(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    kpi_id = _kpi(data, "kpi_removed", at)
    return replace(data, dated=next_day(data), kpis=data.kpis.filter(pl.col("kpi_id") != kpi_id))


def _kpi_retitled(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    kpi = pl.col("kpi_id") == _kpi(data, "kpi_retitled", at)
    suffix = pl.lit(f" (-{value or '2024'})")
    # A closed KPI has no next publication.
    closed = [
        pl.when(kpi).then(None).otherwise(pl.col(name)).alias(name)
        for name in ("prel_publication_date", "publication_date", "publ_period")
    ]
    title = pl.when(kpi).then(pl.col("title") + suffix).otherwise(pl.col("title"))
    return replace(data, dated=next_day(data), kpis=data.kpis.with_columns(title.alias("title"), *closed))


def _title_encoded_twice(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    kpi = pl.col("kpi_id") == _kpi(data, "kpi_title_encoded_twice", at)
    (title,) = data.kpis.filter(kpi)["title"]
    twice = pl.lit(title.encode().decode("latin-1"))
    titles = pl.when(kpi).then(twice).otherwise(pl.col("title")).alias("title")
    return replace(data, dated=next_day(data), kpis=data.kpis.with_columns(titles))


def _rescaled(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    factor = 100.0 if value is None else number(value)
    kpi = pl.col("kpi_id") == _kpi(data, "rescaled", at)
    return with_cells(data, kpi & _HAS_VALUE, value=_VALUE * factor)


def _group_members(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    members = data.group_members
    candidates = data.groups.join(members, on="group_id", how="semi").sort(
        pl.col("group_name").str.starts_with("Liknande").not_(), "group_id"
    )
    if "group" in at:
        candidates = data.groups.filter(pl.col("group_id") == at["group"])
    if candidates.is_empty():
        raise nothing_fits("group_members", at)
    group_id, title = candidates.row(0)
    old = members.filter(pl.col("group_id") == group_id)["member_id"].to_list()
    new = _other_members(data, title, old) if value is None else value.split(",")
    names = dict(data.municipalities.select("municipality_id", "municipality_name").iter_rows())
    unknown = [unit for unit in new if unit not in names]
    if unknown:
        raise ChangeError(
            f"There is no municipality `{unknown[0]}`; nothing is changed. "
            "Name members by their four digits, separated by commas, such as `=0114,0115`."
        )
    joined = pl.DataFrame([(group_id, unit, names[unit]) for unit in new], schema=members.schema, orient="row")
    retitled = _VINTAGE.sub(lambda year: str(int(year.group()) + 1), title)
    group = pl.col("group_id") == group_id
    return replace(
        data,
        dated=next_day(data),
        group_members=pl.concat([members.filter(group.not_()), joined]),
        groups=data.groups.with_columns(
            group_name=pl.when(group).then(pl.lit(retitled)).otherwise(pl.col("group_name"))
        ),
    )


def _other_members(data: DataSet, title: str, old: list[str]) -> list[str]:
    """Return the members with the first two replaced by the first municipalities that are not in the group."""
    others = [
        unit
        for unit, name, kind in data.municipalities.iter_rows()
        if kind == "K" and unit not in old and f", {name}, " not in title
    ]
    return sorted([*others[:_MEMBERS_REPLACED], *old[_MEMBERS_REPLACED:]])


def _kpi(data: DataSet, change: str, at: Coordinates) -> str:
    """Return the named KPI, or the lowest in the catalogue that has values."""
    known = data.kpis["kpi_id"].to_list()
    if "kpi" in at:
        if at["kpi"] not in known:
            raise nothing_fits(change, at)
        return at["kpi"]
    with_values = set(data.observations["kpi_id"].cast(pl.String).unique())
    found = [kpi_id for kpi_id in known if kpi_id in with_values]
    if not found:
        raise nothing_fits(change, at)
    return str(found[0])


_KINDS = (
    ChangeKind("revised", "a value is revised: to VALUE, or up by 1", _CELL, "VALUE", _revised),
    ChangeKind("deleted", "a value is deleted: it comes as isdeleted", _CELL, None, _deleted),
    ChangeKind(
        "vanished",
        "all values at the coordinates are absent, without isdeleted; one value if there are no coordinates",
        _CELL,
        None,
        _vanished,
    ),
    ChangeKind("suppressed", "a number becomes null, with STATUS or Privacy", _CELL, "STATUS", _suppressed),
    ChangeKind("restored", "a null becomes a number", _CELL, "VALUE", _restored),
    ChangeKind("precision", "a value moves by 1e-7", _CELL, None, _precision),
    ChangeKind("rounded", "a value loses decimals", _CELL, None, _rounded),
    ChangeKind(
        "status_changed", "a value stays and its status becomes STATUS or Missing", _CELL, "STATUS", _status_changed
    ),
    ChangeKind(
        "total_absent", "a row has women's and men's values and no total", ("kpi", "unit", "year"), None, _total_absent
    ),
    ChangeKind(
        "unit_vanished",
        "all rows of a municipality are absent, of one KPI if it is named",
        ("unit", "kpi"),
        None,
        _unit_vanished,
    ),
    ChangeKind("new_year", "a KPI has values for one more year", ("kpi",), None, _new_year),
    ChangeKind("kpi_removed", "a KPI leaves the catalogue", ("kpi",), None, _kpi_removed),
    ChangeKind(
        "kpi_retitled", "a KPI is closed: its title ends in (-YEAR), or (-2024)", ("kpi",), "YEAR", _kpi_retitled
    ),
    ChangeKind(
        "kpi_title_encoded_twice",
        "a KPI's title comes with its UTF-8 encoded twice",
        ("kpi",),
        None,
        _title_encoded_twice,
    ),
    ChangeKind("rescaled", "all values of a KPI are multiplied by FACTOR, or 100", ("kpi",), "FACTOR", _rescaled),
    ChangeKind(
        "group_members",
        "a group has new members (MEMBERS, or two replaced) and the next year in its title",
        ("group",),
        "MEMBERS",
        _group_members,
    ),
)

CHANGES: Mapping[str, ChangeKind] = {kind.name: kind for kind in (*_KINDS, *LIES, *LIST_LIES)}
