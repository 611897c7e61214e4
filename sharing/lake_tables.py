"""The tables of a home in a lake: their names, how each is synchronized with the published file, and their readers.

`mart.goal_fulfilment_version` of a home named `ale` is `ale.mart_goal_fulfilment_version`, with its readers
`ale.mart_goal_fulfilment` and `ale.mart_goal_fulfilment_as_of(moment)`; `core` keeps its names. A view of the published
file without its own table of versions (`mart.maluppfyllelse`) is a table with the current rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from sharing.errors import ShareError
from warehouse.database import quoted
from warehouse.dictionary import described_relations
from warehouse.versions import KNOWN, PUBLISHED, create_readers

SCHEMAS = ("core", "mart", "ops", "plan")
# Columns that change every night even if no value changes.
LEFT_OUT = ("confirmed_at",)
VERSION = "_version"
# Tables of a schema: name -> column -> type, in order.
Columns = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class LakeTable:
    """A table of a lake and the relation of the published file that it copies.

    Attributes:
        source: schema and name in the published file.
        schema, name: schema and name in the lake.
        columns: name -> type, in order.
        comments: column -> comment; that of the relation itself under the empty name.
        key: the primary key without the first of `ends`; empty if the dictionary does not describe the relation.
        ends: the columns with the start and the end of a version; None for a table without versions.
    """

    source: str
    schema: str
    name: str
    columns: dict[str, str]
    comments: dict[str, str]
    key: tuple[str, ...]
    ends: tuple[str, str] | None

    @property
    def target(self) -> str:
        """The full name of the table in the lake."""
        return f"lake.{self.schema}.{self.name}"

    @property
    def only_grows(self) -> bool:
        """Whether its rows are only closed and opened; those of other tables are also edited in place."""
        return self.ends is not None and not self.source.startswith("plan.")

    @property
    def chosen(self) -> str:
        """Its columns as a select list."""
        return ", ".join(f'"{column}"' for column in self.columns)


def tables_of_home(connection: duckdb.DuckDBPyConnection, home: str) -> list[LakeTable]:
    """Return the tables that a home has in a lake, including those of `core`.

    Args:
        connection: a connection with the shared file attached as `home`.
        home: the schema in the lake.
    """
    rows = connection.execute(
        "select schema_name, table_name, column_name, data_type, columns.comment, relations.comment "
        "from duckdb_columns() as columns inner join ("
        "select schema_name, table_name, comment, false as is_view from duckdb_tables() where database_name = 'home' "
        "union all select schema_name, view_name, comment, true from duckdb_views() where database_name = 'home'"
        ") as relations using (schema_name, table_name) where database_name = 'home' "
        "and (not is_view or schema_name = 'mart' and (schema_name, table_name || '_version') not in "
        "(select (schema_name, table_name) from duckdb_tables() where database_name = 'home')) "
        "order by schema_name, table_name, column_index"
    ).fetchall()
    found: dict[tuple[str, str], LakeTable] = {}
    for schema, name, column, kind, comment, about in rows:
        if schema not in SCHEMAS or column in LEFT_OUT:
            continue
        described = described_relations().get(f"{schema}.{name}")
        table = found.setdefault(
            (schema, name),
            LakeTable(
                source=f"{schema}.{name}",
                schema="core" if schema == "core" else home,
                name=name if schema == "core" else f"{schema}_{name}",
                columns={},
                comments={"": about or ""},
                key=tuple(described.key) if described is not None else (),
                ends=ends_of(schema, name),
            ),
        )
        table.columns[column] = kind
        table.comments[column] = comment or ""
    return list(found.values())


def ends_of(schema: str, name: str) -> tuple[str, str] | None:
    """Return the columns with the start and the end of a version; None for a table without versions."""
    if schema == "ops" or not name.endswith(VERSION):
        return None
    return PUBLISHED if schema == "mart" else KNOWN


def make_table(connection: duckdb.DuckDBPyConnection, table: LakeTable) -> None:
    """Create a table with its rows and readers, and drop an earlier one with other columns."""
    connection.execute(f"drop table if exists {table.target}")
    connection.execute(f"create table {table.target} as select {table.chosen} from home.{table.source}")
    relation, is_versioned = f"{table.schema}.{table.name}".removesuffix(VERSION), table.ends is not None
    if table.ends is not None and "change_kind" in table.columns:
        for statement in readers_of_cells(relation):
            connection.execute(statement)
    elif table.ends is not None:
        hidden = table.ends if table.source.startswith("mart.") else table.ends[1:]
        create_readers(connection, relation, f"* exclude ({', '.join(hidden)})", table.ends)
    if not is_versioned and "known_from" in table.columns:
        connection.execute(
            f"create or replace macro {relation}_as_of(moment) as table "
            f"(select * from {relation} where known_from <= core.moment(moment))"
        )


def readers_of_cells(relation: str) -> Iterator[str]:
    """Yield the statements that create the two readers of a table of cells, without deleted and vanished cells."""
    rows = (
        f"select * exclude (is_deleted, known_to) from {relation}_version "
        "where not is_deleted and change_kind <> 'vanished' and "
    )
    yield f"create or replace view {relation} as {rows} known_to is null"
    yield (
        f"create or replace macro {relation}_as_of(moment) as table "
        f"({rows} core.holds_at(known_from, known_to, core.moment(moment)))"
    )


def comment_on(connection: duckdb.DuckDBPyConnection, table: LakeTable) -> None:
    """Give a table and its columns the comments that they have in the published file."""
    for column, comment in table.comments.items():
        what = f'column {table.target}."{column}"' if column else f"table {table.target}"
        connection.execute(f"comment on {what} is {quoted(comment)}")


def follow(connection: duckdb.DuckDBPyConnection, table: LakeTable, since: datetime | None) -> tuple[int, int]:
    """Bring the rows of a table up to date, within a transaction.

    Args:
        connection: the lake, with the shared file attached as `home`.
        table: a table of the lake with the same columns as its source.
        since: the publication at which the table was last up to date; None to compare every row.

    Returns:
        The number of rows added or removed, and that of the rows in the lake afterwards.

    Raises:
        ShareError: the rows differ afterwards.
    """
    changed = 0
    rows = None
    if since is not None and table.ends is not None:
        changed = add_since(connection, table, table.ends, since)
        rows = rows_in_common(connection, table, f"count({table.ends[1]})")
    if rows is None:
        hashed = f"sum(hash({table.chosen})::hugeint)"
        rows = rows_in_common(connection, table, hashed)
        if rows is None:
            changed += compare_whole(connection, table)
            rows = rows_in_common(connection, table, hashed)
    if rows is None:
        raise ShareError(
            f"The table `{table.schema}.{table.name}` of the lake differs from the published file, so nothing was "
            "shared. Run `kolada share` again; if it happens again, drop that table in the lake."
        )
    return changed, rows


def add_since(connection: duckdb.DuckDBPyConnection, table: LakeTable, ends: tuple[str, str], since: datetime) -> int:
    """Close the versions that ended since a publication, and append those that began or ended."""
    begins, ends_at = ends
    moment = f"timestamp {quoted(str(since))}"
    is_closed, is_new = f"{ends_at} > {moment} and {begins} <= {moment}", f"{begins} > {moment} or {ends_at} > {moment}"
    removed = added = 0
    if row_count(connection, f"home.{table.source} where {is_closed}"):
        closed = f"(select {', '.join(table.key)}, {begins} from home.{table.source} where {is_closed})"
        same = " and ".join(
            f'present."{column}" is not distinct from closed."{column}"' for column in (*table.key, begins)
        )
        removed = count(
            connection,
            f"delete from {table.target} where rowid in (select present.rowid from {table.target} as present "
            f"inner join {closed} as closed on {same} where present.{ends_at} is null)",
        )
    if row_count(connection, f"home.{table.source} where {is_new}"):
        added = count(
            connection,
            f"insert into {table.target} select {table.chosen} from home.{table.source} where {is_new}",
        )
    return removed + added


def compare_whole(connection: duckdb.DuckDBPyConnection, table: LakeTable) -> int:
    """Remove the rows that only the lake has and append those that it lacks; equal rows are numbered."""
    numbered = f"row_number() over (partition by {table.chosen}) as equal_number"
    connection.execute(
        f"create or replace temp table at_home as select {table.chosen}, {numbered} from home.{table.source};"
        f"create or replace temp table in_lake as select rowid as place, {table.chosen}, {numbered} from {table.target}"
    )
    same = " and ".join(
        f'in_lake."{column}" is not distinct from at_home."{column}"' for column in (*table.columns, "equal_number")
    )
    removed = count(
        connection,
        f"delete from {table.target} where rowid in "
        f"(select place from temp.in_lake where not exists (select 1 from temp.at_home where {same}))",
    )
    added = count(
        connection,
        f"insert into {table.target} select {table.chosen} from temp.at_home "
        f"where not exists (select 1 from temp.in_lake where {same})",
    )
    connection.execute("drop table temp.at_home; drop table temp.in_lake")
    return removed + added


def rows_in_common(connection: duckdb.DuckDBPyConnection, table: LakeTable, measure: str) -> int | None:
    """Return the number of rows of a table, or None if it or the measure differs from that in the published file."""
    at_home, in_lake = (
        connection.execute(f"select count(*), {measure} from {relation}").fetchone()
        for relation in (f"home.{table.source}", table.target)
    )
    return int(at_home[0]) if at_home is not None and at_home == in_lake else None


def row_count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    """Return the number of rows of a relation, which may be followed by a condition."""
    return count(connection, f"select count(*) from {relation}")


def count(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    """Run a statement and return the number in its only row: of the rows that it counted or changed."""
    row = connection.execute(statement).fetchone()
    return int(row[0]) if row is not None else 0


def present_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, Columns]:
    """Return the tables of each schema of the lake."""
    rows: Sequence[tuple[str, str, str, str]] = connection.execute(
        "select schema_name, table_name, column_name, data_type from duckdb_columns() inner join duckdb_tables() "
        "using (database_name, schema_name, table_name) where database_name = 'lake' "
        "order by schema_name, table_name, column_index"
    ).fetchall()
    found: dict[str, Columns] = {}
    for schema, name, column, kind in rows:
        found.setdefault(schema, {}).setdefault(name, {})[column] = kind
    return found
