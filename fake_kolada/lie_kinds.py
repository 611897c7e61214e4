"""Named changes of many cells: responses of a broken Kolada, and the changes of a normal year.

Unlike the changes of one cell or one KPI (`change_kinds`), these affect every cell at the coordinates; changes of the
catalogue's lists are in `list_lies`. A pipeline must hold the first kind and let the second kind pass.
"""

from dataclasses import replace

import polars as pl

from fake_kolada.changed_cells import (
    ChangeKind,
    Coordinates,
    is_named,
    next_day,
    nothing_fits,
    number,
    with_cells,
    without_cells,
)
from fake_kolada.data_set import OBSERVATION_SCHEMA, DataSet

_CELLS = ("kpi", "unit", "year", "gender")
_VALUE = pl.col("value")
_HAS_VALUE = _VALUE.is_not_null()
_LAST_YEAR = 2100


def _named(data: DataSet, change: str, at: Coordinates, fits: pl.Expr | None = None) -> pl.Expr:
    """Return the cells at the coordinates; without coordinates all cells."""
    cells = is_named(at) if fits is None else is_named(at) & fits
    if data.observations.filter(cells).is_empty():
        raise nothing_fits(change, at)
    return cells


def _nulled(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    return with_cells(data, _named(data, "values_null", at), value=pl.lit(None), status=pl.lit(value or ""))


def _all_deleted(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    cells = _named(data, "values_deleted", at)
    return with_cells(data, cells, value=pl.lit(None), status=pl.lit(""), is_deleted=pl.lit(value=True))


def _same(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    return with_cells(data, _named(data, "values_same", at, _HAS_VALUE), value=pl.lit(number(value or "50")))


def _times(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    return with_cells(data, _named(data, "values_times", at, _HAS_VALUE), value=_VALUE * number(value or "10"))


def _plus(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    return with_cells(data, _named(data, "values_plus", at, _HAS_VALUE), value=_VALUE + number(value or "1"))


def _county_times(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    units = [unit for unit, _, kind in data.municipalities.iter_rows() if kind == "K"]
    county = at.get("county", max(units)[:2] if units else "")
    of_county = pl.col("municipality_id").cast(pl.String).is_in([unit for unit in units if unit[:2] == county])
    cells = _named(data, "county_times", {key: at[key] for key in at if key != "county"}, _HAS_VALUE & of_county)
    return with_cells(data, cells, value=_VALUE * number(value or "10"))


def _zeroed(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    cells = _named(data, "nulls_zero", at, _HAS_VALUE.not_() & pl.col("is_deleted").not_())
    return with_cells(data, cells, value=pl.lit(0.0), status=pl.lit(""))


def _statuses(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    return with_cells(data, _named(data, "statuses_same", at), status=pl.lit(value or "Missing"))


def _shown_with(data: DataSet, change: str, at: Coordinates, new: pl.Expr) -> DataSet:
    """Give the named cells a value computed from the whole frame; if it is null they keep their own."""
    cells = _named(data, change, at)
    return with_cells(data, cells & new.is_not_null(), value=new)


def _rotated(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    other = _VALUE.shift(1, fill_value=None).over("kpi_id", "period", "gender")
    return _shown_with(data, "units_rotated", at, other)


def _genders_exchanged(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    key = ("kpi_id", "period", "municipality_id")
    women, men = (_VALUE.filter(pl.col("gender") == gender).first().over(*key) for gender in ("K", "M"))
    new = pl.when(pl.col("gender") == "K").then(men).when(pl.col("gender") == "M").then(women)
    return _shown_with(data, "genders_exchanged", at, new)


def _kpis_exchanged(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    with_values = set(data.observations["kpi_id"].cast(pl.String).unique())
    known = [kpi_id for kpi_id in data.kpis["kpi_id"] if kpi_id in with_values]
    first = at.get("kpi", known[0] if known else "")
    others = [kpi_id for kpi_id in known if kpi_id != first]
    if first not in known or not others:
        raise nothing_fits("kpis_exchanged", at)
    kpi_id = pl.col("kpi_id").cast(pl.String)
    exchanged = kpi_id.replace({first: others[0], others[0]: first}).cast(OBSERVATION_SCHEMA["kpi_id"])
    return replace(data, dated=next_day(data), observations=data.observations.with_columns(kpi_id=exchanged))


def _years_shifted(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    cells = _named(data, "years_shifted", at)
    return replace(
        data,
        dated=next_day(data),
        observations=data.observations.with_columns(
            period=pl.when(cells).then(pl.col("period") + 1).otherwise(pl.col("period"))
        ),
    )


def _newest(at: Coordinates) -> pl.Expr:
    """Return the named cells of each KPI's newest year."""
    return is_named(at) & (pl.col("period") == pl.col("period").max().over("kpi_id"))


def _year_copied(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    before = _VALUE.shift(1).over("kpi_id", "municipality_id", "gender", order_by="period")
    return with_cells(data, _newest(at) & before.is_not_null(), value=before)


def _year_halved(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    units = data.municipalities["municipality_id"].sort()[::2]
    return without_cells(data, _newest(at) & pl.col("municipality_id").cast(pl.String).is_in(units.implode()))


def _new_years(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    coming = data.observations.filter(_newest(at)).with_columns(
        pl.col("period") + 1,
        value=_VALUE * 1.01 if value is None else pl.when(_HAS_VALUE).then(pl.lit(number(value))),
        changed_on=pl.lit(next_day(data)),
    )
    if coming.is_empty():
        raise nothing_fits("new_years", at)
    return replace(data, dated=next_day(data), observations=pl.concat([data.observations, coming]))


def _year_ahead(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    row = data.observations.filter(_named(data, "year_ahead", at, _HAS_VALUE)).head(1)
    year = int(number(value or str(_LAST_YEAR)))
    row = row.with_columns(period=pl.lit(year, OBSERVATION_SCHEMA["period"]), changed_on=pl.lit(next_day(data)))
    return replace(data, dated=next_day(data), observations=pl.concat([data.observations, row]))


def _share(data: DataSet, change: str, at: Coordinates, value: str | None) -> pl.Expr:
    """Return a percentage of the named cells with a value, evenly spread."""
    cells = _named(data, change, at, _HAS_VALUE)
    percent = number(value or "5")
    place = cells.cast(pl.Int64).cum_sum()
    return cells & ((place * percent / 100).floor() != ((place - 1) * percent / 100).floor())


def _share_revised(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    return with_cells(data, _share(data, "share_revised", at, value), value=_VALUE * 1.1 + 0.3)


def _share_suppressed(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    cells = _share(data, "share_suppressed", at, value)
    return with_cells(data, cells, value=pl.lit(None), status=pl.lit("Privacy"))


def _all_precise(data: DataSet, at: Coordinates, _value: str | None) -> DataSet:
    return with_cells(data, _named(data, "values_precise", at, _HAS_VALUE), value=_VALUE + 1e-7)


def _all_rounded(data: DataSet, at: Coordinates, value: str | None) -> DataSet:
    places = int(number(value or "1"))
    to = (
        _VALUE.round(places, mode="half_away_from_zero")
        if places >= 0
        else (_VALUE * 10.0**places).round(0) * 10.0**-places
    )
    return with_cells(data, _named(data, "values_rounded", at, _HAS_VALUE), value=to)


LIES = (
    ChangeKind("values_null", "the values named are null, with STATUS", _CELLS, "STATUS", _nulled),
    ChangeKind("values_deleted", "the values named have isdeleted", _CELLS, None, _all_deleted),
    ChangeKind("values_same", "the values named are all VALUE, or 50", _CELLS, "VALUE", _same),
    ChangeKind("values_times", "the values named are multiplied by FACTOR, or 10", _CELLS, "FACTOR", _times),
    ChangeKind("values_plus", "the values named increase by NUMBER, or 1", _CELLS, "NUMBER", _plus),
    ChangeKind("values_precise", "the values named move by 1e-7", _CELLS, None, _all_precise),
    ChangeKind("values_rounded", "the values named have DECIMALS, or 1", _CELLS, "DECIMALS", _all_rounded),
    ChangeKind(
        "county_times",
        "the values of a county's municipalities are multiplied by FACTOR, or 10",
        ("county", "kpi", "year"),
        "FACTOR",
        _county_times,
    ),
    ChangeKind("nulls_zero", "the nulls named are 0", _CELLS, None, _zeroed),
    ChangeKind("statuses_same", "the values named have the status WORD, or Missing", _CELLS, "WORD", _statuses),
    ChangeKind("units_rotated", "each unit has the value of the one before it", _CELLS, None, _rotated),
    ChangeKind(
        "genders_exchanged", "women have the men's values and men the women's", _CELLS, None, _genders_exchanged
    ),
    ChangeKind("kpis_exchanged", "a KPI and the next one have each other's values", ("kpi",), None, _kpis_exchanged),
    ChangeKind("years_shifted", "the values named are a year later", ("kpi", "unit"), None, _years_shifted),
    ChangeKind("year_copied", "the newest year has the values of the year before", ("kpi", "unit"), None, _year_copied),
    ChangeKind("year_halved", "the newest year is absent for every second unit", ("kpi", "unit"), None, _year_halved),
    ChangeKind(
        "new_years",
        "every KPI named has values for one more year, slightly higher or VALUE",
        ("kpi", "unit"),
        "VALUE",
        _new_years,
    ),
    ChangeKind("year_ahead", "one row more, for YEAR, or 2100", _CELLS, "YEAR", _year_ahead),
    ChangeKind("share_revised", "PERCENT of the values named, or 5, are revised", _CELLS, "PERCENT", _share_revised),
    ChangeKind(
        "share_suppressed", "PERCENT of the values named, or 5, become null", _CELLS, "PERCENT", _share_suppressed
    ),
)
