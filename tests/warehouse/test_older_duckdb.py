"""Every DuckDB since 1.1 opens the published file fast, and every as-of macro works in it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fake_kolada import FakeKolada, data_named
from goals import Plan
from tests.conftest import Nights

REPOSITORY = Path(__file__).resolve().parents[2]
# `make slow` installs these; the newest one wrote the file.
VERSIONS = ("1.1.3", "1.2.2", "1.3.2", "1.4.4")
NEWEST = "as installed"
MOST_MEGABYTES = 150
MOST_CPU_SECONDS = 0.5

ASK = """
import json
import sys
import time

import duckdb

from tests.peak_memory import peak_megabytes

began = time.process_time()
connection = duckdb.connect(sys.argv[1], read_only=True)
judged = connection.execute("select count(*) from mart.goal_fulfilment").fetchone()[0]
cost = (time.process_time() - began, peak_megabytes())
macros = connection.execute(
    "select schema_name || '.' || function_name from duckdb_functions() where function_type = 'table_macro' "
    "and database_name = current_database() and parameters = ['moment'] order by 1"
).fetchall()
counts = {name: connection.execute(f"select count(*) from {name}(timestamp '2100-01-01')").fetchone()[0]
          for (name,) in macros}
print(json.dumps([
    duckdb.__version__, judged, *cost, counts,
    connection.execute("select count(*) from mart.maluppfyllelse").fetchone()[0],
    connection.execute("select count(comment) > 100 from duckdb_columns() where schema_name = 'mart'").fetchone()[0],
]))
"""


@pytest.fixture(scope="module")
def sample_nights(
    tmp_path_factory: pytest.TempPathFactory, make_nights: Callable[..., Nights], plans: tuple[Plan, ...]
) -> Nights:
    """The sample, published once."""
    nights = make_nights(
        home=tmp_path_factory.mktemp("sample") / "home", fake=FakeKolada(data_named("sample")), plans=plans
    )
    nights.refresh()
    return nights


@pytest.fixture(params=[*VERSIONS, NEWEST])
def ask(request: pytest.FixtureRequest) -> Callable[[Path], list[object]]:
    """Give a function that queries a published file with one DuckDB version in a subprocess; skip if it is missing."""
    paths = [str(REPOSITORY)]
    if request.param != NEWEST:
        folders = Path(os.environ.get("KOLADA_OLDER_DUCKDB", REPOSITORY / ".venv" / "older-duckdb"))
        if not (folders / request.param / "duckdb").exists():
            pytest.skip(f"no DuckDB {request.param} in {folders}: `make slow` installs it")
        paths.insert(0, str(folders / request.param))

    def asked(published: Path) -> list[object]:
        ended = subprocess.run(
            [sys.executable, "-c", ASK, str(published)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert ended.returncode == 0, ended.stderr
        version, *answers = json.loads(ended.stdout)
        assert request.param in (version, NEWEST)
        return answers

    return asked


@pytest.mark.slow
def test_every_duckdb_opens_the_file_at_once(sample_nights: Nights, ask: Callable[[Path], list[object]]) -> None:
    """Opening is cheap, and tables, views, comments and as-of macros give the same results as in the newest version."""
    published = sample_nights.home / "kolada.duckdb"
    judged, cpu_seconds, megabytes, counts, told, is_commented = ask(published)
    assert (judged, told, is_commented) == (
        *sample_nights.query(
            "select (select count(*) from mart.goal_fulfilment), (select count(*) from mart.maluppfyllelse)"
        )[0],
        True,
    )
    assert cpu_seconds < MOST_CPU_SECONDS
    assert megabytes < MOST_MEGABYTES
    assert isinstance(counts, dict)
    assert counts == {
        name: sample_nights.query(f"select count(*) from {name}(timestamp '2100-01-01')")[0][0] for name in counts
    }
    assert len(counts) > 40
