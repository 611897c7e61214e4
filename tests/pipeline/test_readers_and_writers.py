"""Readers and writers: a reader is never locked out or shown a mixed state, and one run writes at a time."""

import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from fake_kolada import apply_change
from warehouse.errors import HomeLocked
from warehouse.home import Home

REPOSITORY = Path(__file__).resolve().parents[2]

READ_IN_A_LOOP = """
import sys
import time

import duckdb

reads = 0
seen = set()
while not sys.stdin.closed:
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        one = connection.execute(
            "select (select count(*) from ops.publication), (select max(published_at) from ops.publication), "
            "(select max(known_from) from core.observation_version), "
            "(select count(*) from mart.goal_fulfilment), (select count(*) from ops.run where state = 'published')"
        ).fetchone()
        again = connection.execute("select count(*) from ops.publication").fetchone()
    publications, published_at, newest_fact, judged, published_runs = one
    assert again == (publications,), (again, one)
    assert newest_fact <= published_at, one
    assert judged > 0, one
    assert published_runs == publications, one
    reads += 1
    seen.add(publications)
    print(publications, flush=True)
    if publications >= int(sys.argv[2]):
        break
    time.sleep(0.05)
print("done", reads, flush=True)
"""


@pytest.mark.slow
def test_a_reader_in_a_loop_through_ten_refreshes(begun_small_nights):
    """A reader that opens the file in a loop during ten refreshes never fails and never sees a mixed state."""
    nights = begun_small_nights
    with subprocess.Popen(
        [sys.executable, "-c", READ_IN_A_LOOP, str(nights.home / "kolada.duckdb"), "11"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as reader:
        for number in range(10):
            nights.fake.data = apply_change(nights.fake.data, f"revised:N15436/1480/2023/T={90 + number}.5")
            nights.refresh()
        out, err = reader.communicate(timeout=60)
    assert reader.returncode == 0, err
    assert out.splitlines()[-1].startswith("done")


@pytest.mark.slow
def test_an_open_reader_neither_stops_a_refresh_nor_sees_it(begun_small_nights):
    """An open reader keeps the old state during a refresh; the next one to open the file sees the new state."""
    value = (
        "select value from core.observation where kpi_id = 'N15436' and municipality_id = '1480' "
        "and period = 2023 and gender = 'T'"
    )
    with duckdb.connect(str(begun_small_nights.home / "kolada.duckdb"), read_only=True) as reader:
        before = reader.execute(value).fetchall()
        begun_small_nights.fake.data = apply_change(begun_small_nights.fake.data, "revised:N15436/1480/2023/T=99.25")
        assert begun_small_nights.refresh().state == "published"
        assert reader.execute(value).fetchall() == before
    assert begun_small_nights.query(value) == [(99.25,)]


@pytest.mark.slow
def test_the_published_file_is_read_only(begun_small_nights):
    """The published file is read-only."""
    assert (begun_small_nights.home / "kolada.duckdb").stat().st_mode & 0o777 == 0o444


@pytest.mark.slow
def test_the_last_files_are_kept_and_older_ones_go(begun_small_nights):
    """The setting `keep` limits the number of snapshots."""
    begun_small_nights.settings["keep"] = 2
    for _ in range(3):
        begun_small_nights.refresh()
    assert len(list((begun_small_nights.home / "snapshots").iterdir())) == 2


@pytest.mark.slow
def test_two_refreshes_at_once_take_turns(small_nights):
    """Two refreshes at the same time run one after the other."""
    small_nights.settings["wait"] = 60.0
    results = []
    runs = [threading.Thread(target=lambda: results.append(small_nights.refresh())) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert [result.state for result in results] == ["published", "published"]
    assert small_nights.query("select state, count(*) from ops.run group by state") == [("published", 2)]
    assert small_nights.query("select change_kind, count(*) > 0 from core.observation_version group by all") == [
        ("first", True)
    ]


@pytest.mark.slow
def test_a_second_refresh_that_may_not_wait_is_refused(small_nights):
    """A refresh that must not wait is refused with the name of the running command."""
    home = Home(small_nights.home)
    home.prepare()
    with home.writer("kolada backfill"), pytest.raises(HomeLocked, match="kolada backfill"):
        small_nights.refresh()
    assert small_nights.refresh().state == "published"


RUN_ON_A_FULL_DISK = """
import resource
import signal
import sys

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))

from cli import main

sys.argv = ["kolada", "refresh", "--direct"]
main()
"""


@pytest.mark.slow
@pytest.mark.parametrize("limit", [2_000, 200_000, 2_000_000])
def test_a_disk_that_takes_no_more(begun_small_nights, tmp_path, limit):
    """A failed write is named, the published file is unchanged, and the next run succeeds."""
    before = (begun_small_nights.home / "kolada.duckdb").read_bytes()
    assert len(before) > limit
    plans = tmp_path / "plans"
    plans.mkdir()
    plan = begun_small_nights.plans[0]
    (plans / plan.plan_id).mkdir()
    for name, content in plan.files.items():
        (plans / plan.plan_id / name).write_bytes(content)
    with begun_small_nights.fake.serve() as url:
        ended = subprocess.run(
            [sys.executable, "-c", RUN_ON_A_FULL_DISK, str(limit)],
            env=os.environ
            | {
                "KOLADA_BASE_URL": url,
                "KOLADA_HOME": str(begun_small_nights.home),
                "KOLADA_GOALS": str(plans),
                "KOLADA_PLAN": plan.plan_id,
                "KOLADA_RATE": "1000",
                "PYTHONPATH": str(REPOSITORY),
            },
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    assert "df -h" in ended.stderr
    assert (begun_small_nights.home / "kolada.duckdb").read_bytes() == before
    begun_small_nights.now += timedelta(days=1)
    assert begun_small_nights.refresh().state == "published"
