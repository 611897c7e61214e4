"""Opening DuckDB files and running the SQL that stands under `sql/`.

The numbers in the files' names show the order within a folder.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl

SQL_FOLDER = Path(__file__).resolve().parent.parent / "sql"

# The oldest format that holds table macros: DuckDB 1.1 and later open the file and read its tables, views and the
# macros of core. (The macros of mart are more than planners before 1.5 manage.) A file that DuckDB 2.0 makes with its
# own default cannot be read by 1.5.
STORAGE_VERSION = "v1.1.0"


# What DuckDB may hold in memory; beyond it, it works from the disk. With it a long run needs no more than a short one.
MEMORY_LIMIT = "1GB"


@contextmanager
def working_file(
    path: Path, *, threads: int | None = None, memory_limit: str = MEMORY_LIMIT
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a private file for writing, made with the storage version that older clients read.

    The file is checkpointed and closed when the block ends well, so that no write-ahead log stays beside it. What a
    run stages beside it, and what DuckDB sets aside on disk, is removed.
    """
    aside = path.with_name(f"{path.name}.tmp")
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "temp_directory": str(aside),
    }
    if threads:
        config["threads"] = threads
    connection = duckdb.connect(config=config)
    try:
        connection.execute(f"attach {quoted(str(path))} as warehouse (storage_version '{STORAGE_VERSION}')")
        connection.execute("use warehouse")
        yield connection
        connection.execute("checkpoint warehouse")
        connection.execute("use memory")
        connection.execute("detach warehouse")
    finally:
        connection.close()
        for leftover in (staging_path(path), staging_path(path).with_suffix(".staging.wal")):
            leftover.unlink(missing_ok=True)
        shutil.rmtree(aside, ignore_errors=True)


def staging_path(path: Path) -> Path:
    """Where a run stages what it reads for a working file."""
    return path.with_name(f"{path.name}.staging")


def attach_staging(connection: duckdb.DuckDBPyConnection) -> None:
    """Attach the database `staging`: a file beside the working file, or memory where that is in memory."""
    row = connection.execute("select path from duckdb_databases() where database_name = current_database()").fetchone()
    path = str(staging_path(Path(row[0]))) if row is not None and row[0] is not None else ":memory:"
    connection.execute(f"attach if not exists {quoted(path)} as staging")


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
