"""Building what analysts read: macros, tables, views and comments from the files under `sql/mart/`.

A file holds one select with the free name `moment`. From that one text come the macro `mart.<name>_as_of(moment)` and
the plain table `mart.<name>`:

- In the table, the moment is the run's instant, and every `mart.X_as_of(moment)` is read from the table `mart.X` built
  before it. Nothing is worked out twice in a night.
- In the macro, every relation that it rests on, directly or not, becomes one common table expression. Macros that
  called each other would be expanded again at each mention: the last one in the chain took ten seconds to plan.

    000_name.macro.sql   run as it is: scalar macros
    NNN_name.sql         a macro and a table
    NNN_name.view.sql    a view over the tables
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.database import quoted, sql_files, transaction
from warehouse.dictionary import apply_comments
from warehouse.history import naive_utc
from warehouse.verdicts import COMPARISON, create_comparison_macro

AS_OF_CALL = re.compile(r"\b(core|plan|mart)\.(\w+?)_as_of\(moment\)")
MOMENT = "core.moment(moment)"

# The large relations of `core`, of which the marts read the KPIs of plans and cross-checks only: nothing else of them
# is set aside for the tables, however much of Kolada the file mirrors.
BY_KPI = frozenset({"observation", "group_observation"})
OF_PLAN_KPIS = """
where kpi_id in (
    select kpi_id from plan.indicator_as_of({instant})
    where kpi_id is not null
    union
    select kpi_id from plan.cross_check_kpi_as_of({instant})
)
"""

# Kept from night to night; everything else in the schema is built anew.
KEPT_TABLES = frozenset({"verdict_change"})


# What a figure is credited to: received as it stands, or computed by us. Made-up values name nobody as their source.
CREDITS = ("Källa: Kolada", "Egen bearbetning av data från Kolada")
SAMPLE_CREDITS = ("Påhittat exempelvärde", "Egen bearbetning av påhittade exempelvärden")


def build_marts(connection: duckdb.DuckDBPyConnection, *, now: datetime, source_kind: str = "live") -> None:
    """Build every relation of `mart` as known at an instant.

    Args:
        connection: an open working file whose `core` and `plan` are loaded.
        now: the run's instant; nothing in `core` or `plan` is later.
        source_kind: live, recorded or sample; decides what the figures are credited to.
    """
    instant = f"timestamp '{naive_utc(now).isoformat(sep=' ', timespec='microseconds')}'"
    bodies = {relation_name(path): without_end(path.read_text(encoding="utf-8")) for path in relation_files()}
    texts = {name: plain_text(body, instant) for name, body in bodies.items()}
    with transaction(connection):
        set_sources_aside(connection, bodies, instant)
        if read_fingerprint(connection) == fingerprint(source_kind):
            for name, text in texts.items():
                connection.execute(f"truncate mart.{name}; insert into mart.{name} {text}")
        else:
            define_marts(connection, bodies, source_kind)
            for name, text in texts.items():
                connection.execute(f"create table mart.{name} as {text}")
            create_views(connection)
            apply_comments(connection)


def set_sources_aside(connection: duckdb.DuckDBPyConnection, bodies: Mapping[str, str], instant: str) -> None:
    """What holds in core and plan at the instant, each relation worked out once for all the marts that read it."""
    for schema, name in sorted(versioned_sources(bodies)):
        limit = OF_PLAN_KPIS.format(instant=instant) if name in BY_KPI else ""
        connection.execute(
            f"create or replace temp table now_{schema}_{name} as from {schema}.{name}_as_of({instant}) {limit}"
        )


def define_marts(connection: duckdb.DuckDBPyConnection, bodies: Mapping[str, str], source_kind: str) -> None:
    """Clear the schema and define its macros. They and the tables stay in the file until their definition changes."""
    clear_marts(connection)
    received, derived = SAMPLE_CREDITS if source_kind == "sample" else CREDITS
    connection.execute(f"create macro mart.received_label() as {quoted(received)}")
    connection.execute(f"create macro mart.derived_label() as {quoted(derived)}")
    for path in sql_files("mart", "*.macro.sql"):
        connection.execute(path.read_text(encoding="utf-8"))
    for name in bodies:
        connection.execute(f"create macro mart.{name}_as_of(moment) as table ({as_of_text(name, bodies)})")
    create_comparison_macro(connection)
    connection.execute("create or replace table ops.mart_definition as select ? as sha256", [fingerprint(source_kind)])


def create_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the views over the tables."""
    for path in sql_files("mart", "*.view.sql"):
        view = path.read_text(encoding="utf-8")
        connection.execute(f"create view mart.{relation_name(path)} as {view}")


def fingerprint(source_kind: str) -> str:
    """The SHA-256 of everything that the macros are made of."""
    digest = hashlib.sha256(source_kind.encode())
    for path in (*sql_files("core"), *sql_files("plan"), *sql_files("mart"), COMPARISON, Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def read_fingerprint(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The fingerprint of the macros that the file holds; None when it holds none."""
    row = connection.execute("select sha256 from ops.mart_definition").fetchone()
    return None if row is None else row[0]


def relation_files() -> list[Path]:
    """The files that make a macro and a table, in the order in which they are built."""
    return [path for path in sql_files("mart") if path.name.count(".") == 1]


def as_of_text(name: str, bodies: Mapping[str, str]) -> str:
    """The text of a relation at any moment, with all that it rests on beside it, each once."""
    parts: dict[str, str] = {}

    def place(schema: str, relation: str) -> str:
        alias = f"{schema}__{relation}"
        if alias not in parts:
            if schema == "mart":
                inner = AS_OF_CALL.sub(lambda call: place(*call.groups()), bodies[relation])
                parts[alias] = f"{alias} as materialized ({inner})"
            else:
                parts[alias] = f"{alias} as (select * from {schema}.{relation}_as_of(moment))"
        return alias

    alias = place("mart", name)
    return f"with {', '.join(parts.values())} select * from {alias}"


def clear_marts(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop what an earlier night built, so that a relation that the software no longer has goes away too."""
    connection.execute("create schema if not exists mart")
    views = connection.execute(
        "select view_name from duckdb_views() where schema_name = 'mart' and database_name = current_database()"
    ).fetchall()
    for (view,) in views:
        connection.execute(f"drop view mart.{view}")
    macros = connection.execute(
        "select distinct function_name, function_type from duckdb_functions() "
        "where schema_name = 'mart' and database_name = current_database()"
    ).fetchall()
    for macro, kind in macros:
        connection.execute(f"drop {'macro table' if kind == 'table_macro' else 'macro'} mart.{macro}")
    tables = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'mart' and database_name = current_database()"
    ).fetchall()
    for (table,) in tables:
        if table not in KEPT_TABLES:
            connection.execute(f"drop table mart.{table}")


def versioned_sources(bodies: Mapping[str, str]) -> set[tuple[str, str]]:
    """The as-of relations of core and plan that the marts read: (schema, name)."""
    calls = {call for body in bodies.values() for call in AS_OF_CALL.findall(body)}
    return {(schema, name) for schema, name in calls if schema != "mart"}


def plain_text(body: str, instant: str) -> str:
    """The text of a relation at one instant, reading the tables built before it and what holds at the instant."""

    def source(call: re.Match[str]) -> str:
        schema, name = call.groups()
        return f"mart.{name}" if schema == "mart" else f"now_{schema}_{name}"

    return AS_OF_CALL.sub(source, body).replace(MOMENT, instant)


def relation_name(path: Path) -> str:
    """`210_goal_fulfilment.sql` and `910_maluppfyllelse.view.sql` name the relation after their number."""
    return path.name.split(".")[0].split("_", 1)[1]


def without_end(text: str) -> str:
    """A statement without its closing semicolon, so that it can stand within another."""
    return text.strip().removesuffix(";")
