"""A kind of change, the cells that it affects, and the observations after it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import polars as pl

from fake_kolada.data_set import GENDERS, OBSERVATION_SCHEMA, DataSet

_COLUMNS = {"kpi": "kpi_id", "unit": "municipality_id", "year": "period", "gender": "gender"}
KEY = ("kpi_id", "municipality_id", "period", "gender")


Coordinates = Mapping[str, str]
Apply = Callable[[DataSet, Coordinates, str | None], DataSet]


class ChangeError(ValueError):
    """A change cannot be made: it does not exist, cannot be read, or matches nothing in the data."""


@dataclass(frozen=True, slots=True)
class ChangeKind:
    """One kind of change: its description, its coordinates and value, and its function."""

    name: str
    description: str
    coordinates: tuple[str, ...]
    value: str | None
    apply: Apply

    @property
    def usage(self) -> str:
        """The full form of the change, with all coordinates."""
        places = "/".join(place.upper() for place in self.coordinates)
        return f"{self.name}:{places}" + (f"={self.value}" if self.value else "")


def is_named(coordinates: Mapping[str, str]) -> pl.Expr:
    """Return the observations at these coordinates; an omitted coordinate matches all."""
    named = pl.lit(value=True)
    for place, text in coordinates.items():
        if place == "year":
            named &= pl.col("period") == _whole(text)
        elif place == "gender" and text not in GENDERS:
            raise ChangeError(f"There is no gender `{text}`; nothing is changed. Write one of `T`, `K`, `M`.")
        else:
            named &= pl.col(_COLUMNS[place]) == text
    return named


def one_cell(data: DataSet, change: str, coordinates: Mapping[str, str], fits: pl.Expr) -> pl.Expr:
    """Return the one cell that a change affects: of the matching ones, the newest year, then the lowest ids.

    By default it is a total (gender T) of a municipality, of a KPI in the catalogue.
    """
    wanted = is_named(coordinates) & fits & pl.col("kpi_id").is_in(data.kpis["kpi_id"].implode())
    if "gender" not in coordinates:
        wanted &= pl.col("gender") == GENDERS[0]
    if "unit" not in coordinates:
        of_type_k = data.municipalities.filter(pl.col("municipality_type") == "K")
        wanted &= pl.col("municipality_id").is_in(of_type_k["municipality_id"].implode())
    found = data.observations.filter(wanted)
    newest = found.filter(pl.col("period") == pl.col("period").max())
    if newest.is_empty():
        raise nothing_fits(change, coordinates)
    kpi_id, unit, period, gender = newest.select(KEY).row(0)
    return pl.all_horizontal(
        pl.col("kpi_id") == kpi_id,
        pl.col("municipality_id") == unit,
        pl.col("period") == period,
        pl.col("gender") == gender,
    )


def with_cells(data: DataSet, cells: pl.Expr, **new: pl.Expr) -> DataSet:
    """Return the data set a day later, with new contents of these cells."""
    later = next_day(data)
    contents = {**new, "changed_on": pl.lit(later)}
    observations = data.observations.with_columns(
        pl.when(cells).then(expr.cast(OBSERVATION_SCHEMA[name])).otherwise(pl.col(name)).alias(name)
        for name, expr in contents.items()
    )
    return replace(data, observations=observations, dated=later)


def without_cells(data: DataSet, cells: pl.Expr) -> DataSet:
    """Return the data set a day later, without these cells."""
    kept = data.observations.filter(cells.not_())
    return replace(data, observations=kept, dated=next_day(data))


def next_day(data: DataSet) -> date:
    """Return the date of a changed data set."""
    return data.dated + timedelta(days=1)


def nothing_fits(change: str, coordinates: Mapping[str, str]) -> ChangeError:
    """Return the error for a change that matches nothing."""
    where = "/".join(coordinates.values()) or "any place"
    return ChangeError(
        f"The change `{change}` matches nothing at `{where}`; nothing is changed. "
        "Name coordinates that are in the data, or none to have them chosen."
    )


def number(text: str) -> float:
    """Return the number after `=`."""
    try:
        return float(text)
    except ValueError:
        raise ChangeError(
            f"`{text}` is no number; nothing is changed. Write one with a decimal point, such as `=91.2`."
        ) from None


def _whole(text: str) -> int:
    if not text.isdigit():
        raise ChangeError(f"`{text}` is no year; nothing is changed. Write four digits, such as `2020`.")
    return int(text)
