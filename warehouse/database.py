"""Opening DuckDB files and running the SQL that stands under `sql/`.

The numbers in the files' names show the order within a folder.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import duckdb
import polars as pl

SQL_FOLDER = Path(__file__).resolve().parent.parent / "sql"

# The oldest format that holds table macros: DuckDB 1.1 and later open the file and read its tables, views and the
# macros of core. (The macros of mart are more than planners before 1.5 manage.) A file that DuckDB 2.0 makes with its
# own default cannot be read by 1.5.
STORAGE_VERSION = "v1.1.0"


# What DuckDB may hold in memory; beyond it, it works from the disk. With it a long run needs no more than a short one.
MEMORY_LIMIT = "512MB"

# A working file belongs to one run and is thrown away when the run dies. So it needs no write-ahead log, which would
# write everything twice and wait for the disk at each statement. It is written when it is closed, and where the code
# says `checkpoint`.
WORKING_OPTIONS = "recovery_mode no_wal_writes"
NO_CHECKPOINT_BETWEEN = "1TB"

# Every column of every table takes part of a block at least. Most tables are small: with DuckDB's blocks of 256 kB the
# file of one plan is twice as large. A file keeps the block size that it was made with.
BLOCK_SIZE = 16_384


Config = dict[str, str | bool | int | float | list[str]]


def connect(config: Config | None = None) -> duckdb.DuckDBPyConnection:
    """A connection to a database in memory, to which files are attached; the one place that opens any.

    DuckDB's progress bar is off: where `__main__` has no file (a notebook, a test worker) DuckDB draws it on stdout,
    between the lines that the command prints.
    """
    connection = duckdb.connect(config=config or {})  # noqa: TID251 - this is the one place
    connection.execute("set enable_progress_bar = false")
    return connection


@contextmanager
def working_file(
    path: Path, *, threads: int | None = None, memory_limit: str = MEMORY_LIMIT
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a private file for writing, made with the storage version that older clients read.

    The file is written and closed when the block ends well; when it does not, it is good for nothing. What a run stages
    beside it, and what DuckDB sets aside on disk, is removed.
    """
    with written_to(path) as file, opened(file, threads=threads, memory_limit=memory_limit) as connection:
        yield connection


@contextmanager
def written_to(path: Path) -> Iterator[Path]:
    """Where DuckDB can write a file that is to stand at a path.

    In a path with a question mark DuckDB looks for its log in another folder. Then the file is written in the temporary
    folder and copied.
    """
    if "?" not in str(path.absolute()):
        yield path
        return
    with TemporaryDirectory(prefix="kolada-", dir="/tmp" if "?" in gettempdir() else None) as folder:  # noqa: S108
        file = Path(folder, path.name)
        if path.exists():
            shutil.copyfile(path, file)
        yield file
        shutil.copyfile(file, path)


@contextmanager
def opened(path: Path, *, threads: int | None, memory_limit: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A file for writing, checkpointed when the block ends well."""
    aside = beside(path, "tmp")
    config: Config = {
        "memory_limit": memory_limit,
        "temp_directory": str(aside),
        "checkpoint_threshold": NO_CHECKPOINT_BETWEEN,
    }
    if threads:
        config["threads"] = threads
    connection = connect(config)
    try:
        new_file = f", block_size {BLOCK_SIZE}" if not path.exists() else ""
        connection.execute(
            f"attach {quoted(str(path))} as warehouse "
            f"(storage_version '{STORAGE_VERSION}', {WORKING_OPTIONS}{new_file})"
        )
        connection.execute("use warehouse")
        yield connection
        connection.execute("checkpoint warehouse")
        connection.execute("use memory")
        connection.execute("detach warehouse")
    finally:
        connection.close()
        for folder in (aside, beside(path, "staging")):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """What is written in the block is there whole or not at all."""
    connection.execute("begin transaction")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def staging_folder(connection: duckdb.DuckDBPyConnection) -> Path | None:
    """Where a run stages the values that it reads: a folder beside the open working file; None for one in memory."""
    row = connection.execute("select path from duckdb_databases() where database_name = current_database()").fetchone()
    return beside(Path(row[0]), "staging") if row is not None and row[0] is not None else None


def beside(path: Path, name: str) -> Path:
    """A folder that belongs to a working file and goes away with it."""
    return path.with_name(f"{path.name}.{name}")


def sql_files(folder: str, pattern: str = "*.sql") -> list[Path]:
    """The SQL files of one folder under `sql/`, in the order in which they run."""
    return sorted((SQL_FOLDER / folder).glob(pattern))


def run_sql(connection: duckdb.DuckDBPyConnection, place: str) -> None:
    """Run one file under `sql/`, or every file of a folder there, in order."""
    for path in [SQL_FOLDER / place] if place.endswith(".sql") else sql_files(place):
        connection.execute(path.read_text(encoding="utf-8"))


def set_variables(connection: duckdb.DuckDBPyConnection, values: Mapping[str, object]) -> None:
    """Set variables that SQL files read with getvariable()."""
    for name, value in values.items():
        connection.execute(f"set variable {name} = $value", {"value": value})


@contextmanager
def in_bulk(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Within the block, DuckDB takes in many rows of few different words at the least cost.

    Rows need not stay in the order in which they were read: what keeps them in it writes much of them twice. And words
    are packed as a dictionary at once, which is what trying every way comes to anyhow.
    """
    connection.execute("set preserve_insertion_order = false")
    connection.execute("set force_compression = 'dictionary'")
    try:
        yield
    finally:
        connection.execute("reset preserve_insertion_order")
        connection.execute("reset force_compression")


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
