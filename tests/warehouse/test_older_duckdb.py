"""The published file opens in an older DuckDB than the one that wrote it, comments and macros of core included."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

ASK = """
import json
import sys

import duckdb

connection = duckdb.connect(sys.argv[1], read_only=True)
print(json.dumps([
    duckdb.__version__,
    connection.execute("select count(*) from mart.goal_fulfilment").fetchone()[0],
    connection.execute("select count(*) from core.observation_as_of('2030-01-01')").fetchone()[0],
    connection.execute("select count(*) from mart.maluppfyllelse").fetchone()[0],
    connection.execute("select count(comment) > 100 from duckdb_columns() where schema_name = 'mart'").fetchone()[0],
]))
"""


@pytest.fixture
def older_duckdb():
    """A folder with DuckDB 1.1, which `make test-all` installs; skips where it is not."""
    folder = Path(os.environ.get("KOLADA_OLDER_DUCKDB", REPOSITORY / ".venv" / "older-duckdb"))
    if not (folder / "duckdb").exists():
        pytest.skip(f"no older DuckDB in {folder}: `make test-all` installs one")
    return folder


def test_an_older_duckdb_opens_the_file(small_nights, older_duckdb):
    """DuckDB 1.1 reads tables, views, the as-of macros of core, and comments."""
    small_nights.refresh()
    [(judged, known)] = small_nights.query(
        "select (select count(*) from mart.goal_fulfilment), (select count(*) from core.observation)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", ASK, str(small_nights.home / "kolada.duckdb")],
        env=os.environ | {"PYTHONPATH": str(older_duckdb)},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr
    version, *answers = json.loads(ended.stdout)
    assert version.startswith("1.1.")
    assert answers == [judged, known, judged, True]
