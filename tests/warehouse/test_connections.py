"""DuckDB connections: none of them prints to the terminal."""

import subprocess
import sys

import pytest

from tests.conftest import Nights
from warehouse.database import connect

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
