"""Unusual paths and terminals: pattern characters in names, pipes among the plans, ASCII and Latin-1."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fake_kolada import FakeKolada, sample_data

REPOSITORY = Path(__file__).resolve().parents[2]
PLANS = str(REPOSITORY / "goals")
COUNT = ["sql", "--sample", "--json", "select count(*) as n from mart.goal_fulfilment"]
NAME = "[a-z] [1]?*{x,y}'q 100%20 å"


def run(command, folder, *, module="kolada_pipeline", **variables):
    """Run the command in a folder with only these variables; output is bytes, since the encoding is tested."""
    return subprocess.run(
        [sys.executable, "-m", module, *command],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(REPOSITORY), "COLUMNS": "150", **variables},
        capture_output=True,
        check=False,
        timeout=120,
    )


def done(commands, folder, **variables):
    """Return the outputs of commands that must succeed, run by one process."""
    ended = run([json.dumps(commands)], folder, module="tests.cli.one_process", **variables)
    assert ended.returncode == 0, ended.stderr.decode(errors="replace")
    *outputs, rest = ended.stdout.split(b"\0")
    assert (len(commands), b"") == (len(outputs), rest)
    return outputs


@pytest.mark.slow
def test_home_and_plans_stand_anywhere(tmp_path):
    """A home and a folder of plans work under a name with pattern and option characters."""
    folder = tmp_path / NAME
    folder.mkdir()
    variables = {"KOLADA_HOME": str(folder / "home"), "KOLADA_GOALS": str(folder / "goals")}
    first = [["goals", "new", "--example"], ["goals", "check"], ["refresh", "--sample", "--direct"], COUNT]
    checks = [[command, "--sample"] for command in ("status", "verify", "report")]
    counted = done([*first, *checks], tmp_path, **variables)[len(first) - 1]
    assert json.loads(counted)[0]["n"] > 0
    (folder / "home" / "sample" / "kolada.duckdb").unlink()
    assert counted == done([["restore", "--sample"], COUNT], tmp_path, **variables)[-1]
    assert [each.name for each in tmp_path.iterdir()] == [NAME]


def test_a_home_that_duckdb_cannot_read_is_refused(tmp_path):
    """A home with a backslash in its path is refused in one line, since DuckDB reads it as a slash."""
    refused = run(
        ["refresh", "--sample", "--direct"], tmp_path, KOLADA_HOME="a\\b", KOLADA_GOALS=str(REPOSITORY / "goals")
    )
    assert refused.returncode == 2
    assert b"has a backslash in its path" in refused.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_every_terminal_takes_what_is_printed(encoding, tmp_path):
    """A character that the terminal's encoding lacks is escaped in every command; JSON keeps its content.

    For ASCII, click writes UTF-8 in some commands; ASCII is a subset of it.
    """
    read_as = "utf-8" if encoding == "ascii" else encoding
    variables = {"KOLADA_HOME": str(tmp_path / "home"), "KOLADA_GOALS": PLANS}
    narrow = variables | {"PYTHONIOENCODING": encoding}
    wide = variables | {"PYTHONIOENCODING": "utf-8"}
    query = "from mart.maluppfyllelse order by all limit 50"
    as_json = [["sql", "--sample", "--json", query], ["explain", "--sample", "P1.1", "--json"]]
    plain = [
        ["sql", "--sample", query],
        ["explain", "--sample", "P1.1"],
        ["kpi", "search", "--sample", "behörig"],
        ["status", "--sample"],
        ["settings"],
        ["goals", "check"],
        ["serve", "--deployments"],
        ["refresh", "--help"],
    ]
    commands = [["refresh", "--sample", "--direct"], *as_json, ["status", "--sample", "--json"], *plain]
    _, *texts = [output.decode(read_as) for output in done(commands, tmp_path, **narrow)]
    in_wide = done(as_json, tmp_path, **wide)
    assert [json.loads(text) for text in texts[: len(as_json)]] == [json.loads(output) for output in in_wide]
    json.loads(texts[len(as_json)])


@pytest.mark.slow
def test_a_pipe_among_the_plans_is_told(tmp_path):
    """A pipe among the plan's files is refused, since reading it would never end."""
    plan = Path("goals") / "alingsas-2022-2024"
    shutil.copytree(REPOSITORY / plan, tmp_path / plan)
    os.mkfifo(tmp_path / plan / "extra.csv")
    refused = run(["goals", "check"], tmp_path)
    assert refused.returncode == 2
    assert b"extra.csv: a pipe, socket or device" in refused.stderr


@pytest.mark.slow
def test_a_full_disk_is_told_as_one_and_a_wrong_path_is_not(tmp_path):
    """A full device is reported as a disk problem, and a wrong path as a wrong path."""
    with FakeKolada(sample_data()).serve() as url:
        full = run(["doctor", "--output", "/dev/full"], tmp_path, KOLADA_BASE_URL=url, KOLADA_RATE="100")
        absent = run(["doctor", "--output", "no/such/x.md"], tmp_path, KOLADA_BASE_URL=url, KOLADA_RATE="100")
    assert (1, 1) == (full.returncode, absent.returncode)
    assert b"No space left on device" in full.stderr
    assert b"Free space on the disk" in full.stderr
    assert b"disk" not in absent.stderr
    assert b"Correct the path" in absent.stderr
