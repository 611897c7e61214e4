"""The warehouse that the judgement is tested against: the plan, recorded Kolada data, and every mart.

`built` is built once and only read. `fresh` gives each test that changes something its own copy, and `rebuild`
builds the marts anew as known at an instant.
"""

import gzip
import json
import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import polars as pl
import pytest

from goals import Plan, read_plan

REPOSITORY = Path(__file__).resolve().parents[2]
SQL = REPOSITORY / "sql"
RECORDED = Path(os.environ.get("KOLADA_RECORDED", REPOSITORY.parent / "shared" / "kolada"))
PLAN_FOLDER = REPOSITORY / "goals" / "alingsas-2022-2024"

FIRST_LOAD = datetime(2026, 4, 1, 3, 0)
NOW = datetime(2026, 4, 2, 3, 0)

AS_OF_CALL = re.compile(r"\b(core|plan|mart)\.(\w+?)_as_of\(moment\)")
Rebuild = Callable[[duckdb.DuckDBPyConnection], None]


def run_files(connection: duckdb.DuckDBPyConnection, *folders: str) -> None:
    """Run the SQL files of folders under sql/, in order."""
    for folder in folders:
        for path in sorted((SQL / folder).glob("*.sql")):
            connection.execute(path.read_text(encoding="utf-8"))


def build_marts(connection: duckdb.DuckDBPyConnection, now: datetime = NOW) -> None:
    """Build every table, macro and view of `mart` as known at an instant.

    Creating a macro binds its body, and so the bodies of all macros below it, again and again: the macros are made
    as reads of the built tables first, and then put in their final form from the last to the first.
    """
    instant = f"timestamp '{now.isoformat(sep=' ')}'"
    bodies: dict[str, str] = {}
    for path in sorted((SQL / "mart").glob("*.sql")):
        text = path.read_text(encoding="utf-8").strip().removesuffix(";")
        name = path.name.split(".")[0].split("_", 1)[1]
        if path.name.endswith(".macro.sql"):
            connection.execute(text)
        elif path.name.endswith(".view.sql"):
            connection.execute(f"create or replace view mart.{name} as {text}")
        else:
            connection.execute(f"create or replace table mart.{name} as {plain_text(connection, text, instant)}")
            bodies[name] = text
    for name in bodies:
        connection.execute(f"create or replace macro mart.{name}_as_of(moment) as table (from mart.{name})")
    for name in reversed(bodies):
        connection.execute(f"create or replace macro mart.{name}_as_of(moment) as table ({bodies[name]})")


def plain_text(connection: duckdb.DuckDBPyConnection, text: str, instant: str) -> str:
    """The text of a relation at one instant, reading what is built already."""
    for schema, source in set(AS_OF_CALL.findall(text)):
        if schema != "mart":
            connection.execute(
                f"create or replace temp view now_{schema}_{source} as from {schema}.{source}_as_of({instant})"
            )
    plain = AS_OF_CALL.sub(lambda call: f"mart.{call[2]}" if call[1] == "mart" else f"now_{call[1]}_{call[2]}", text)
    return plain.replace("core.moment(moment)", instant)


def load_plan(connection: duckdb.DuckDBPyConnection, plan: Plan, known_from: datetime = FIRST_LOAD) -> None:
    """Append one version of a plan, closing the version before it."""
    for name, frame in plan.tables.items():
        connection.execute(
            f"update plan.{name} set known_to = ? where plan_id = ? and known_to is null", [known_from, plan.plan_id]
        )
        connection.register("plan_frame", frame.to_arrow())
        connection.execute(
            f"insert into plan.{name} by name "
            "select *, $sha as files_sha256, $at as known_from, null::timestamp as known_to from plan_frame",
            {"sha": plan.files_sha256, "at": known_from},
        )
        connection.unregister("plan_frame")


def load_catalogue(connection: duckdb.DuckDBPyConnection) -> None:
    """Load municipalities, KPIs and groups from the recorded catalogue."""
    folder = RECORDED / "catalogue"
    units = pl.DataFrame(json.loads((folder / "municipality_v3_2026-03-23.json").read_bytes()))
    connection.register("units", units.to_arrow())
    connection.execute(
        "insert into core.municipality select id, title, type, id = '0000', "
        "case when type = 'K' then left(id, 2) when id <> '0000' then right(id, 2) end from units"
    )
    kpis = pl.DataFrame(json.loads(gzip.decompress((folder / "kpi_v3_2026-03-23.json.gz").read_bytes())))
    connection.register("kpis", kpis.to_arrow())
    connection.execute(
        """
        insert into core.kpi_version by name
        select
            id as kpi_id, title, description, is_divided_by_gender, municipality_type, auspice, operating_area,
            perspective, cast(prel_publication_date as date) as prel_publication_date,
            cast(publication_date as date) as publication_date, cast(publ_period as integer) as publ_period,
            has_ou_data, false as is_withdrawn,
            try_cast(regexp_extract(title, '\\(- ?(\\d{4})\\)\\s*$', 1) as integer) as closed_after_year,
            'run-1' as run_id, $at as known_from, null as known_to
        from kpis
        """,
        {"at": FIRST_LOAD},
    )
    groups = json.loads(gzip.decompress((folder / "municipality_groups_v3_2026-03-23.json.gz").read_bytes()))
    members = pl.DataFrame(
        [
            {"group_id": group["id"], "group_name": group["title"], "municipality_id": member["member_id"]}
            for group in groups
            for member in group["members"]
        ]
    )
    connection.register("members", members.to_arrow())
    connection.execute(
        """
        insert into core.municipality_group by name
        select distinct
            group_id, group_name, nullif(parts.topic, '') as topic, unit.municipality_id as owner_municipality_id,
            try_cast(parts.vintage as integer) as vintage_year,
            'run-1' as run_id, $at as known_from, null as known_to
        from (
            select *, regexp_extract(
                group_name, '^Liknande kommuner,? (.+), (.+), (\\d{4})$', ['topic', 'owner', 'vintage']
            ) as parts
            from members
        ) as titled
        left join core.municipality as unit
            on unit.municipality_name = titled.parts.owner and unit.municipality_type = 'K'
        """,
        {"at": FIRST_LOAD},
    )
    connection.execute(
        "insert into core.municipality_group_member_version by name select group_id, municipality_id, "
        "'run-1' as run_id, $at as known_from, null as known_to from members",
        {"at": FIRST_LOAD},
    )
    for view in ("units", "kpis", "members"):
        connection.unregister(view)


def load_observations(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Load the recorded values of the plan's KPIs, and the mean that Kolada computes for all municipalities."""
    wanted = [*plan.kpi_ids, *plan.cross_check_kpi_ids]
    connection.execute(
        """
        insert into core.observation_version by name
        select
            kpi as kpi_id, municipality as municipality_id, cast(period as integer) as period, gender, value,
            if(value is null, 0, 1) as value_count, coalesce(status, '') as status, false as is_deleted,
            'first' as change_kind, 'run-1' as run_id, null as request_id, $at as known_from, null as known_to,
            $at as confirmed_at
        from read_parquet($path)
        where list_contains($wanted, kpi)
        """,
        {"at": FIRST_LOAD, "path": str(RECORDED / "recorded" / "values.parquet"), "wanted": wanted},
    )
    connection.execute(
        """
        insert into core.group_observation_version by name
        select
            kpi_id, 'G2328' as group_id, period, gender, avg(value) as value, count(value) as value_count,
            '' as status, false as is_deleted, 'first' as change_kind, 'run-1' as run_id, null as request_id,
            $at as known_from, null as known_to, $at as confirmed_at
        from core.observation_version
        inner join core.municipality using (municipality_id)
        where municipality_type = 'K'
        group by kpi_id, period, gender
        """,
        {"at": FIRST_LOAD},
    )


@pytest.fixture(scope="session")
def plan() -> Plan:
    """The plan that the recorded data is judged by."""
    return read_plan(PLAN_FOLDER)


@pytest.fixture(scope="session")
def loaded_file(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with everything loaded and nothing built; copied by tests that change what is loaded."""
    if not (RECORDED / "recorded" / "values.parquet").exists():
        pytest.skip(f"no recorded Kolada data in `{RECORDED}`: set KOLADA_RECORDED to run this test")
    path = tmp_path_factory.mktemp("mart") / "loaded.duckdb"
    with duckdb.connect(str(path)) as connection:
        run_files(connection, "core", "plan", "ops")
        load_catalogue(connection)
        load_plan(connection, plan)
        load_observations(connection, plan)
    return path


@pytest.fixture(scope="session")
def built(loaded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with every mart built, to be read only."""
    path = tmp_path_factory.mktemp("built") / "kolada.duckdb"
    path.write_bytes(loaded_file.read_bytes())
    with duckdb.connect(str(path)) as connection:
        build_marts(connection)
        yield connection


@pytest.fixture
def fresh(loaded_file: Path, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse of the test's own, loaded and not built."""
    path = tmp_path / "kolada.duckdb"
    path.write_bytes(loaded_file.read_bytes())
    with duckdb.connect(str(path)) as connection:
        yield connection


@pytest.fixture
def rebuild() -> Rebuild:
    """Builds the marts of a test's own warehouse."""
    return build_marts
