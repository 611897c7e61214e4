"""Fixtures of the mart tests: warehouses with recorded data, read-only or to be changed, and a small made-up world."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import duckdb
import pytest

from goals import Plan, read_plan
from tests.conftest import MakeOnce
from tests.mart.support import (
    FIRST_LOAD,
    NOW,
    World,
    instant,
    load_catalogue,
    load_observations,
    load_plan,
    new_world,
    publish,
)
from warehouse.schema import ensure_schema

JANUARY_2000 = instant(2000, 1, 1)
PLAN_FOLDER = Path(__file__).resolve().parents[2] / "goals" / "alingsas-2022-2024"

MakeWorld = Callable[..., World]


@pytest.fixture(scope="session")
def plan() -> Plan:
    """The plan that judges the recorded data."""
    return read_plan(PLAN_FOLDER)


@pytest.fixture(scope="session")
def empty_file(made_once: MakeOnce) -> Path:
    """An empty warehouse with built marts and no publication; every made-up world is a copy of it."""

    def make(folder: Path) -> None:
        with duckdb.connect(str(folder / "kolada.duckdb")) as connection:
            ensure_schema(connection)
            publish(connection, JANUARY_2000)
            connection.execute("delete from ops.publication")

    folder, _ = made_once("empty-file", make)
    return folder / "kolada.duckdb"


@pytest.fixture(scope="session")
def built_file(empty_file: Path, plan: Plan, recorded_folder: Path, made_once: MakeOnce) -> Path:
    """The recorded data judged by the plan, published after loading and once more without changes."""

    def make(folder: Path) -> None:
        path = folder / "kolada.duckdb"
        path.write_bytes(empty_file.read_bytes())
        with duckdb.connect(str(path)) as connection:
            load_catalogue(connection, recorded_folder)
            load_plan(connection, plan)
            load_observations(connection, recorded_folder, [*plan.kpi_ids, *plan.cross_check_kpi_ids])
            publish(connection, FIRST_LOAD)
            publish(connection, NOW, is_all=False)

    folder, _ = made_once("built-file", make)
    return folder / "kolada.duckdb"


@pytest.fixture(scope="session")
def built(built_file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The recorded data judged by the plan, read-only."""
    with duckdb.connect(str(built_file), read_only=True) as connection:
        yield connection


@pytest.fixture
def changeable(built_file: Path, tmp_path: Path) -> Iterator[World]:
    """The recorded data judged by the plan, in a copy for one test."""
    path = tmp_path / "kolada.duckdb"
    path.write_bytes(built_file.read_bytes())
    with duckdb.connect(str(path)) as connection:
        yield World(connection, plan_id="alingsas-2022-2024", own="1489")


@pytest.fixture
def make_world(empty_file: Path, tmp_path: Path) -> Iterator[MakeWorld]:
    """Give a function that makes a made-up world with these rules."""
    with ExitStack() as stack:
        yield lambda **rules: stack.enter_context(new_world(empty_file, tmp_path / "world.duckdb", **rules))


@pytest.fixture
def world(make_world: MakeWorld) -> World:
    """A made-up world with default rules, except for the precision, which is that of the repository's plan."""
    return make_world(fixed_target_precision="finer_of_target_and_display")


@pytest.fixture(scope="session")
def example_plan() -> Plan:
    """A made-up plan of another municipality."""
    return read_plan(Path(__file__).resolve().parents[1] / "goals" / "plans" / "exempel-1480-2024-2026")
