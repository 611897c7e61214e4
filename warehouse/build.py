"""Building what analysts read: macros, tables, views and comments from the files under `sql/mart/`.

A file holds one select with the free name `moment`. From that one text come the macro `mart.<name>_as_of(moment)` and
the plain table `mart.<name>`: in the table, the moment is the run's instant, and every `mart.X_as_of(moment)` is read
from the table `mart.X` built before it. So there is one definition, and nothing is worked out twice in a night.

    000_name.macro.sql   run as it is: scalar macros
    NNN_name.sql         a macro and a table
    NNN_name.view.sql    a view over the tables
"""

import re
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.comments import apply_comments
from warehouse.database import SQL_FOLDER, sql_files
from warehouse.history import naive_utc

AS_OF_CALL = re.compile(r"\b(core|plan|mart)\.(\w+?)_as_of\(moment\)")
MOMENT = "core.moment(moment)"

# Kept from night to night; everything else in the schema is built anew.
KEPT_TABLES = frozenset({"verdict_change"})


def build_marts(connection: duckdb.DuckDBPyConnection, *, now: datetime) -> None:
    """Build every relation of `mart` as known at an instant.

    Args:
        connection: an open working file whose `core` and `plan` are loaded.
        now: the run's instant; nothing in `core` or `plan` is later.
    """
    instant = f"timestamp '{naive_utc(now).isoformat(sep=' ', timespec='microseconds')}'"
    clear_marts(connection)
    for path in sql_files("mart"):
        text = path.read_text(encoding="utf-8")
        if path.name.endswith(".macro.sql"):
            connection.execute(text)
        elif path.name.endswith(".view.sql"):
            connection.execute(f"create view mart.{relation_name(path)} as {text}")
        else:
            name = relation_name(path)
            connection.execute(f"create macro mart.{name}_as_of(moment) as table ({without_end(text)})")
            connection.execute(f"create table mart.{name} as {plain_text(connection, text, instant)}")
    apply_comments(connection, SQL_FOLDER / "dictionary")


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


def plain_text(connection: duckdb.DuckDBPyConnection, text: str, instant: str) -> str:
    """The text of a relation at one instant, reading what is built already."""

    def source(call: re.Match[str]) -> str:
        schema, name = call.groups()
        if schema == "mart":
            return f"mart.{name}"
        connection.execute(
            f"create temp view if not exists now_{schema}_{name} as from {schema}.{name}_as_of({instant})"
        )
        return f"now_{schema}_{name}"

    return AS_OF_CALL.sub(source, without_end(text)).replace(MOMENT, instant)


def relation_name(path: Path) -> str:
    """`210_goal_fulfilment.sql` and `910_maluppfyllelse.view.sql` name the relation after their number."""
    return path.name.split(".")[0].split("_", 1)[1]


def without_end(text: str) -> str:
    """A statement without its closing semicolon, so that it can stand within another."""
    return text.strip().removesuffix(";")
