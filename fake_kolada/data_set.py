"""The data that a stand-in serves: one frozen set of frames.

What belongs here: the frames' columns and types, and the checks of every data set. What does not: the sources of the
frames (`sample`, `recorded`, `generated`), serving them (`value_index`, `wire_catalogue`), changing them (`changes`).

Invariants of a `DataSet`: each frame has exactly the columns declared here; ids are text; observations
are sorted by (kpi_id, period, unit, gender) and have no repeated key; a frame is never changed in place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Literal

import polars as pl

SourceKind = Literal["sample", "recorded"]

GENDERS = ("T", "K", "M")

OBSERVATION_SCHEMA: Mapping[str, pl.DataType] = {
    "kpi_id": pl.Categorical(),
    "municipality_id": pl.Categorical(),
    "period": pl.Int32(),
    "gender": pl.Enum(GENDERS),
    "value": pl.Float64(),
    "status": pl.Categorical(),
    "is_deleted": pl.Boolean(),
    # The day from which the API returns this value; `from_date` is compared with it.
    "changed_on": pl.Date(),
}
OU_OBSERVATION_SCHEMA: Mapping[str, pl.DataType] = {
    ("ou_id" if name == "municipality_id" else name): dtype for name, dtype in OBSERVATION_SCHEMA.items()
}
KPI_SCHEMA: Mapping[str, pl.DataType] = {
    "kpi_id": pl.String(),
    "title": pl.String(),
    "description": pl.String(),
    "is_divided_by_gender": pl.Boolean(),
    "municipality_type": pl.String(),
    "auspice": pl.String(),
    "operating_area": pl.String(),
    "perspective": pl.String(),
    # Text as in the response: the API promises no format.
    "prel_publication_date": pl.String(),
    "publication_date": pl.String(),
    "publ_period": pl.String(),
    "has_ou_data": pl.Boolean(),
}
MUNICIPALITY_SCHEMA: Mapping[str, pl.DataType] = {
    "municipality_id": pl.String(),
    "municipality_name": pl.String(),
    "municipality_type": pl.String(),
}
GROUP_SCHEMA: Mapping[str, pl.DataType] = {"group_id": pl.String(), "group_name": pl.String()}
MEMBER_SCHEMA: Mapping[str, pl.DataType] = {
    "group_id": pl.String(),
    "member_id": pl.String(),
    "member_name": pl.String(),
}
OU_SCHEMA: Mapping[str, pl.DataType] = {
    "ou_id": pl.String(),
    "municipality_id": pl.String(),
    "title": pl.String(),
}

# The default of a column that a frame lacks; a column that is not listed here is required.
_DEFAULTS: Mapping[str, object] = {
    "status": "",
    "is_deleted": False,
    "description": "",
    "is_divided_by_gender": False,
    "municipality_type": "K",
    "auspice": None,
    "operating_area": "Övrigt",
    "perspective": "Övrigt",
    "prel_publication_date": None,
    "publication_date": None,
    "publ_period": None,
    "has_ou_data": False,
}


class DataSetError(ValueError):
    """A frame or a file cannot be served; the message names it, its fault and the remedy."""


def empty(schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return a frame of this schema without rows."""
    return pl.DataFrame(schema=dict(schema))


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DataSet:
    """All data of a stand-in of the API.

    Only `observations`, `kpis` and `municipalities` are required, and of their columns only those without an entry in
    `_DEFAULTS`, so a test can write a data set of three rows. `dated` is the date of the data set: it has no values
    that were published later.
    """

    source_kind: SourceKind
    dated: date
    observations: pl.DataFrame
    kpis: pl.DataFrame
    municipalities: pl.DataFrame
    groups: pl.DataFrame = field(default_factory=lambda: empty(GROUP_SCHEMA))
    group_members: pl.DataFrame = field(default_factory=lambda: empty(MEMBER_SCHEMA))
    kpi_groups: pl.DataFrame = field(default_factory=lambda: empty(GROUP_SCHEMA))
    kpi_group_members: pl.DataFrame = field(default_factory=lambda: empty(MEMBER_SCHEMA))
    ous: pl.DataFrame = field(default_factory=lambda: empty(OU_SCHEMA))
    ou_observations: pl.DataFrame = field(default_factory=lambda: empty(OU_OBSERVATION_SCHEMA))

    def __post_init__(self) -> None:
        for each in fields(self):
            if each.name in _CHECKED:
                schema, key = _CHECKED[each.name]
                frame = _checked(each.name, getattr(self, each.name), schema, key, self.dated)
                object.__setattr__(self, each.name, frame)


_VALUE_KEY = ("kpi_id", "period", "municipality_id", "gender")
_CHECKED: Mapping[str, tuple[Mapping[str, pl.DataType], tuple[str, ...]]] = {
    "observations": (OBSERVATION_SCHEMA, _VALUE_KEY),
    "kpis": (KPI_SCHEMA, ("kpi_id",)),
    "municipalities": (MUNICIPALITY_SCHEMA, ("municipality_id",)),
    "groups": (GROUP_SCHEMA, ("group_id",)),
    "group_members": (MEMBER_SCHEMA, ("group_id", "member_id")),
    "kpi_groups": (GROUP_SCHEMA, ("group_id",)),
    "kpi_group_members": (MEMBER_SCHEMA, ("group_id", "member_id")),
    "ous": (OU_SCHEMA, ("ou_id",)),
    "ou_observations": (OU_OBSERVATION_SCHEMA, ("kpi_id", "period", "ou_id", "gender")),
}


def _checked(
    name: str,
    frame: pl.DataFrame,
    schema: Mapping[str, pl.DataType],
    key: tuple[str, ...],
    dated: date,
) -> pl.DataFrame:
    missing = [column for column in schema if column not in frame.columns and column not in _optional()]
    if missing:
        raise DataSetError(
            f"The frame `{name}` lacks the columns `{', '.join(missing)}`; nothing can be served from it. "
            f"Give it the columns `{', '.join(schema)}`."
        )
    defaults = {**_DEFAULTS, "changed_on": dated}
    columns = [
        (pl.col(column) if column in frame.columns else pl.lit(defaults[column])).cast(dtype).alias(column)
        for column, dtype in schema.items()
    ]
    ordered = frame.select(columns).sort(key)
    twice = ordered.filter(pl.all_horizontal(pl.col(column) == pl.col(column).shift() for column in key))
    if not twice.is_empty():
        first = "/".join(str(part) for part in twice.select(key).row(0))
        raise DataSetError(
            f"The frame `{name}` holds `{first}` twice ({twice.height} such rows); the API has one row a key. "
            f"Leave one row for each ({', '.join(key)})."
        )
    return ordered


def _optional() -> set[str]:
    return {*_DEFAULTS, "changed_on"}
