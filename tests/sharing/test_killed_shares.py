"""Twenty runs are shared, and each share is killed at its steps: `latest.json` always names whole files."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from sharing import place_named
from tests.conftest import REPOSITORY
from tests.sweeping import points_of
from warehouse.published_file import publication_of

NIGHTS = 20
NOW = datetime(2026, 5, 1, 2, 30, tzinfo=UTC)
TO_THE_END = -1

Give = Callable[[Path, str, datetime, int], tuple[int, int]]


@contextmanager
def shares() -> Iterator[Give]:
    """Give a function that shares in a subprocess and returns its exit code and number of steps."""
    words = [sys.executable, "-m", "tests.sharing.one_share"]
    with subprocess.Popen(words, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as starter:

        def give(home: Path, place: str, instant: datetime, stops_at: int) -> tuple[int, int]:
            starter.stdin.write(json.dumps([str(home), place, instant.isoformat(), stops_at]) + "\n")
            starter.stdin.flush()
            code, steps = json.loads(starter.stdout.readline())
            return code, steps

        yield give
        starter.stdin.close()


def read_latest(base: str) -> dict:
    """Return latest.json as a reader gets it by URL."""
    return httpx.get(f"{base}latest.json").raise_for_status().json()


def assert_whole(base: str, latest: dict) -> None:
    """Assert that every listed file has its size and hash, and that all are of one publication."""
    for each in latest["files"]:
        content = httpx.get(base + each["path"]).raise_for_status().content
        assert (each["bytes"], each["sha256"]) == (len(content), hashlib.sha256(content).hexdigest()), each
        if each["path"].endswith("datapackage.json"):
            assert latest["run_id"] == json.loads(content)["version"]


@pytest.mark.slow
@pytest.mark.sweep
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_twenty_nights_with_kills_at_every_step(two_nights, tmp_path, serve_folder, bucket, kind):
    """After each kill readers by URL get a whole version; the next share works, and old versions are pruned.

    Together the twenty runs kill a share before each of its steps. A reader of `latest.json` from two days ago still
    finds the files that it names.
    """
    home = tmp_path / "home"
    home.mkdir()
    if kind == "folder":
        place = str(tmp_path / "www")
        Path(place).mkdir()
        base = serve_folder(Path(place))
    else:
        place, base = bucket, f"{os.environ['AWS_ENDPOINT_URL']}/kolada/goals/"
    runs = [publication_of(file).run_id for file in two_nights]

    def news() -> None:
        """Publish in the home the state that is not shared."""
        shutil.copyfile(two_nights[read_latest(base)["run_id"] == runs[0]], home / "kolada.duckdb")

    shutil.copyfile(two_nights[0], home / "kolada.duckdb")
    killed = given = step_count = 0
    with shares() as give:
        for days in (9, 6, 3):
            code, step_count = give(home, place, NOW - timedelta(days=days), TO_THE_END)
            assert code == 0
            news()
        for day, night in enumerate(points_of(range(NIGHTS), seed=18)):
            instant = NOW + timedelta(days=day)
            before = read_latest(base)
            for step in range(night, step_count, NIGHTS):
                instant += timedelta(minutes=1)
                news()
                killed += give(home, place, instant, step)[0] != 0
                given += 1
                assert_whole(base, read_latest(base))
            news()
            instant += timedelta(minutes=1)
            assert give(home, place, instant, TO_THE_END)[0] == 0
            latest = read_latest(base)
            assert latest["name"].startswith(f"{instant:%Y%m%dT%H%M}")
            assert_whole(base, latest)
            assert_whole(base, before)
            names = place_named(place).versions()
            assert names[-1] == latest["name"]
            since = instant - timedelta(days=2)
            *others, last = latest["earlier"]
            read_lately = {each["name"] for each in others if datetime.fromisoformat(each["until"]) > since}
            old = {name for name in names if name < f"{since:%Y%m%dT%H%M}"}
            assert old - read_lately - {last["name"]} == set()
    print(f"{kind}: {killed} kills of {given} shares; a share has {step_count} steps")
    # A share with less to prune has fewer steps.
    assert killed >= 0.8 * given
