"""The tables of a plan as polars frames, made from the rows of its files.

They are the tables of the schema `plan` in the warehouse, in the same column order, without the last three columns
(files_sha256, known_from, known_to), which belong to the loading and not to the plan.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import polars as pl

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

_PRINTED = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")


def build_tables(settings: Settings, rows: Mapping[str, Sequence[Row]]) -> Mapping[str, pl.DataFrame]:
    """All tables of a plan that has been checked and found right."""
    records: dict[str, Iterable[Mapping[str, object]]] = {
        "plan": [{column.name: getattr(settings, column.name) for column in TABLES["plan"].columns}],
        "rule": [{"rule_name": name, "rule_value": value} for name, value in settings.rules.items()],
        "label": [{"label_kind": kind, "code": code, "label": word} for (kind, code), word in settings.labels.items()],
        "bokslut_date": [{"year": year, "bokslut_date": day} for year, day in sorted(settings.bokslut_dates.items())],
        "cross_check_kpi": [
            {"goal_id": one.goal_id, "kpi_id": one.kpi_id, "why": one.why} for one in settings.cross_checks
        ],
    }
    for name, table in TABLES.items():
        if table.file:
            records[name] = [_record(name, order, row) for order, row in enumerate(rows.get(table.file, ()), start=1)]
    return {
        name: pl.DataFrame(
            [[settings.plan_id, *(record.get(column.name) for column in table.columns)] for record in records[name]],
            schema=TABLE_SCHEMAS[name],
            orient="row",
        )
        for name, table in TABLES.items()
    }


def printed_decimals(text: str) -> int:
    """How many decimals a number has as printed, with a decimal comma or a decimal point."""
    exponent = Decimal(text.replace(",", ".")).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def printed_number(text: str) -> str | None:
    """The only number in a printed text, as printed; null when there is none or more than one."""
    found = _PRINTED.findall(text)
    return found[0] if len(found) == 1 else None


def _record(table: str, order: int, row: Row) -> Mapping[str, object]:
    record: dict[str, object] = dict(row.values)
    if table in {"goal", "indicator"}:
        record[f"{table}_order"] = order
    if table == "target" and row.text("kind") == "number":
        record["target_decimals"] = printed_decimals(printed_number(row.text("target_text") or "") or "0")
    return record
