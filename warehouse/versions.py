"""Tables of versions, whose rows are closed and opened but never changed, and the two readers of each such table.

`X_version` stores every version with its start and its end (half-open; the end of a current version is null). The view
`X` shows the current versions, the macro `X_as_of(moment)` those of another moment. Both are simple filters that every
DuckDB since 1.1 plans in a millisecond.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import duckdb

KNOWN = ("known_from", "known_to")
PUBLISHED = ("published_from", "published_to")
# Columns that the readers of a table of versions add to its own.
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
        columns: the select list of both.
        ends: the columns with the start and the end of a version.
    """
    since, until = ends
    connection.execute(
        f"create or replace view {relation} as select {columns} from {relation}_version where {until} is null;"
        f"create or replace macro {relation}_as_of(moment) as table ("
        f"select {columns} from {relation}_version where core.holds_at({since}, {until}, core.moment(moment)))"
    )


def create_known_readers(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the readers of core and plan; those of cells are in sql/core/030_cells.sql."""
    for schema in ("core", "plan"):
        for name in tables_of_versions(connection, schema):
            if not name.endswith("observation"):
                relation = f"{schema}.{name}"
                more = f", {NAMES[relation]}" if relation in NAMES else ""
                create_readers(connection, relation, f"* exclude (known_to){more}")


def tables_of_versions(connection: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    """Return the plain names of a schema's tables of versions (or views of them), sorted."""
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
    """Close the current versions whose rows are not among the incoming ones, and open versions for new incoming rows.

    The rows are compared once, and not at all if no version is current.

    Args:
        connection: the open file.
        relation: schema and plain name.
        incoming: a relation with the rows that are current from the instant on, without duplicates.
        compared: the columns that are compared; nulls are equal.
        instant: the start of the new versions (UTC, naive).
        ends: the columns with the start and the end of a version.
        among: an SQL condition for the versions that the incoming rows replace.

    Returns:
        Whether any version was closed or opened.
    """
    since, until = ends
    held = f"(select rowid, * from {relation}_version where {until} is null and ({among}))"
    if connection.execute(f"select exists (from {held})").fetchone() == (False,):
        ((opened,),) = connection.execute(
            f"insert into {relation}_version by name select *, $instant as {since} from {incoming}",
            {"instant": instant},
        ).fetchall()
        return bool(opened)
    # Both times it is read in the order of its rows, so a row has the same number.
    numbered = f"(select *, row_number() over () as incoming_row from {incoming})"
    ((differing,),) = connection.execute(
        f"create or replace temp table differing as select held.rowid as held_row, incoming.incoming_row "
        f"from {held} as held full join {numbered} as incoming on {equal('held', 'incoming', compared)} "
        "where held.rowid is null or incoming.incoming_row is null"
    ).fetchall()
    if differing:
        connection.execute(
            f"update {relation}_version set {until} = $instant where rowid in (select held_row from differing)",
            {"instant": instant},
        )
        connection.execute(
            f"insert into {relation}_version by name select * exclude (incoming_row), $instant as {since} "
            f"from {numbered} where incoming_row in (select incoming_row from differing)",
            {"instant": instant},
        )
    return bool(differing)


def equal(one: str, other: str, columns: Iterable[str]) -> str:
    """Return the SQL condition that two rows are equal in some columns; nulls are equal."""
    return " and ".join(f'{one}."{column}" is not distinct from {other}."{column}"' for column in columns)
