"""Helpers of the mart tests: load recorded data, and make a small made-up world.

Recorded data is loaded straight into the version tables, so that only the SQL of `mart` is tested.
"""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl

from goals import Plan
from warehouse import plan_history
from warehouse.build import build_marts
from warehouse.ops import last_publication, open_publication


def instant(year: int, month: int, day: int, hour: int = 3, minute: int = 0) -> datetime:
    """Return an instant as the warehouse stores it: UTC, without a zone."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC).replace(tzinfo=None)


FIRST_LOAD = instant(2026, 4, 1)
NOW = instant(2026, 4, 2)

OPEN_CELL = {
    "gender": "T",
    "status": "",
    "is_deleted": False,
    "change_kind": "first",
    "run_id": "run-1",
    "request_id": None,
    "known_to": None,
}


def load_plan(connection: duckdb.DuckDBPyConnection, plan: Plan, known_from: datetime = FIRST_LOAD) -> None:
    """Load a plan as a run does."""
    plan_history.load_plans(connection, [plan], known_from=known_from.replace(tzinfo=UTC))


def publish(connection: duckdb.DuckDBPyConnection, now: datetime = NOW, *, is_all: bool = True) -> datetime:
    """Record a publication and build its marts as a run does; at least a minute after the last one.

    Returns:
        The publication's instant (UTC, naive).
    """
    last = last_publication(connection)
    at = now if last is None else max(now, last + timedelta(minutes=1))
    open_publication(connection, run_id=f"{at:%Y%m%dT%H%M}", published_at=at.replace(tzinfo=UTC))
    build_marts(connection, is_all=is_all)
    return at


def load_catalogue(connection: duckdb.DuckDBPyConnection, recorded: Path) -> None:
    """Load municipalities, KPIs and groups from the recorded catalogue."""
    folder = recorded / "catalogue"
    at = {"at": FIRST_LOAD}
    connection.register("units", pl.read_json(folder / "municipality_v3_2026-03-23.json").to_arrow())
    connection.execute(
        "insert into core.municipality_version select id, title, type, id = '0000', "
        "case when type = 'K' then left(id, 2) when id <> '0000' then right(id, 2) end, 'first', $at, null from units",
        at,
    )
    kpis = pl.DataFrame(json.loads(gzip.decompress((folder / "kpi_v3_2026-03-23.json.gz").read_bytes())))
    connection.register("kpis", kpis.to_arrow())
    connection.execute(
        """
        insert into core.kpi_version by name
        select
            * exclude (id) replace (
                cast(prel_publication_date as date) as prel_publication_date,
                cast(publication_date as date) as publication_date,
                cast(publ_period as integer) as publ_period
            ),
            id as kpi_id, false as is_withdrawn,
            try_cast(regexp_extract(trim(title), '\\(- ?(\\d{4})\\)$', 1) as integer) as closed_after_year,
            'run-1' as run_id, $at as known_from, null as known_to
        from kpis
        """,
        at,
    )
    groups = json.loads(gzip.decompress((folder / "municipality_groups_v3_2026-03-23.json.gz").read_bytes()))
    members = [
        {"group_id": group["id"], "group_name": group["title"], "municipality_id": member["member_id"]}
        for group in groups
        for member in group["members"]
    ]
    connection.register("members", pl.DataFrame(members).to_arrow())
    connection.execute(
        """
        insert into core.municipality_group_version by name
        select distinct
            group_id, group_name, nullif(parts.topic, '') as topic, unit.municipality_id as owner_municipality_id,
            try_cast(parts.vintage as integer) as vintage_year,
            'run-1' as run_id, $at as known_from, null as known_to
        from (
            select *, regexp_extract(
                group_name, '^Liknande kommuner,? ([^,]+), (.+), (\\d{4})$', ['topic', 'owner', 'vintage']
            ) as parts
            from members
        ) as titled
        left join core.municipality as unit
            on unit.municipality_name = titled.parts.owner and unit.municipality_type = 'K'
        """,
        at,
    )
    connection.execute(
        "insert into core.municipality_group_member_version by name select group_id, municipality_id, "
        "'run-1' as run_id, $at as known_from, null as known_to from members",
        at,
    )
    for view in ("units", "kpis", "members"):
        connection.unregister(view)


def load_observations(connection: duckdb.DuckDBPyConnection, recorded: Path, kpi_ids: Sequence[str]) -> None:
    """Load the recorded values of some KPIs, and Kolada's mean over all municipalities."""
    at = {"at": FIRST_LOAD}
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
        {**at, "path": str(recorded / "recorded" / "values.parquet"), "wanted": list(kpi_ids)},
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
        at,
    )


@dataclass(slots=True)
class World:
    """Twelve municipalities, a region and Riket, and a made-up plan of municipality 1001 that tests extend.

    The plan covers 2020-2024 with 2023 as its target year and default rules; accounts close on 1 March.
    Everything is known from `first_load` on.
    """

    connection: duckdb.DuckDBPyConnection
    first_load: datetime = FIRST_LOAD
    plan_id: str = "made-up"
    own: str = "1001"
    others: tuple[str, ...] = field(default=tuple(f"{number}" for number in range(1002, 1013)))

    def insert(self, table: str, **row: object) -> None:
        """Insert one row by column names."""
        names = ", ".join(row)
        marks = ", ".join("?" for _ in row)
        self.connection.execute(f"insert into {table} ({names}) values ({marks})", list(row.values()))

    def start(self, **rules: str) -> None:
        """Insert the units and the plan with its rules."""
        for unit in (self.own, *self.others):
            self.insert(
                "core.municipality_version",
                run_id="first",
                known_from=FIRST_LOAD,
                municipality_id=unit,
                municipality_name=f"Kommun {unit}",
                municipality_type="K",
                is_riket=False,
                county_code=unit[:2],
            )
        for unit, name, is_riket in (("0000", "Riket", True), ("0014", "Regionen", False)):
            self.insert(
                "core.municipality_version",
                run_id="first",
                known_from=FIRST_LOAD,
                municipality_id=unit,
                municipality_name=name,
                municipality_type="L",
                is_riket=is_riket,
            )
        self.plan_row(
            "plan",
            municipality_id=self.own,
            title="Påhittad plan",
            first_year=2020,
            last_year=2024,
            first_budget_year=2022,
            last_budget_year=2024,
            target_year=2023,
            document_title="Påhittat dokument",
            document_sha256="0" * 64,
            is_made_up=True,
        )
        for year in range(2020, 2025):
            self.plan_row("bokslut_date", year=year, bokslut_date=date(year + 1, 3, 1))
        for name, value in rules.items():
            self.plan_row("rule", rule_name=name, rule_value=value)

    def plan_row(self, table: str, **row: object) -> None:
        """Insert one row of a plan table."""
        files = {"files_sha256": "0" * 64} if table == "plan" else {}
        row = {"plan_id": self.plan_id, "known_from": self.first_load, **files, **row}
        self.insert(f"plan.{table}_version", **row)

    def indicator(
        self,
        indicator_id: str,
        *,
        kpi_id: str | None = None,
        section: str = "operational",
        goal_id: str | None = None,
        **row: object,
    ) -> None:
        """Insert an indicator, its goal if missing, and its KPI unless `kpi_id` is None."""
        goal_id = goal_id or indicator_id
        if not self.rows("select 1 from plan.goal where plan_id = ? and goal_id = ?", self.plan_id, goal_id):
            self.plan_row(
                "goal",
                goal_id=goal_id,
                goal_order=1,
                section=section,
                title=f"Mål {goal_id}",
                counts_in_majority=section in ("operational", "financial"),
            )
        roles = {"prioritized": "steering", "operational": "operational", "financial": "financial"}
        self.plan_row(
            "indicator",
            **{
                "indicator_id": indicator_id,
                "indicator_order": 1,
                "goal_id": goal_id,
                "role": roles[section],
                "title": f"Indikator {indicator_id}",
                "kpi_id": kpi_id,
                "direction": "higher",
                "display_decimals": 0,
                "value_route": "kolada" if kpi_id else "manual",
                **row,
            },
        )

    def target(self, indicator_id: str, operator: str, value: float | None = None, **row: object) -> None:
        """Insert a criterion, by default a number for 2023."""
        self.plan_row(
            "target",
            **{
                "indicator_id": indicator_id,
                "year": 2023 if value is not None else None,
                "kind": "number",
                "operator": operator,
                "target_value": value,
                "target_text": None if value is None else f"{value:g}",
                "target_decimals": None if value is None else 0,
                "is_yearly_criterion": True,
                **row,
            },
        )

    def kpi(self, kpi_id: str, **row: object) -> None:
        """Insert a KPI of the catalogue."""
        self.insert(
            "core.kpi_version",
            **{
                "kpi_id": kpi_id,
                "title": f"Nyckeltal {kpi_id}",
                "description": "",
                "is_divided_by_gender": False,
                "municipality_type": "K",
                "has_ou_data": False,
                "is_withdrawn": False,
                "run_id": "run-1",
                "known_from": self.first_load,
                **row,
            },
        )

    def cell(self, kpi_id: str, unit: str, period: int, value: float | None, **row: object) -> None:
        """Insert one cell, by default known from the first load."""
        known_from = row.get("known_from", self.first_load)
        self.insert(
            "core.observation_version",
            **{
                **OPEN_CELL,
                "kpi_id": kpi_id,
                "municipality_id": unit,
                "period": period,
                "value": value,
                "value_count": 0 if value is None else 1,
                "known_from": known_from,
                "confirmed_at": known_from,
                **row,
            },
        )

    def change_cell(
        self, kpi_id: str, unit: str, period: int, value: float | None, *, at: datetime, kind: str = "revised"
    ) -> None:
        """Insert a later version of a cell."""
        self.connection.execute(
            "update core.observation_version set known_to = ? where kpi_id = ? and municipality_id = ? "
            "and period = ? and gender = 'T' and known_to is null",
            [at, kpi_id, unit, period],
        )
        self.cell(kpi_id, unit, period, value, known_from=at, change_kind=kind, is_deleted=kind == "deleted")

    def series(self, kpi_id: str, values: Mapping[int, float], unit: str | None = None) -> None:
        """Insert the own municipality's values by year."""
        for period, value in values.items():
            self.cell(kpi_id, unit or self.own, period, value)

    def build(self, now: datetime = NOW, *, is_all: bool = True) -> datetime:
        """Publish: build all marts, or only those of a run without changes."""
        return publish(self.connection, now, is_all=is_all)

    def rows(self, sql: str, *parameters: object) -> list[tuple[object, ...]]:
        """Return the rows of a query."""
        return self.connection.execute(sql, list(parameters)).fetchall()

    def judged(self, indicator_id: str, year: int, *columns: str, table: str = "goal_fulfilment") -> object:
        """Return columns of one judgement; a bare value for a single column."""
        ((*found,),) = self.rows(
            f"select {', '.join(columns)} from mart.{table} where plan_id = ? and indicator_id = ? and year = ?",
            self.plan_id,
            indicator_id,
            year,
        )
        return found[0] if len(columns) == 1 else tuple(found)


@contextmanager
def new_world(empty_file: Path, path: Path, **rules: str) -> Iterator[World]:
    """Give a made-up world in its own file, with these rules."""
    path.write_bytes(empty_file.read_bytes())
    with duckdb.connect(str(path)) as connection:
        world = World(connection)
        world.start(**rules)
        yield world
