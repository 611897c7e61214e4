"""DuckDB connections: none of them prints to the terminal, and threads are used where they save time."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.conftest import Nights
from warehouse.database import ROWS_FOR_THREADS, connect, one_by_one, set_threads, working_file

ASKED = """
import sys
from pathlib import Path
from warehouse.database import working_file
from warehouse.published_file import published_file

for opened in (working_file(Path(sys.argv[1])), published_file(Path(sys.argv[2]))):
    with opened as connection:
        for each in (connection, connection.cursor()):
            print(*each.execute("select current_setting('enable_progress_bar')").fetchone())
"""


@pytest.mark.slow
def test_no_connection_draws_a_progress_bar(begun_small_nights: Nights) -> None:
    """No connection has a progress bar, which DuckDB would print to stdout if `__main__` has no file."""
    home = begun_small_nights.home
    asked = subprocess.run(
        [sys.executable, "-c", ASKED, home / "own.duckdb", home / "kolada.duckdb"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ["False"] * 4 == asked.stdout.split()


def test_a_connection_takes_a_configuration() -> None:
    """A connection accepts DuckDB's configuration."""
    with connect({"threads": 1}) as connection:
        assert [(1,)] == connection.execute("select current_setting('threads')").fetchall()


def threads_of(connection: duckdb.DuckDBPyConnection) -> int:
    """Return the number of DuckDB's threads."""
    ((threads,),) = connection.execute("select current_setting('threads')").fetchall()
    return threads


@pytest.mark.parametrize(("rows", "has_one"), [(ROWS_FOR_THREADS, True), (ROWS_FOR_THREADS + 1, False)])
def test_only_a_large_file_is_shared_among_threads(tmp_path: Path, rows: int, has_one: bool) -> None:
    """A file of a few row groups is worked on by one thread; a larger one, or one that becomes so, by one per core."""
    with connect() as connection:
        every = threads_of(connection)
    expected = 1 if has_one else every
    with working_file(tmp_path / "own.duckdb") as connection:
        assert 1 == threads_of(connection)
        set_threads(connection, incoming=rows)
        assert expected == threads_of(connection)
        with one_by_one(connection):
            assert 1 == threads_of(connection)
        assert expected == threads_of(connection)
        connection.execute(f"create table numbers as from range({rows})")
    with working_file(tmp_path / "own.duckdb") as connection:
        assert expected == threads_of(connection)
