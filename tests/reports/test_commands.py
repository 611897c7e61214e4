"""The commands: what they write, what they say and how they end."""

import json
import re

import pytest
from typer.testing import CliRunner

from cli.app import make_app
from tests.reports.conftest import World

RUNNER = CliRunner()
APP = make_app()


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path):
    """Runs the command in an empty folder; the settings that it makes for itself go away again."""
    monkeypatch.chdir(tmp_path)
    for name in ("KOLADA_HOME", "KOLADA_PLAN"):
        monkeypatch.setenv(name, "unset")
        monkeypatch.delenv(name)
    return lambda *arguments: RUNNER.invoke(APP, [str(each) for each in arguments])


def test_report_writes_one_page(run, awkward_world: World, tmp_path):
    """The file that was asked for, and one line about it."""
    done = run("report", "--home", awkward_world.home, "--output", tmp_path / "rapport.html")
    assert done.exit_code == 0
    assert (tmp_path / "rapport.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "rapport.html" in done.stdout


def test_report_before_the_first_load(run, awkward_world: World, tmp_path):
    """A moment before the first publication: said so, exit 2, nothing written."""
    out = tmp_path / "rapport.html"
    done = run("report", "--home", awkward_world.home, "--as-of", "2024-03-01", "--output", out)
    assert done.exit_code == 2
    assert "before the first load" in done.stderr
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["report", "--plan", "finns-inte"], "no plan `finns-inte`"),
        (["report", "--year", "1999"], "the year `1999`"),
        (["report", "--as-of", "igår"], "`igår` is neither a date nor a timestamp"),
        (["explain", "P9.9"], "no indicator `P9.9`"),
        (["explain", "P4.3", "--as-of", "2020-01-01"], "before the first load"),
        (["export", "--format", "csv", "--table", "rankin"], "no table `rankin`"),
        (["export", "--format", "memo", "--plan", "finns-inte"], "no plan `finns-inte`"),
    ],
)
def test_bad_input_ends_with_two_and_a_next_step(run, sample_world: World, arguments, said):
    """What cannot be answered is said in one message with the value and a command, and ends with 2."""
    done = run(*arguments, "--home", sample_world.home)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_nothing_published_ends_with_two(run, tmp_path):
    """Without a published file each command names the command that makes one."""
    for arguments in (["report"], ["explain", "P4.3"], ["export", "--format", "xlsx"]):
        done = run(*arguments, "--home", tmp_path / "empty")
        assert done.exit_code == 2
        assert "kolada refresh" in done.stderr


def test_explain_as_text_and_as_json(run, awkward_world: World):
    """The same figure for a person and for a machine."""
    text = run("explain", "p4.2", "--year", "2023", "--home", awkward_world.home)
    data = run("explain", "P4.2", "--year", "2023", "--home", awkward_world.home, "--json")
    assert (text.exit_code, data.exit_code) == (0, 0)
    assert json.loads(data.stdout)["judgement"]["value"] == 95.4
    assert "95,4" in text.stdout


def test_export_names_its_files(run, sample_world: World, tmp_path):
    """Each file written stands on a line, after the notice on made-up values."""
    done = run("export", "--format", "csv", "--table", "ranking", "--output", tmp_path, "--home", sample_world.home)
    assert done.exit_code == 0
    first, *paths = done.stdout.splitlines()
    assert first.startswith("Påhittade exempelvärden")
    assert [path.rsplit("/", 1)[-1] for path in paths] == ["ranking.csv", "kallor.csv"]


@pytest.mark.parametrize("command", ["report", "explain", "export"])
def test_help_holds_an_example(run, command):
    """Each command's help shows how it is used."""
    done = run(command, "--help")
    assert done.exit_code == 0
    assert re.search(rf"kolada\s+{command} ", done.stdout)
