"""Read access to published files: the current one, the snapshots, and the base of pruned nights."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from warehouse.database import Config, connect, quoted
from warehouse.errors import NotPublished, PublishedDamaged, PublishedMissing
from warehouse.home import SAMPLE_FOLDER, Home
from warehouse.manifest import says_published

# Texts in DuckDB's messages about a damaged file.
SIGNS_OF_DAMAGE = (
    "Corrupt database file",
    "not a valid DuckDB database file",
    "Could not read enough bytes",
    "Failed to deserialize",
    "Serialization Error",
    "INTERNAL Error",
)


@dataclass(frozen=True, slots=True)
class Publication:
    """The run of a published file, and the instant (UTC, naive) of its publication."""

    run_id: str
    published_at: datetime


@contextmanager
def published_file(path: Path, config: Config | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a published file for reading. A later publication does not disturb the reader.

    Args:
        path: the path of the file.
        config: DuckDB's settings for the connection.

    Raises:
        NotPublished: there is no such file.
        PublishedMissing: there is no such file, although the ledger records a publication.
        PublishedDamaged: the file cannot be read, now or while the block runs.
    """
    refuse_missing(path)
    with naming_damage(path):
        connection = connect(config)
        try:
            connection.execute(f"attach {quoted(str(path))} as warehouse (read_only)")
            connection.execute("use warehouse")
            yield connection
        finally:
            connection.close()


@contextmanager
def published_file_if_any(path: Path) -> Iterator[duckdb.DuckDBPyConnection | None]:
    """Open a published file for reading; yield None if there is none."""
    if not path.exists():
        yield None
        return
    with published_file(path) as connection:
        yield connection


def refuse_missing(path: Path) -> None:
    """Raise an error if a published file does not exist.

    Raises:
        NotPublished: nothing has been published in its home.
        PublishedMissing: the ledger records a publication.
    """
    if path.exists():
        return
    if says_published(Home(path.parent).manifests):
        raise PublishedMissing(
            f"The published warehouse `{path}` is missing, although `raw/` next to it contains published nights. "
            "There is nothing to read. Put it back with `kolada restore`."
        )
    raise NotPublished(f"There is no published warehouse at `{path}`, so there is nothing to read. {advice(path)}")


@contextmanager
def naming_damage(path: Path) -> Iterator[None]:
    """Translate DuckDB's errors about damage, raised in the block, into an error that names this file.

    Raises:
        PublishedDamaged: the file is damaged.
    """
    try:
        yield
    except duckdb.Error as error:
        if not is_damage(error):
            raise
        reason = str(error).splitlines()[0]
        raise PublishedDamaged(
            f"The published file `{path}` is damaged: {reason} Nothing was changed, and the received responses are in "
            "`raw/`. Put the last published file back with `kolada restore`, or that of the night before with "
            "`kolada rollback`; `kolada verify` reports what else is damaged."
        ) from error


def is_damage(error: duckdb.Error) -> bool:
    """Return whether an error of DuckDB means that the file is damaged."""
    return any(sign in str(error) for sign in SIGNS_OF_DAMAGE)


def publications(path: Path) -> list[Publication]:
    """Return every publication up to that of a published file, oldest first; the last one is its own.

    Raises:
        NotPublished: the file records no publication.
        PublishedDamaged: the file cannot be read.
    """
    with published_file(path) as connection:
        return publications_in(connection, path)


def publications_in(connection: duckdb.DuckDBPyConnection, path: Path) -> list[Publication]:
    """Return every publication of an open published file, oldest first.

    Raises:
        NotPublished: the file records no publication.
    """
    try:
        rows = connection.execute("select run_id, published_at from ops.publication order by published_at").fetchall()
    except duckdb.CatalogException:
        # A DuckDB file of another program has no such table.
        rows = []
    if not rows:
        raise NotPublished(
            f"The file `{path}` records no publication, so it is not a warehouse that this software published. "
            "Move it away, or choose another KOLADA_HOME, and run `kolada refresh`."
        )
    return [Publication(run_id, published_at) for run_id, published_at in rows]


def publication_of(path: Path) -> Publication:
    """Return the publication of a published file.

    Raises:
        NotPublished: the file records no publication.
        PublishedDamaged: the file cannot be read.
    """
    return publications(path)[-1]


def read_whole(path: Path) -> Publication:
    """Read every row of every table, so that DuckDB detects any damage that it can detect; return the publication.

    Raises:
        NotPublished: the file records no publication.
        PublishedDamaged: a part of the file is damaged.
    """
    with published_file(path) as connection:
        publication = publications_in(connection, path)[-1]
        tables = connection.execute(
            "select schema_name, table_name, list(column_name order by column_index) from duckdb_columns() "
            "where database_name = 'warehouse' and not internal and (schema_name, table_name) in "
            "(select (schema_name, table_name) from duckdb_tables() where database_name = 'warehouse') group by all"
        ).fetchall()
        for schema, table, columns in tables:
            hashed = ", ".join(f'"{column}"' for column in columns)
            connection.execute(f'select bit_xor(hash({hashed})) from warehouse."{schema}"."{table}"').fetchall()
    return publication


def advice(missing: Path) -> str:
    """Return the next command where nothing is published; it depends on whether the sample is published."""
    if (missing.parent / SAMPLE_FOLDER / missing.name).exists():
        return (
            "The built-in sample is published: give the same command with `--sample`. "
            "Real values come with `kolada refresh`."
        )
    if missing.parent.name == SAMPLE_FOLDER:
        return "Make one with `kolada refresh --sample`."
    return "Make one with `kolada refresh`, or with `kolada refresh --sample` to look around."


def source_kind(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the kind of the file's values: live, recorded or sample."""
    row = connection.execute(
        "select source_kind from ops.run where state = 'published' order by published_at desc limit 1"
    ).fetchone()
    return str(row[0]) if row is not None else "live"
