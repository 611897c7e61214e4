"""Opening DuckDB files and running the SQL that stands under `sql/`.

The numbers in the files' names show the order within a folder.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl

SQL_FOLDER = Path(__file__).resolve().parent.parent / "sql"

# The oldest format that holds table macros, so that DuckDB 1.1 and later open the file. A file that DuckDB 2.0 makes
# with its own default cannot be read by 1.5.
STORAGE_VERSION = "v1.1.0"


@contextmanager
def working_file(path: Path, *, threads: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a private file for writing, made with the storage version that older clients read.

    The file is checkpointed and closed when the block ends well, so that no write-ahead log stays beside it.
    """
    connection = duckdb.connect(config={"threads": threads} if threads else {})
    try:
        connection.execute(f"attach {quoted(str(path))} as warehouse (storage_version '{STORAGE_VERSION}')")
        connection.execute("use warehouse")
        yield connection
        connection.execute("checkpoint warehouse")
        connection.execute("use memory")
        connection.execute("detach warehouse")
    finally:
        connection.close()


def sql_files(folder: str, pattern: str = "*.sql") -> list[Path]:
    """The SQL files of one folder under `sql/`, in the order in which they run."""
    return sorted((SQL_FOLDER / folder).glob(pattern))


def run_folder(connection: duckdb.DuckDBPyConnection, folder: str) -> None:
    """Run every file of a folder under `sql/`, in order."""
    for path in sql_files(folder):
        connection.execute(path.read_text(encoding="utf-8"))


def set_variables(connection: duckdb.DuckDBPyConnection, values: Mapping[str, object]) -> None:
    """Set variables that SQL files read with getvariable()."""
    for name, value in values.items():
        connection.execute(f"set variable {name} = $value", {"value": value})


def append_frame(connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    """Append a frame to a table of the same columns; names must match, the order need not."""
    if frame.height == 0:
        return
    connection.register("appended_frame", frame.to_arrow())
    try:
        connection.execute(f"insert into {table} by name from appended_frame")
    finally:
        connection.unregister("appended_frame")


def quoted(text: str) -> str:
    """Text as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
