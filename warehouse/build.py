"""Building what analysts read: the macros, tables, views and comments of `mart`, from the texts under `sql/mart/`.

Macros, views and comments stay in the file from night to night, and are made anew when their definition changed. The
tables are filled anew each night, as known at the run's instant; but on a night on which nothing in core or plan began
or ended, only what the clock can change.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse import mart_texts
from warehouse.credits import DERIVED, RECEIVED, as_printed
from warehouse.database import quoted, sql_files, transaction
from warehouse.dictionary import apply_comments
from warehouse.mart_texts import Relation
from warehouse.ops import last_publication
from warehouse.verdicts import COMPARISON, create_comparison_macro

# Kept from night to night; everything else in the schema is built anew.
KEPT_TABLES = frozenset({"verdict_change"})


def build_marts(connection: duckdb.DuckDBPyConnection, *, now: datetime, source_kind: str = "live") -> None:
    """Build every relation of `mart` as known at an instant.

    Args:
        connection: an open working file whose `core` and `plan` are loaded.
        now: the run's instant; nothing in `core` or `plan` is later.
        source_kind: live, recorded or sample; decides what the figures are credited to.
    """
    bodies = mart_texts.mart_bodies()
    with transaction(connection):
        tables = Tables(connection, bodies, mart_texts.instant_literal(now))
        if read_fingerprint(connection) != fingerprint(source_kind):
            define_macros(connection, bodies, source_kind)
            for name in bodies:
                connection.execute(f"create table mart.{name} as {tables.text(name)}")
            create_views(connection)
            apply_comments(connection)
        elif is_anything_new(connection):
            for name in bodies:
                fill(connection, name, tables.text(name))
        else:
            let_time_pass(connection, tables)


def let_time_pass(connection: duckdb.DuckDBPyConnection, tables: "Tables") -> None:
    """Build what the clock can change: what reads it, and what rests on something that came out otherwise."""
    moved: set[Relation] = set()
    for name, body in tables.bodies.items():
        if not mart_texts.reads_the_clock(body) and moved.isdisjoint(mart_texts.rests_on(body)):
            continue
        connection.execute(f"create or replace temp table built as {tables.text(name)}")
        if differs(connection, f"mart.{name}", "built"):
            fill(connection, name, "from built")
            moved.add(("mart", name))


def differs(connection: duckdb.DuckDBPyConnection, one: str, other: str) -> bool:
    """Whether two tables of the same columns hold other rows; each row has a key, so none is there twice."""
    return connection.execute(
        f"select (select count(*) from {one}) <> (select count(*) from {other}) "
        f"or exists (from {one} except from {other})"
    ).fetchone() == (True,)


class Tables:
    """The marts' texts at one instant. What they read of core and plan is set aside once, when it is first read."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, bodies: Mapping[str, str], instant: str) -> None:
        self.connection = connection
        self.bodies = bodies
        self.instant = instant
        self._places: dict[Relation, str] = {("mart", name): f"mart.{name}" for name in bodies}

    def text(self, name: str) -> str:
        """A mart's text at the instant; the marts before it must be built."""
        body = self.bodies[name]
        for relation in mart_texts.rests_on(body):
            if relation not in self._places:
                self._set_aside(*relation)
        return mart_texts.table_text(body, self.instant, self._places)

    def _set_aside(self, schema: str, name: str) -> None:
        place = f"now_{schema}_{name}"
        text = mart_texts.source_text(schema, name, self.instant)
        self.connection.execute(f"create or replace temp table {place} as {text}")
        self._places[schema, name] = place


def fill(connection: duckdb.DuckDBPyConnection, name: str, text: str) -> None:
    """Put new rows in the place of a mart's rows."""
    connection.execute(f"truncate mart.{name}; insert into mart.{name} {text}")


def is_anything_new(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether any version in core or plan began or ended since the marts were built, for the last publication."""
    last = last_publication(connection)
    if last is None:
        return True
    versioned = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = current_database() "
        "and schema_name in ('core', 'plan')"
    ).fetchall()
    tests = [
        f"exists (from {schema}.{name} where known_from > $last or known_to > $last)" for schema, name in versioned
    ]
    return connection.execute(f"select {' or '.join(tests)}", {"last": last}).fetchone() == (True,)


def define_macros(connection: duckdb.DuckDBPyConnection, bodies: Mapping[str, str], source_kind: str) -> None:
    """Clear the schema and define its macros."""
    clear_marts(connection)
    for name, label in (("received_label", RECEIVED), ("derived_label", DERIVED)):
        connection.execute(f"create macro mart.{name}() as {quoted(as_printed(label, source_kind))}")
    for path in sql_files("mart", "*.macro.sql"):
        connection.execute(path.read_text(encoding="utf-8"))
    for name in bodies:
        text = mart_texts.as_of_text(name, bodies)
        connection.execute(f"create macro mart.{name}_as_of(moment) as table ({text})")
    create_comparison_macro(connection)
    connection.execute("create or replace table ops.mart_definition as select ? as sha256", [fingerprint(source_kind)])


def create_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the views over the tables."""
    for name, text in mart_texts.mart_views().items():
        connection.execute(f"create view mart.{name} as {text}")


def fingerprint(source_kind: str) -> str:
    """The SHA-256 of everything that the schema and the marts are made of, DuckDB's version included."""
    digest = hashlib.sha256(f"{source_kind} {duckdb.__version__}".encode())
    folders = ("core", "plan", "ops", "migrations", "mart", "dictionary")
    texts = [path for folder in folders for path in sql_files(folder, "*.*")]
    for path in (*texts, COMPARISON, Path(__file__), Path(mart_texts.__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def read_fingerprint(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The fingerprint of the marts that the file holds; None when it holds none."""
    row = connection.execute("select sha256 from ops.mart_definition").fetchone()
    return None if row is None else row[0]


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
