"""The frames of a plan: their columns, types and order."""

from pathlib import Path

import duckdb
import polars as pl
import pytest

from goals import TABLE_SCHEMAS, Plan, plan_from_files, read_plan

DDL = Path(__file__).parents[2] / "sql" / "plan" / "010_plan_tables.sql"
LOADING_COLUMNS = ["files_sha256", "known_from", "known_to"]


@pytest.fixture(params=["alingsas", "example"])
def plan(request: pytest.FixtureRequest, alingsas: Plan, example_files: dict[str, bytes]) -> Plan:
    """The real plan and the made-up one."""
    return alingsas if request.param == "alingsas" else plan_from_files(example_files)


def test_every_frame_goes_into_its_table_by_position(plan: Plan) -> None:
    """Each frame fits its table in the warehouse by position, apart from the three columns of loading."""
    with duckdb.connect() as connection:
        connection.execute(DDL.read_text(encoding="utf-8"))
        for table, frame in plan.tables.items():
            names = [row[0] for row in connection.execute(f"describe plan.{table}_version").fetchall()]
            loading = LOADING_COLUMNS if table == "plan" else LOADING_COLUMNS[1:]
            assert names == [*frame.columns, *loading], table
            connection.register("incoming", frame)
            values = "'hash', now(), null" if table == "plan" else "now(), null"
            connection.execute(f"insert into plan.{table}_version select *, {values} from incoming")
            connection.unregister("incoming")
            (count,) = connection.execute(f"select count(*) from plan.{table}_version").fetchone() or (None,)
            assert frame.height == count, table
        tables = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'plan'"
        ).fetchall()
    assert {name for (name,) in tables} == {f"{table}_version" for table in plan.tables}


def test_types_are_the_declared_ones_even_without_rows(plan: Plan) -> None:
    """An empty file gives an empty frame with the declared types."""
    assert set(TABLE_SCHEMAS) == set(plan.tables)
    for table, frame in plan.tables.items():
        assert pl.Schema(TABLE_SCHEMAS[table]) == frame.schema, table
        assert frame["plan_id"].unique().to_list() in ([plan.plan_id], []), table


def test_goals_and_indicators_are_numbered_in_the_order_of_their_files(alingsas: Plan) -> None:
    """Goals and indicators are numbered in the order of their files."""
    goals, indicators = alingsas.tables["goal"], alingsas.tables["indicator"]
    assert list(range(1, 18)) == goals["goal_order"].to_list()
    assert list(range(1, 44)) == indicators["indicator_order"].to_list()
    assert [f"{letter}{number}" for letter in "PVF" for number in range(1, 6)] + ["M1", "M2"] == goals[
        "goal_id"
    ].to_list()


def test_decimals_of_targets_are_those_printed(alingsas: Plan) -> None:
    """A target's decimals are those printed: 4,0 has one and 40 has none."""
    targets = alingsas.tables["target"]
    decimals = dict(targets.select("indicator_id", "target_decimals").iter_rows())
    assert tuple(decimals[one] for one in ("P1.4", "P5.2", "P1.5", "F4", "F1")) == (1, 1, 0, 1, 0)
    assert decimals["V1-1"] is None


def test_the_example_says_that_it_is_made_up() -> None:
    """The example plan is marked as made up, in its data and its title."""
    plan = read_plan(Path(__file__).parent / "plans" / "exempel-1480-2024-2026")
    assert plan.tables["plan"].select("is_made_up").rows() == [(True,)]
    assert "Påhittat" in plan.tables["plan"]["title"][0]
