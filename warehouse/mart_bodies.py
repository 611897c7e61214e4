"""What each publication did to the marts, kept in the raw store, so that what was published can be put back.

One Parquet body for each mart that changed: the versions that the publication closed or opened, or, of events, the rows
that it added. After a migration the marts are kept whole, so nothing before it is needed. A body has the columns that
the mart had then; a column that came later is null in it.
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
    """Keep what a publication did to the marts.

    Args:
        connection: the file that is about to be published.
        store: where the bodies are kept.
        instant: of the publication (UTC, naive).
        is_whole: keep every version of every mart, and not those of this publication alone.

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
    """Do to the marts of a file what a publication did to them, from the bodies that it kept.

    Args:
        connection: a working file in which every publication before was put back.
        store: holds the bodies.
        kept: the publication's records.
        instant: of the publication (UTC, naive).

    Raises:
        BodyMissing: a body is not kept any more.
        BodyCorrupt: a body is damaged.
    """
    connection.execute("create schema if not exists mart")
    with scratch_file(connection) as path:
        for record in kept:
            each = published_relations().get(record.mart)
            if each is None:  # the software has no such mart any more
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
    """Add the columns that a mart gained since the bodies before, null in earlier versions."""
    for name, kind, *_ in connection.execute("describe body").fetchall():
        connection.execute(f'alter table {table} add column if not exists "{name}" {kind}')


def stored_relations() -> list[RelationFile]:
    """The relations of `mart` that have a table of their own: marts and events."""
    return [each for each in published_relations().values() if each.kind in ("mart", "event")]


@contextmanager
def scratch_file(connection: duckdb.DuckDBPyConnection) -> Iterator[Path]:
    """A path for one body at a time, beside the working file."""
    beside = staging_folder(connection)
    if beside is not None:
        beside.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=beside) as folder:
        yield Path(folder) / "body.parquet"
