"""Checks that look at every cell that a run loaded."""

import duckdb
import pytest

from warehouse.checks import run_check
from warehouse.database import sql_files
from warehouse.schema import ensure_schema
from warehouse.stage import Stage


@pytest.fixture
def connection():
    """An empty warehouse in memory, with the instant of a run."""
    with duckdb.connect() as connection:
        ensure_schema(connection)
        Stage(connection)
        connection.execute("set variable known_from = timestamp '2026-01-01'")
        yield connection


def insert(connection, cells, *, into="observation"):
    """Insert open versions of (unit, period, gender, value) cells of N00001."""
    for unit, period, gender, value in cells:
        connection.execute(
            f"insert into core.{into}_version values ('N00001', ?, ?, ?, ?, 1, '', false, 'first', 'run', null, "
            "getvariable('known_from'), null, getvariable('known_from'))",
            [unit, period, gender, value],
        )


def rows_found(connection, name):
    """Run the check with this name, and return its findings."""
    (path,) = (path for place in ("fault", "warning") for path in sql_files(f"checks/{place}") if name in path.name)
    return run_check(connection, path, path.parent.name).rows.to_dicts()


@pytest.mark.parametrize("into", ["observation", "group_observation"])
def test_a_cell_with_two_open_versions_is_a_fault(connection, into):
    """Only the cell that has two open versions is found, beside other years, genders and units."""
    others = [("0001", 2019, "T", 1.0), ("0001", 2020, "K", 1.0), ("0002", 2020, "T", 1.0)]
    insert(connection, [("0001", 2020, "T", 1.0), *others, ("0001", 2020, "T", 2.0)], into=into)
    (found,) = rows_found(connection, "duplicate_keys")
    assert (found["unit_id"], found["period"], found["gender"]) == ("0001", 2020, "T")
    assert found["after"] == "2 open versions"


def test_years_a_hundred_apart_are_two_cells(connection):
    """No cell is found in a series whose years are a hundred apart."""
    insert(connection, [("0001", 1970, "T", 1.0), ("0001", 2070, "T", 1.0)])
    assert rows_found(connection, "duplicate_keys") == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([7.0] * 20, 1, id="one value for twenty units"),
        pytest.param([7.0] * 19 + [8.0], 0, id="another value for one of them"),
        pytest.param([7.0] * 19, 0, id="too few units"),
        pytest.param([7.0] * 20 + [None], 1, id="one without a value"),
    ],
)
def test_one_value_for_all_units(connection, values, expected):
    """A new KPI with the same value for at least twenty units is found."""
    connection.execute(
        "create temp table received_kpi as select 'N00001' as kpi_id, false as is_known, 20 as row_count"
    )
    insert(connection, [(f"{unit:04}", 2020, "T", value) for unit, value in enumerate(values)])
    assert len(rows_found(connection, "one_value_for_all")) == expected


def test_a_check_may_not_return_a_column_that_findings_lack(connection, tmp_path):
    """A misspelled column is refused on the first night, not on the first with a finding."""
    path = tmp_path / "010_misspelled.sql"
    path.write_text("-- A question?\n-- sv: En fråga?\n-- scope: kpi\nselect 1 as kpi where false", encoding="utf-8")
    with pytest.raises(KeyError, match="kpi"):
        run_check(connection, path, "warning")
