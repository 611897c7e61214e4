"""The tables of a plan as polars frames: names, columns and types, declared once.

They are the tables of the schema `plan` in the warehouse, in the same column order, without the last three
columns (files_sha256, known_from, known_to), which belong to the loading and not to the plan.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import polars as pl

from goals.csv_rows import Row
from goals.plan_settings import Settings

_TEXT, _COUNT, _REAL, _FLAG, _DAY = pl.String(), pl.Int32(), pl.Float64(), pl.Boolean(), pl.Date()

TABLE_SCHEMAS: Mapping[str, Mapping[str, pl.DataType]] = {
    "plan": {
        "plan_id": _TEXT,
        "municipality_id": _TEXT,
        "title": _TEXT,
        "first_year": _COUNT,
        "last_year": _COUNT,
        "first_budget_year": _COUNT,
        "last_budget_year": _COUNT,
        "target_year": _COUNT,
        "document_title": _TEXT,
        "document_sha256": _TEXT,
        "document_line_count": _COUNT,
        "is_made_up": _FLAG,
    },
    "rule": {"plan_id": _TEXT, "rule_name": _TEXT, "rule_value": _TEXT},
    "label": {"plan_id": _TEXT, "label_kind": _TEXT, "code": _TEXT, "label": _TEXT},
    "bokslut_date": {"plan_id": _TEXT, "year": _COUNT, "bokslut_date": _DAY},
    "cross_check_kpi": {"plan_id": _TEXT, "goal_id": _TEXT, "kpi_id": _TEXT, "why": _TEXT},
    "goal": {
        "plan_id": _TEXT,
        "goal_id": _TEXT,
        "goal_order": _COUNT,
        "section": _TEXT,
        "title": _TEXT,
        "focus_area": _TEXT,
        "counts_in_majority": _FLAG,
        "compound_rule": _TEXT,
    },
    "indicator": {
        "plan_id": _TEXT,
        "indicator_id": _TEXT,
        "indicator_order": _COUNT,
        "goal_id": _TEXT,
        "role": _TEXT,
        "title": _TEXT,
        "part": _TEXT,
        "kpi_id": _TEXT,
        "source": _TEXT,
        "unit": _TEXT,
        "direction": _TEXT,
        "display_decimals": _COUNT,
        "value_route": _TEXT,
        "similar_group_topic": _TEXT,
        "document_page": _COUNT,
        "document_lines": _TEXT,
    },
    "target": {
        "plan_id": _TEXT,
        "indicator_id": _TEXT,
        "year": _COUNT,
        "kind": _TEXT,
        "operator": _TEXT,
        "target_value": _REAL,
        "target_text": _TEXT,
        "target_decimals": _COUNT,
        "reference": _TEXT,
        "is_yearly_criterion": _FLAG,
        "document_lines": _TEXT,
    },
    "series_break": {
        "plan_id": _TEXT,
        "kpi_id": _TEXT,
        "first_year_after": _COUNT,
        "voids_target": _FLAG,
        "why": _TEXT,
    },
    "availability": {
        "plan_id": _TEXT,
        "kpi_id": _TEXT,
        "month_day": _TEXT,
        "year_offset": _COUNT,
        "basis": _TEXT,
    },
    "outcome_document": {
        "plan_id": _TEXT,
        "indicator_id": _TEXT,
        "year": _COUNT,
        "value": _REAL,
        "raw_marker": _TEXT,
        "document_line": _COUNT,
    },
    "outcome_manual": {
        "plan_id": _TEXT,
        "indicator_id": _TEXT,
        "year": _COUNT,
        "value": _REAL,
        "comparison_value": _REAL,
        "kind": _TEXT,
        "source_note": _TEXT,
        "entered_by": _TEXT,
        "entered_at": _DAY,
    },
    "assessment": {
        "plan_id": _TEXT,
        "goal_id": _TEXT,
        "year": _COUNT,
        "verdict": _TEXT,
        "text": _TEXT,
        "decided_by": _TEXT,
        "decided_at": _DAY,
    },
    "budget_line": {
        "plan_id": _TEXT,
        "table_name": _TEXT,
        "row_name": _TEXT,
        "year": _TEXT,
        "value": _REAL,
        "unit": _TEXT,
        "kind": _TEXT,
        "level": _TEXT,
        "document_line": _COUNT,
    },
    "note": {"plan_id": _TEXT, "indicator_id": _TEXT, "code": _TEXT, "severity": _TEXT, "text": _TEXT},
}

_PRINTED = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
_FILE_OF_TABLE = {
    "goal": "goals.csv",
    "indicator": "indicators.csv",
    "target": "targets.csv",
    "series_break": "breaks.csv",
    "availability": "availability.csv",
    "outcome_document": "outcomes_document.csv",
    "outcome_manual": "outcomes_manual.csv",
    "assessment": "assessments.csv",
    "budget_line": "budget_lines.csv",
    "note": "notes.csv",
}


def build_tables(settings: Settings, rows: Mapping[str, Sequence[Row]]) -> Mapping[str, pl.DataFrame]:
    """All tables of a plan that has been checked and found right."""
    plan_id = settings.plan_id
    records: dict[str, Iterable[Mapping[str, object]]] = {
        "plan": [
            {
                "municipality_id": settings.municipality_id,
                "title": settings.title,
                "first_year": settings.first_year,
                "last_year": settings.last_year,
                "first_budget_year": settings.first_budget_year,
                "last_budget_year": settings.last_budget_year,
                "target_year": settings.target_year,
                "document_title": settings.document_title,
                "document_sha256": settings.document_sha256,
                "document_line_count": settings.document_line_count,
                "is_made_up": settings.is_made_up,
            }
        ],
        "rule": [{"rule_name": name, "rule_value": value} for name, value in settings.rules.items()],
        "label": [{"label_kind": kind, "code": code, "label": word} for (kind, code), word in settings.labels.items()],
        "bokslut_date": [{"year": year, "bokslut_date": day} for year, day in sorted(settings.bokslut_dates.items())],
        "cross_check_kpi": [
            {"goal_id": one.goal_id, "kpi_id": one.kpi_id, "why": one.why} for one in settings.cross_checks
        ],
    }
    for table, file in _FILE_OF_TABLE.items():
        records[table] = [_record(table, order, row) for order, row in enumerate(rows[file], start=1)]
    return {
        table: pl.DataFrame(
            [[record.get(column) for column in schema if column != "plan_id"] for record in records[table]],
            schema={column: kind for column, kind in schema.items() if column != "plan_id"},
            orient="row",
        ).select(pl.lit(plan_id, dtype=_TEXT).alias("plan_id"), pl.all())
        for table, schema in TABLE_SCHEMAS.items()
    }


def printed_decimals(text: str) -> int:
    """How many decimals a number has as printed, with a decimal comma or a decimal point."""
    exponent = Decimal(text.replace(",", ".")).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _record(table: str, order: int, row: Row) -> Mapping[str, object]:
    record: dict[str, object] = dict(row.values)
    if table in {"goal", "indicator"}:
        record[f"{table}_order"] = order
    if table == "target" and row.text("kind") == "number":
        record["target_decimals"] = printed_decimals(printed_number(row.text("target_text") or "") or "0")
    return record


def printed_number(text: str) -> str | None:
    """The only number in a printed text, as printed; null when there is none or more than one."""
    found = _PRINTED.findall(text)
    return found[0] if len(found) == 1 else None
