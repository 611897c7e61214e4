"""Building the relations that analysts read: the marts of `sql/mart/` with their history, views and macros.

The select of a mart runs over the current rows of core and plan. Its result is compared with the current rows of the
mart; only rows that differ are closed and opened in `mart.X_version`, at the instant of the publication. When no
version in core or plan began or ended, only the marts are built that read the clock or a mart that changed. Views,
macros and comments stay in the file between publications and are created again when their definition changed.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

import duckdb

from warehouse.comments import apply_comments
from warehouse.credits import DERIVED, RECEIVED, as_printed
from warehouse.database import quoted
from warehouse.definition import fingerprint, marts_by, read_fingerprint, write_fingerprint
from warehouse.dictionary import described_relations
from warehouse.errors import MartBroken
from warehouse.mart_files import CLOCK, RelationFile, leading_macros, relation_files, rests_on
from warehouse.ops import last_publication
from warehouse.versions import PUBLISHED, create_readers, keep_versions, tables_of_versions

WORKING = "working"
# Later than every publication: a view shows the rows that are current at this instant.
NOW = "timestamp '9999-12-31 00:00:00'"


def build_marts(
    connection: duckdb.DuckDBPyConnection, *, source_kind: str = "live", is_all: bool = False
) -> frozenset[str]:
    """Build every mart for the last publication on record.

    Args:
        connection: an open working file whose `core` and `plan` are loaded up to that publication.
        source_kind: live, recorded or sample; decides the source label of the figures.
        is_all: build every mart, even if no version in core or plan began or ended.

    Returns:
        The marts whose rows changed.

    Raises:
        MartBroken: two rows of a mart have the same key, or a mart lost a column.
    """
    instant = last_publication(connection)
    if instant is None:
        raise MartBroken(
            "`ops.publication` is empty, so there is no instant to build the marts for. Nothing was built. "
            "Open a publication first (`open_publication`)."
        )
    is_new = read_fingerprint(connection) != fingerprint(source_kind)
    if is_new:
        clear_readers(connection)
        define_macros(connection, source_kind)
    is_all = is_all or is_new or is_anything_new(connection, instant)
    stored = set(tables_of_versions(connection, "mart"))
    changed: set[str] = set()
    with working_relations(connection) as working:
        for each in relation_files():
            # Events report changes: a later clock alone makes none.
            news = changed if each.kind == "event" else {CLOCK, *changed}
            is_due = each.kind in ("mart", "event") and (is_all or not rests_on(each.full_name).isdisjoint(news))
            # Without a change there is no event.
            if is_due and (each.reports is None or working.has_rows(each.reports)):
                working.lay_out(each.reads)
                is_first = each.kind == "mart" and each.name not in stored
                if (build_first if is_first else build)(connection, each, instant):
                    changed.add(each.full_name)
            elif is_new and each.kind == "event":
                make_table(connection, each, is_empty=True)
            if is_new:
                create_readers_of(connection, each)
    if is_new:
        apply_comments(connection)
        write_fingerprint(connection, source_kind)
    return frozenset(changed)


def define_marts(connection: duckdb.DuckDBPyConnection, *, source_kind: str) -> None:
    """Create the views, macros and comments of a file whose marts already hold the rows of its last publication.

    If another version of the software made those rows, the next publication builds every mart.

    Raises:
        MartBroken: the marts of this software lack a column that the stored rows have.
    """
    clear_readers(connection)
    define_macros(connection, source_kind)
    with working_relations(connection, are_empty=True) as working:
        for each in relation_files():
            if each.kind == "mart":
                working.lay_out(each.reads)
            if each.kind in ("mart", "event"):
                make_table(connection, each, is_empty=True)
            create_readers_of(connection, each)
    apply_comments(connection)
    made_by = connection.execute("select arg_max(marts_by, published_at) from ops.publication").fetchone()
    if made_by == (marts_by(),):
        write_fingerprint(connection, source_kind)


class WorkingRelations:
    """The working relations of one build: each is created in an in-memory database when it is first read.

    Args:
        connection: the open file.
        are_empty: whether only their columns are needed.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, are_empty: bool = False) -> None:
        self.connection = connection
        self.are_empty = are_empty
        self.files = {each.full_name: each for each in relation_files() if each.kind == WORKING}
        self.laid_out: set[str] = set()

    def lay_out(self, names: Collection[str]) -> None:
        """Create the working relations among these names, and those that they read."""
        for name in sorted(self.files.keys() & names):
            if name not in self.laid_out:
                self.lay_out(self.files[name].reads)
                rows = select_of(self.files[name], is_empty=self.are_empty)
                self.connection.execute(f"create or replace table {name} as {rows}")
                self.laid_out.add(name)

    def has_rows(self, name: str) -> bool:
        """Create one working relation; return whether it has a row."""
        self.lay_out({name})
        return self.connection.execute(f"from {name} limit 1").fetchone() is not None


def select_of(file: RelationFile, *, is_empty: bool) -> str:
    """Return the select of a relation, or one that has its columns and no rows."""
    return f"select * from ({file.text}) limit 0" if is_empty else file.text


@contextmanager
def working_relations(connection: duckdb.DuckDBPyConnection, *, are_empty: bool = False) -> Iterator[WorkingRelations]:
    """Attach an in-memory database for `working.X` while the block runs; the file keeps nothing of it."""
    connection.execute(f"attach ':memory:' as {WORKING}")
    try:
        yield WorkingRelations(connection, are_empty=are_empty)
    finally:
        connection.execute(f"detach {WORKING}")


def build(connection: duckdb.DuckDBPyConnection, file: RelationFile, instant: datetime) -> bool:
    """Store the rows of one mart, or the events of one publication; return whether any row differs."""
    columns = make_table(connection, file)
    if file.kind == "event":
        ((count,),) = connection.execute(f"insert into {file.stored_name} by name from built").fetchall()
        return bool(count)
    is_other = keep_versions(
        connection, file.full_name, incoming="built", compared=columns, instant=instant, ends=PUBLISHED
    )
    if is_other:
        check_key(connection, file, "built")
    return is_other


def build_first(connection: duckdb.DuckDBPyConnection, mart: RelationFile, instant: datetime) -> bool:
    """Store the first versions of a mart that has no table; return whether there is any row."""
    ((count,),) = connection.execute(
        f"create table {mart.stored_name} as select *, $instant as published_from, "
        f"cast(null as timestamp) as published_to from ({mart.text})",
        {"instant": instant},
    ).fetchall()
    check_key(connection, mart, mart.stored_name)
    return bool(count)


def make_table(connection: duckdb.DuckDBPyConnection, file: RelationFile, *, is_empty: bool = False) -> list[str]:
    """Create `built` from the rows of a mart, and the table of its versions; return the columns of the mart.

    A new column of the mart is added to the table; it is null in earlier versions.

    Raises:
        MartBroken: the mart lacks a column that its table has, or the column has another type.
    """
    if is_empty and file.columns is not None:
        connection.execute(f"create or replace temp table built {file.columns}")
    else:
        connection.execute(f"create or replace temp table built as {select_of(file, is_empty=is_empty)}")
    table = file.stored_name
    extra = ", cast(null as timestamp) as published_from, cast(null as timestamp) as published_to"
    connection.execute(
        f"create table if not exists {table} as select *{extra if file.kind == 'mart' else ''} from built limit 0"
    )
    made = dict(columns_of(connection, "built"))
    stored = dict(columns_of(connection, table))
    for column, kind in made.items() - stored.items():
        if column in stored:
            raise MartBroken(
                f"`{file.full_name}` makes the column `{column}` as {kind}, but its versions store it as "
                f"{stored[column]}. Nothing was published. A changed type needs a migration in sql/migrations/."
            )
        connection.execute(f'alter table {table} add column "{column}" {kind}')
    if lost := sorted(stored.keys() - made.keys() - set(PUBLISHED)):
        raise MartBroken(
            f"`{file.full_name}` lacks the column `{lost[0]}`, which its versions store. Nothing was published. "
            "A removed or renamed column needs a migration in sql/migrations/."
        )
    return list(made)


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str]]:
    """Return the columns of a table in order, each with its type."""
    return [(name, kind) for name, kind, *_ in connection.execute(f"describe {table}").fetchall()]


def check_key(connection: duckdb.DuckDBPyConnection, file: RelationFile, rows: str) -> None:
    """Refuse two rows with the same key: one could not be distinguished from the next version of the other.

    Args:
        connection: the open file.
        file: the mart.
        rows: the table with its current rows.

    Raises:
        MartBroken: two rows have the same key.
    """
    columns = {name for name, _ in columns_of(connection, rows)}
    key = [column for column in described_relations()[file.full_name].key if column in columns]
    listed = ", ".join(f'"{column}"' for column in key)
    twice = connection.execute(f"select {listed} from {rows} group by {listed} having count(*) > 1 limit 1").fetchone()
    if twice is not None:
        told = ", ".join(f"{column} {value}" for column, value in zip(key, twice, strict=True))
        raise MartBroken(
            f"`{file.full_name}` has more than one row for `{told}`. Nothing was published. "
            "This is a fault of this software: please report it."
        )


def is_anything_new(connection: duckdb.DuckDBPyConnection, instant: datetime) -> bool:
    """Return whether any version in core or plan began or ended at an instant."""
    tests = [
        f"exists (from {schema}.{name}_version where known_from = $instant or known_to = $instant)"
        for schema in ("core", "plan")
        for name in tables_of_versions(connection, schema)
    ]
    return connection.execute(f"select {' or '.join(tests)}", {"instant": instant}).fetchone() == (True,)


def define_macros(connection: duckdb.DuckDBPyConnection, source_kind: str) -> None:
    """Create the macros that read no mart: rounding, credits. The others are created after what they read."""
    connection.execute("create schema if not exists mart")
    for name, label in (("received_label", RECEIVED), ("derived_label", DERIVED)):
        connection.execute(f"create or replace macro mart.{name}() as {quoted(as_printed(label, source_kind))}")
    for each in leading_macros():
        connection.execute(each.text)


def create_readers_of(connection: duckdb.DuckDBPyConnection, file: RelationFile) -> None:
    """Create the view and the as-of macro of a relation; those of a mart show no instants of publication."""
    name = file.full_name
    match file.kind:
        case "mart":
            create_readers(connection, name, f"* exclude ({', '.join(PUBLISHED)})", PUBLISHED)
        case "event":
            connection.execute(
                f"create or replace macro {name}_as_of(moment) as table "
                f"(select * from {name} where known_from <= core.moment(moment))"
            )
        case "view":
            connection.execute(
                f"create or replace macro {name}_as_of(moment) as table ({file.text});"
                f"create or replace view {name} as {with_current_rows(file.text)}"
            )
        case "macro":
            connection.execute(file.text)


def with_current_rows(text: str) -> str:
    """Return the select of a view without its moment: it reads the current rows, which a client plans faster."""
    return text.replace("_as_of(moment)", "").replace("core.moment(moment)", NOW)


def clear_readers(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop every view and macro of `mart`, also those that the software no longer defines."""
    views = connection.execute(
        "select view_name from duckdb_views() where schema_name = 'mart' and database_name = current_database()"
    ).fetchall()
    macros = connection.execute(
        "select distinct function_name, function_type from duckdb_functions() "
        "where schema_name = 'mart' and database_name = current_database()"
    ).fetchall()
    statements = [f"drop view mart.{view}" for (view,) in views]
    statements += [f"drop {'macro table' if kind == 'table_macro' else 'macro'} mart.{macro}" for macro, kind in macros]
    connection.execute(";".join(statements))
