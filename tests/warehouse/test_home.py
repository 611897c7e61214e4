"""The home: one writer at a time, and clear errors for an unusable home."""

import subprocess
import sys

import pytest

from warehouse.errors import HomeError, HomeLocked
from warehouse.home import Home

HOLD = """
import sys
from pathlib import Path
from warehouse.home import Home

home = Home(Path(sys.argv[1]))
home.prepare()
with home.writer("kolada refresh"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def home(tmp_path):
    """A prepared home."""
    home = Home(tmp_path / "home")
    home.prepare()
    return home


@pytest.fixture
def other_process(home):
    """Another process that holds the home's lock until its input is closed."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.stdin.close()


def test_a_second_writer_is_refused_by_name(home, other_process):
    """A second writer is refused, and the message names the first command and its process."""
    with pytest.raises(HomeLocked, match=rf"kolada refresh.*process {other_process.pid}"), home.writer("another"):
        pass


def test_a_second_writer_may_wait(home, other_process):
    """A waiting writer is told which command it waits for, and starts when that ends."""
    told = []

    def release(message):
        told.append(message)
        other_process.stdin.close()

    with home.writer("another", wait_seconds=30, on_wait=release):
        pass
    assert len(told) == 1
    assert "kolada refresh" in told[0]


def test_a_killed_writer_holds_nothing(home, other_process):
    """A killed writer's lock is released."""
    other_process.kill()
    other_process.wait()
    with home.writer("another"):
        pass


def test_a_home_that_is_a_file(tmp_path):
    """A home that is a file is refused, and the message names the setting."""
    (tmp_path / "home").write_text("not a folder", encoding="utf-8")
    with pytest.raises(HomeError, match="KOLADA_HOME="):
        Home(tmp_path / "home").prepare()
