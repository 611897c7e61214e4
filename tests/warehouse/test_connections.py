"""Every connection that the software opens: what it leaves alone on the screen."""

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
def test_no_connection_draws_a_progress_bar(small_nights: Nights) -> None:
    """Where `__main__` has no file, DuckDB would draw one on stdout and spoil what a command prints for machines."""
    small_nights.refresh()
    asked = subprocess.run(
        [sys.executable, "-c", ASKED, small_nights.home / "own.duckdb", small_nights.home / "kolada.duckdb"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ["False"] * 4 == asked.stdout.split()


def test_a_connection_takes_a_configuration() -> None:
    """What a caller asks of DuckDB is kept."""
    with connect({"threads": 1}) as connection:
        assert [(1,)] == connection.execute("select current_setting('threads')").fetchall()
