"""Opening DuckDB files and running the SQL files under `sql/`.

The number in a file's name gives its order within the folder.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import duckdb
import polars as pl

SQL_FOLDER = Path(__file__).resolve().parent.parent / "sql"

# The oldest format that supports table macros: DuckDB 1.1 and later open the file and read its tables, views and the
# macros of core. (DuckDB before 1.5 cannot plan the macros of mart.) DuckDB 1.5 cannot read a file that DuckDB 2.0
# writes with its default format.
STORAGE_VERSION = "v1.1.0"


# DuckDB's memory limit; beyond it, DuckDB works from the disk. So a long run needs no more memory than a short one.
MEMORY_LIMIT = "512MB"

# A working file belongs to one run and is removed when the run dies. So it needs no write-ahead log, which would write
# everything twice and wait for the disk at each statement. It is written when it is closed and at each `checkpoint`.
WORKING_OPTIONS = "recovery_mode no_wal_writes"
NO_CHECKPOINT_BETWEEN = "1TB"

# Threads share a table by its row groups of 122,880 rows. If no table has more than two, a first night takes a
# tenth more CPU time with two threads than with one, and no less time.
ROWS_FOR_THREADS = 2 * 122_880

# Strings are compressed as a dictionary, without a try of every method: most columns have few distinct strings. DuckDB
# compresses other types, and strings that are too long for a dictionary, as it chooses.
COMPRESSION = "dictionary"

# Every column of every table takes at least a part of a block. Most tables are small: with DuckDB's default blocks of
# 256 kB the file of one plan is twice as large. The block size of a file cannot be changed later.
BLOCK_SIZE = 16_384


Config = dict[str, str | bool | int | float | list[str]]


def connect(config: Config | None = None) -> duckdb.DuckDBPyConnection:
    """Connect to an in-memory database, to which files are attached. No other code opens a DuckDB connection.

    The progress bar is off: if `__main__` has no file (a notebook, a test worker), DuckDB draws it on stdout, between
    the lines that the command prints.
    """
    connection = duckdb.connect(config=config or {})  # noqa: TID251 - this is the one place
    connection.execute("set enable_progress_bar = false")
    return connection


@contextmanager
def working_file(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a private file for writing, with the storage version that older clients can read.

    The file is written and closed when the block ends without an error; after an error it is unusable. The staging
    folder and DuckDB's temporary folder next to it are removed.
    """
    with written_to(path) as file, opened(file) as connection:
        yield connection


@contextmanager
def written_to(path: Path) -> Iterator[Path]:
    """Yield a path at which DuckDB can write a file, and copy the file to its own path afterwards if they differ.

    For a path with a question mark DuckDB looks for its log in another folder. Then the file is written in the
    temporary folder and copied.
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
def opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Attach a file for writing, and checkpoint it when the block ends without an error."""
    aside = beside(path, "tmp")
    config: Config = {
        "memory_limit": MEMORY_LIMIT,
        "temp_directory": str(aside),
        "checkpoint_threshold": NO_CHECKPOINT_BETWEEN,
        "force_compression": COMPRESSION,
    }
    connection = connect(config)
    try:
        new_file = f", block_size {BLOCK_SIZE}" if not path.exists() else ""
        connection.execute(
            f"attach {quoted(str(path))} as warehouse "
            f"(storage_version '{STORAGE_VERSION}', {WORKING_OPTIONS}{new_file})"
        )
        connection.execute("use warehouse")
        set_threads(connection)
        yield connection
        connection.execute("checkpoint warehouse")
        connection.execute("use memory")
        connection.execute("detach warehouse")
    finally:
        connection.close()
        for folder in (aside, beside(path, "staging")):
            shutil.rmtree(folder, ignore_errors=True)


def set_threads(connection: duckdb.DuckDBPyConnection, *, incoming: int = 0) -> None:
    """Let DuckDB work with one thread if the file is small, otherwise with one per core.

    Args:
        connection: the open file.
        incoming: the number of rows that are loaded next: first values, or the known ones again.
    """
    ((known,),) = connection.execute(
        "select coalesce(max(estimated_size), 0) from duckdb_tables() where database_name = current_database()"
    ).fetchall()
    is_small = max(known, incoming) <= ROWS_FOR_THREADS
    connection.execute("set threads = 1" if is_small else "reset threads")


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Run the block in one transaction: commit at its end, roll back on any exception."""
    connection.execute("begin transaction")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def staging_folder(connection: duckdb.DuckDBPyConnection) -> Path | None:
    """Return the folder next to the open working file for a run's staged values; None for an in-memory database."""
    row = connection.execute("select path from duckdb_databases() where database_name = current_database()").fetchone()
    return beside(Path(row[0]), "staging") if row is not None and row[0] is not None else None


def beside(path: Path, name: str) -> Path:
    """Return the path of a folder that belongs to a working file and is removed with it."""
    return path.with_name(f"{path.name}.{name}")


def sql_files(folder: str, pattern: str = "*.sql") -> list[Path]:
    """Return the SQL files of one folder under `sql/`, in the order in which they run."""
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
    """Load many rows while the block runs: they need not keep their order. Keeping it writes many of them twice."""
    connection.execute("set preserve_insertion_order = false")
    try:
        yield
    finally:
        connection.execute("reset preserve_insertion_order")


@contextmanager
def one_by_one(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Run thousands of small statements while the block runs: one transaction, one thread and no optimizer.

    Each of the three makes such a statement cheaper; together they save two thirds of its cost.
    """
    ((threads,),) = connection.execute("select current_setting('threads')").fetchall()
    connection.execute("set threads = 1; pragma disable_optimizer")
    try:
        with transaction(connection):
            yield
    finally:
        connection.execute(f"set threads = {threads}; pragma enable_optimizer")


def append_frame(connection: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    """Append a frame to a table with the same column names, in any order."""
    if frame.height == 0:
        return
    connection.register("appended_frame", frame.to_arrow())
    try:
        connection.execute(f"insert into {table} by name from appended_frame")
    finally:
        connection.unregister("appended_frame")


def quoted(text: str) -> str:
    """Return text as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"
