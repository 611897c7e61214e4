"""Read access to the published file, for the command, the reports and the exports."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from warehouse.database import connect, quoted
from warehouse.errors import NotPublished
from warehouse.home import SAMPLE_FOLDER


@contextmanager
def published_file(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a published file for reading. A later publication does not disturb the reader.

    Raises:
        NotPublished: there is no such file.
    """
    if not path.exists():
        raise NotPublished(f"There is no published warehouse at `{path}`, so there is nothing to read. {advice(path)}")
    connection = connect()
    try:
        connection.execute(f"attach {quoted(str(path))} as warehouse (read_only)")
        connection.execute("use warehouse")
        yield connection
    finally:
        connection.close()


def advice(missing: Path) -> str:
    """What to do where nothing is published; it knows whether the sample is."""
    if missing.parent.name == SAMPLE_FOLDER:
        return "Make one with `kolada refresh --sample`."
    if (missing.parent / SAMPLE_FOLDER / missing.name).exists():
        return (
            "The built-in sample is published: give the same command with `--sample`. "
            "Real values come with `kolada refresh`."
        )
    return "Make one with `kolada refresh`, or with `kolada refresh --sample` to look around."


def source_kind(connection: duckdb.DuckDBPyConnection) -> str:
    """What the file's values are: live, recorded or sample."""
    row = connection.execute(
        "select source_kind from ops.run where state = 'published' order by published_at desc limit 1"
    ).fetchone()
    return str(row[0]) if row is not None else "live"
