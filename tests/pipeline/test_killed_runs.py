"""A killed run leaves the published file whole, and the next run finishes its work."""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.sweeping import one_of_each

pytestmark = pytest.mark.recorded

# Where a first run is killed: at a request, at a step of the values, or at the beginning of a stage.
POINTS = (
    [("request", number) for number in (1, 3, 9, 20)],
    [("step", number) for number in (4, 16)],
    [("stage:History", 1), ("stage:Judgement", 1)],
    [("stage:Checks", 1), ("stage:Publication", 1)],
)
AFTER_RENAME = ("clock", 4)


def run_and_die(nights, recorded_folder, point, number):
    """Run a refresh in a subprocess that dies at a point."""
    ended = subprocess.run(
        [
            sys.executable,
            str(Path(__file__).with_name("run_and_die.py")),
            str(nights.home),
            str(recorded_folder),
            point,
            str(number),
        ],
        env=os.environ | {"RUN_INSTANT": nights.now.isoformat(), "PYTHONPATH": str(Path.cwd())},
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def landed_urls(nights):
    """Return the URLs that the home's manifests record as landed and not rejected."""
    urls = []
    for manifest in (nights.home / "raw" / "manifests").glob("*.jsonl"):
        for line in manifest.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                record = json.loads(line)
                if record["record"] == "landed":
                    urls.append(record["url"])
    return urls


@pytest.mark.slow
@pytest.mark.sweep
@pytest.mark.parametrize(("point", "number"), one_of_each(POINTS, seed=13))
def test_first_night_killed(nights, first_night, first_urls, recorded_folder, point, number):
    """A killed first run publishes nothing; the next one fetches only what had not landed, and publishes."""
    run_and_die(nights, recorded_folder, point, number)
    assert not (nights.home / "kolada.duckdb").exists()
    landed = landed_urls(nights)
    nights.now -= timedelta(hours=23)
    result = nights.refresh()
    assert result.state == "published"
    asked = [entry.url for entry in nights.fake.log]
    assert set(asked).isdisjoint(landed)
    undisturbed, _ = first_night
    assert len(asked) + len(set(landed)) == len(first_urls)
    assert warehouse_contents(nights) == warehouse_contents(undisturbed)


def warehouse_contents(nights):
    """Return observations and verdicts without the runs' ids and times."""
    return (
        nights.query(
            "select * exclude (run_id, request_id, known_from, confirmed_at) from core.observation order by all"
        ),
        nights.query("select * exclude (known_from) from mart.goal_fulfilment order by all"),
    )


@pytest.mark.slow
def test_killed_between_the_rename_and_the_last_record(nights, recorded_folder):
    """A run killed after the rename counts as published: the next run records that and starts again."""
    run_and_die(nights, recorded_folder, *AFTER_RENAME)
    assert nights.query("select count(*) from ops.publication") == [(1,)]
    result = nights.refresh()
    assert result.state == "published"
    assert dict(result.loaded.opened) == {}
    assert nights.query("select state, count(*) from ops.run group by state") == [("published", 2)]


@pytest.mark.slow
@pytest.mark.parametrize(("point", "number"), [("request", 9), ("stage:Judgement", 1), ("stage:Publication", 1)])
def test_second_night_killed(begun_nights, recorded_folder, point, number):
    """A killed later run leaves the published file byte for byte unchanged."""
    before = (begun_nights.home / "kolada.duckdb").read_bytes()
    begun_nights.now += timedelta(days=1)
    run_and_die(begun_nights, recorded_folder, point, number)
    assert (begun_nights.home / "kolada.duckdb").read_bytes() == before
    begun_nights.now -= timedelta(hours=23)
    result = begun_nights.refresh()
    assert result.state == "published"
    assert dict(result.loaded.opened) == {}


@pytest.mark.slow
def test_a_dead_run_of_another_day_is_not_taken_up(nights, recorded_folder):
    """After six hours a killed run is not continued, and ops.run records it as interrupted."""
    run_and_die(nights, recorded_folder, "request", 9)
    result = nights.refresh()
    assert result.state == "published"
    assert nights.query("select state, count(*) from ops.run group by state order by state") == [
        ("interrupted", 1),
        ("published", 1),
    ]
