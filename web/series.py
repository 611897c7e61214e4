"""Series of any KPI: the values of municipalities, regions and groups year by year, as charts and tables take them."""

from collections.abc import Sequence

import duckdb

from reports.reading.sourced_rows import Source
from web.line_chart import Line

GENDERS = ("T", "K", "M")
GENDER_WORDS = {"T": "Totalt", "K": "Kvinnor", "M": "Män"}
PERIODS = """
    select distinct period from core.observation
    where kpi_id = $kpi_id and value is not null
    order by period desc
"""
NAMES = """
    select municipality_id, municipality_name from core.municipality where list_contains($units, municipality_id)
    union all
    select group_id, group_name from core.municipality_group where list_contains($units, group_id)
"""
SERIES = """
    select municipality_id as unit_id, gender, period, value from core.observation
    where
        kpi_id = $kpi_id and list_contains($units, municipality_id)
        and list_contains($genders, gender) and value is not null
    union all
    select group_id, gender, period, value from core.group_observation
    where
        kpi_id = $kpi_id and list_contains($units, group_id)
        and list_contains($genders, gender) and value is not null
    order by period
"""


def read_lines(
    connection: duckdb.DuckDBPyConnection, kpi_id: str, units: Sequence[str], genders: Sequence[str]
) -> list[Line]:
    """Return the series of each unit and gender that has a value, ordered by unit and gender.

    Args:
        connection: to the published file.
        kpi_id: of the KPI.
        units: ids of municipalities, regions, Riket and groups.
        genders: T, K, M; with several, each line says which it is.
    """
    asked = {"kpi_id": kpi_id, "units": list(units), "genders": list(genders)}
    names = named(connection, units)
    found: dict[tuple[str, str], dict[int, float]] = {}
    for unit, gender, period, value in connection.execute(SERIES, asked).fetchall():
        found.setdefault((unit, gender), {})[period] = value
    return [
        Line(
            unit_id=unit,
            gender=gender,
            name=names[unit],
            word=GENDER_WORDS[gender].lower() if len(genders) > 1 else "",
            values=found[unit, gender],
        )
        for unit in units
        for gender in genders
        if (unit, gender) in found and unit in names
    ]


def named(connection: duckdb.DuckDBPyConnection, units: Sequence[str]) -> dict[str, str]:
    """Return the names of the units that the file has."""
    return dict(connection.execute(NAMES, {"units": list(units)}).fetchall())


def own_unit(source: Source) -> str | None:
    """Return the municipality of the file's first plan."""
    plan = source.one("plan.plan")
    return None if plan is None else str(plan["municipality_id"])
