"""Tables of versions: rows that are closed and opened, never changed, and the two readers that each such table has.

`X_version` holds every version with the instants from which and to which it held (half-open, the open end null). `X` is
what holds now, and `X_as_of(moment)` what held at a moment: each a filter of one line that every DuckDB since 1.1 plans
in a millisecond.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import duckdb

KNOWN = ("known_from", "known_to")
PUBLISHED = ("published_from", "published_to")
# What the readers of a table of versions show beside its columns.
NAMES = {
    "core.municipality": "(select county.county_name from core.county as county "
    "where county.county_code = municipality_version.county_code) as county_name"
}


def create_readers(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: str, ends: tuple[str, str] = KNOWN
) -> None:
    """Create the view `relation` and the macro `relation_as_of(moment)` over `relation_version`.

    Args:
        connection: the open file.
        relation: schema and plain name.
        columns: what both show, as it stands after `select`.
        ends: the columns that say from when and to when a version held.
    """
    since, until = ends
    connection.execute(
        f"create or replace view {relation} as select {columns} from {relation}_version where {until} is null;"
        f"create or replace macro {relation}_as_of(moment) as table ("
        f"select {columns} from {relation}_version where core.holds_at({since}, {until}, core.moment(moment)))"
    )


def create_known_readers(connection: duckdb.DuckDBPyConnection) -> None:
    """Create what reads the versions of core and plan; cells have readers of their own (sql/core/030_cells.sql)."""
    for schema in ("core", "plan"):
        for name in tables_of_versions(connection, schema):
            if not name.endswith("observation"):
                relation = f"{schema}.{name}"
                more = f", {NAMES[relation]}" if relation in NAMES else ""
                create_readers(connection, relation, f"* exclude (known_to){more}")


def tables_of_versions(connection: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    """The plain names of a schema's tables of versions (or views of such), in their order."""
    rows = connection.execute(
        "select table_name from information_schema.tables where table_schema = ? "
        "and table_catalog = current_database() and ends_with(table_name, '_version') order by table_name",
        [schema],
    ).fetchall()
    return [str(table).removesuffix("_version") for (table,) in rows]


def keep_versions(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    *,
    incoming: str,
    compared: Sequence[str],
    instant: datetime,
    ends: tuple[str, str] = KNOWN,
    among: str = "true",
) -> bool:
    """Close the versions whose rows are not among the incoming ones, and open what is new among these.

    Args:
        connection: the open file.
        relation: schema and plain name.
        incoming: a relation with the rows that hold from the instant on; each is there once.
        compared: the columns by which rows are the same; nulls are equal.
        instant: from which the new versions hold (UTC, naive).
        ends: the columns that say from when and to when a version holds.
        among: which versions the incoming rows replace, as a condition.

    Returns:
        Whether anything was closed or opened.
    """
    since, until = ends
    held = f"(select rowid, * from {relation}_version where {until} is null and ({among}))"
    same = equal("held", "incoming", compared)
    ((closed,),) = connection.execute(
        f"update {relation}_version set {until} = $instant where rowid in "
        f"(select held.rowid from {held} as held anti join {incoming} as incoming on {same})",
        {"instant": instant},
    ).fetchall()
    ((opened,),) = connection.execute(
        f"insert into {relation}_version by name select incoming.*, $instant as {since} "
        f"from {incoming} as incoming anti join {held} as held on {same}",
        {"instant": instant},
    ).fetchall()
    return bool(closed or opened)


def equal(one: str, other: str, columns: Iterable[str]) -> str:
    """The condition that two rows are the same in some columns; nulls are equal."""
    return " and ".join(f'{one}."{column}" is not distinct from {other}."{column}"' for column in columns)
