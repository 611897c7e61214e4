"""The changes of each publication to the marts, kept in the raw store, so that published marts can be restored.

There is one Parquet body for each mart that changed: the versions that the publication closed or opened, or the events
that it added. After a migration every version of every mart is kept, so earlier bodies are no longer needed. A body has
the columns that the mart had then; a column that was added later is null in its rows.
"""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.database import quoted, staging_folder
from warehouse.dictionary import described_relations
from warehouse.ledger_records import MartRows
from warehouse.mart_files import RelationFile, published_relations
from warehouse.raw_store import RawStore
from warehouse.versions import equal


def keep_marts(
    connection: duckdb.DuckDBPyConnection, store: RawStore, *, instant: datetime, is_whole: bool
) -> Iterator[MartRows]:
    """Keep the changes of a publication to the marts.

    Args:
        connection: the file that is about to be published.
        store: the raw store for the bodies.
        instant: the instant of the publication (UTC, naive).
        is_whole: keep every version of every mart, not only those of this publication.

    Yields:
        A record for each mart that is kept, for the run's manifest.
    """
    with scratch_file(connection) as path:
        for each in stored_relations():
            since = "published_from" if each.kind == "mart" else "known_from"
            ended = " or published_to = $instant" if each.kind == "mart" else ""
            rows = f"from {each.stored_name} where {'true' if is_whole else f'{since} = $instant{ended}'}"
            given = {} if is_whole else {"instant": instant}
            ((count,),) = connection.execute(f"select count(*) {rows}", given).fetchall()
            if count or is_whole:
                connection.execute(
                    f"copy (select * {rows}) to {quoted(str(path))} (format parquet, compression zstd)", given
                )
                yield MartRows(mart=each.name, sha256=store.put(path.read_bytes()), row_count=count, is_whole=is_whole)


def put_back(
    connection: duckdb.DuckDBPyConnection, store: RawStore, kept: Iterable[MartRows], *, instant: datetime
) -> None:
    """Apply the changes of a publication to the marts of a file, from its bodies.

    Args:
        connection: a working file to which every earlier publication has been applied.
        store: the raw store with the bodies.
        kept: the records of the publication.
        instant: the instant of the publication (UTC, naive).

    Raises:
        BodyMissing: a body is no longer in the raw store.
        BodyCorrupt: a body is damaged.
    """
    connection.execute("create schema if not exists mart")
    with scratch_file(connection) as path:
        for record in kept:
            each = published_relations().get(record.mart)
            if each is None:  # the software no longer has this mart
                continue
            path.write_bytes(store.get(record.sha256))
            connection.execute(f"create or replace temp table body as from read_parquet({quoted(str(path))})")
            if record.is_whole:
                connection.execute(f"drop table if exists {each.stored_name}")
            connection.execute(f"create table if not exists {each.stored_name} as from body limit 0")
            add_columns_of_body(connection, each.stored_name)
            if each.kind == "mart" and not record.is_whole:
                key = (*described_relations()[each.full_name].key, "published_from")
                connection.execute(
                    f"update {each.stored_name} as held set published_to = $instant from body "
                    f"where body.published_to = $instant and {equal('held', 'body', key)}",
                    {"instant": instant},
                )
                connection.execute("delete from body where published_to = $instant", {"instant": instant})
            connection.execute(f"insert into {each.stored_name} by name from body")


def add_columns_of_body(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Add the columns of the body that the table lacks; they are null in earlier versions."""
    for name, kind, *_ in connection.execute("describe body").fetchall():
        connection.execute(f'alter table {table} add column if not exists "{name}" {kind}')


def stored_relations() -> list[RelationFile]:
    """Return the relations of `mart` that have a table: marts and events."""
    return [each for each in published_relations().values() if each.kind in ("mart", "event")]


@contextmanager
def scratch_file(connection: duckdb.DuckDBPyConnection) -> Iterator[Path]:
    """Yield a temporary path for one body at a time, next to the working file."""
    beside = staging_folder(connection)
    if beside is not None:
        beside.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=beside) as folder:
        yield Path(folder) / "body.parquet"
