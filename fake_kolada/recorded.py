"""A data set from a folder of recorded Kolada data.

The folder contains `recorded/values.parquet` (kpi, municipality, period, gender, value, status) and
`catalogue/NAME_v3_DATE.json`, plain or gzipped, for kpi, municipality and municipality_groups, and optionally
kpi_groups and ou. Of several dates the newest is used. Nothing is made up: an id without a recorded value has none
here.
"""

import gzip
import json
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from fake_kolada.data_set import GROUP_SCHEMA, MEMBER_SCHEMA, OU_SCHEMA, DataSet, DataSetError, empty

_CATALOGUE_NAME = re.compile(r"_v3_(\d{4}-\d{2}-\d{2})\.json(\.gz)?$")
_WIRE_MUNICIPALITY = {"id": "municipality_id", "title": "municipality_name", "type": "municipality_type"}


def recorded_data(path: str | Path) -> DataSet:
    """Return the data set recorded in this folder.

    Raises:
        DataSetError: The folder, or a required file, is missing or cannot be read.
    """
    folder = Path(path)
    values_file = folder / "recorded" / "values.parquet"
    if not values_file.is_file():
        raise DataSetError(
            f"There is no file `{values_file}`; a data set can't be built without values. "
            "Name a folder that has `recorded/values.parquet` and `catalogue/`, or use `--data sample`."
        )
    kpi_file, dated = _newest(folder, "kpi")
    groups, members = _groups(folder, "municipality_groups", required=True)
    kpi_groups, kpi_members = _groups(folder, "kpi_groups", required=False)
    values = pl.read_parquet(values_file)
    observations = values.select(
        kpi_id="kpi",
        municipality_id="municipality",
        period="period",
        gender="gender",
        value="value",
        status=pl.col("status").fill_null(""),
    )
    return DataSet(
        source_kind="recorded",
        dated=dated,
        observations=observations,
        kpis=_frame(_read(kpi_file)).rename({"id": "kpi_id"}),
        municipalities=_frame(_read(_newest(folder, "municipality")[0])).rename(_WIRE_MUNICIPALITY),
        groups=groups,
        group_members=members,
        kpi_groups=kpi_groups,
        kpi_group_members=kpi_members,
        ous=_ous(folder),
    )


def _catalogue_files(folder: Path, name: str) -> list[tuple[str, Path]]:
    """Return the recorded copies of one catalogue with their dates, oldest first."""
    found = []
    for file in (folder / "catalogue").glob(f"{name}_v3_*.json*"):
        dated = _CATALOGUE_NAME.search(file.name)
        if dated is not None and file.name.startswith(f"{name}_v3_"):
            found.append((dated.group(1), file))
    return sorted(found)


def _newest(folder: Path, name: str) -> tuple[Path, date]:
    found = _catalogue_files(folder, name)
    if not found:
        raise DataSetError(
            f"There is no catalogue `{name}_v3_DATE.json` or `.json.gz` in `{folder / 'catalogue'}`; "
            "values can't be served without it. Put the API's answer there, or use `--data sample`."
        )
    dated, file = found[-1]
    return file, date.fromisoformat(dated)


def _read(file: Path) -> list[dict[str, Any]]:
    raw = file.read_bytes()
    content = json.loads(gzip.decompress(raw) if file.suffix == ".gz" else raw)
    rows = content["values"] if isinstance(content, dict) else content
    if not isinstance(rows, list):
        raise DataSetError(
            f"The catalogue `{file}` holds `{type(rows).__name__}` and not a list of rows; it can't be "
            "served. Save the API's answer, or the list in its `values`, there again."
        )
    return rows


def _frame(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), infer_schema_length=None)


def _groups(folder: Path, name: str, *, required: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    if not required and not _catalogue_files(folder, name):
        return empty(GROUP_SCHEMA), empty(MEMBER_SCHEMA)
    rows = _read(_newest(folder, name)[0])
    groups = [(row["id"], row["title"]) for row in rows]
    members = [(row["id"], member["member_id"], member["member_title"]) for row in rows for member in row["members"]]
    return (
        pl.DataFrame(groups, schema=dict(GROUP_SCHEMA), orient="row"),
        pl.DataFrame(members, schema=dict(MEMBER_SCHEMA), orient="row"),
    )


def _ous(folder: Path) -> pl.DataFrame:
    if not _catalogue_files(folder, "ou"):
        return empty(OU_SCHEMA)
    return _frame(_read(_newest(folder, "ou")[0])).rename({"id": "ou_id", "municipality": "municipality_id"})
