"""The tables of a plan as polars frames, built from the rows of its files.

They are the tables of the schema `plan` in the warehouse, in the same column order, without the last three columns
(files_sha256, known_from, known_to), which loading adds.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from goals.cell_values import printed_numbers
from goals.csv_rows import Row
from goals.plan_columns import TABLES, Kind
from goals.plan_settings import Settings

_TYPES: Mapping[Kind, pl.DataType] = {
    Kind.YEAR: pl.Int32(),
    Kind.INTEGER: pl.Int32(),
    Kind.NUMBER: pl.Float64(),
    Kind.FLAG: pl.Boolean(),
    Kind.DATE: pl.Date(),
}

TABLE_SCHEMAS: Mapping[str, Mapping[str, pl.DataType]] = {
    name: {"plan_id": pl.String(), **{column.name: _TYPES.get(column.kind, pl.String()) for column in table.columns}}
    for name, table in TABLES.items()
}


def build_tables(settings: Settings, rows: Mapping[str, Sequence[Row]]) -> Mapping[str, pl.DataFrame]:
    """Return all tables of a plan that has passed the checks."""
    records: dict[str, list[dict[str, object]]] = {
        "plan": [{column.name: getattr(settings, column.name) for column in TABLES["plan"].columns}],
        "rule": [{"rule_name": name, "rule_value": value} for name, value in settings.rules.items()],
        "label": [{"label_kind": kind, "code": code, "label": word} for (kind, code), word in settings.labels.items()],
        "bokslut_date": [{"year": year, "bokslut_date": day} for year, day in sorted(settings.bokslut_dates.items())],
        "cross_check_kpi": [
            {"goal_id": one.goal_id, "kpi_id": one.kpi_id, "why": one.why} for one in settings.cross_checks
        ],
        "unit_group": [
            {"group_name": name, "municipality_id": unit} for name, units in settings.groups.items() for unit in units
        ],
    }
    for name, table in TABLES.items():
        if table.file:
            records[name] = [_record(name, order, row) for order, row in enumerate(rows.get(table.file, ()), start=1)]
    plan = {"plan_id": settings.plan_id}
    return {
        name: pl.DataFrame([plan | record for record in records[name]], schema=TABLE_SCHEMAS[name]) for name in TABLES
    }


def _record(table: str, order: int, row: Row) -> dict[str, object]:
    record: dict[str, object] = dict(row.values)
    if table in {"goal", "indicator", "target"}:
        record[f"{table}_order"] = order
    if table == "target":
        record["target_decimals"] = _target_decimals(row)
        for column in ("offset", "tolerance"):
            record[f"{column}_unit"] = (row.text(f"{column}_unit") or "points") if row.has(column) else None
        record["gender"] = row.text("gender") or "T"
        # In a draft, a target without a kind is no yearly criterion.
        record["is_yearly_criterion"] = bool(row.flag("is_yearly_criterion")) and row.has("kind")
    return record


def _target_decimals(row: Row) -> int | None:
    """Return the decimals of a target: those of the equal number in its text, else those of its cell."""
    ends = [column for column in ("target_value", "target_high") if row.has(column)]
    if row.text("kind") not in {"number", "range", "gender_gap"} or not ends:
        return None
    return max(_printed_decimals(row, column) for column in ends)


def _printed_decimals(row: Row, column: str) -> int:
    printed = {
        one.decimals for one in printed_numbers(row.text("target_text") or "") if one.value == row.figure(column)
    }
    return printed.pop() if len(printed) == 1 else printed_numbers(row.raw[column])[0].decimals
