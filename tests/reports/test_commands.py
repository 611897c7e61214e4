"""The commands `report`, `explain` and `export`: their files, messages and exit codes."""

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
    """Give a function that runs the command in an empty folder and restores its settings afterwards."""
    monkeypatch.chdir(tmp_path)
    for name in ("KOLADA_HOME", "KOLADA_PLAN"):
        monkeypatch.setenv(name, "unset")
        monkeypatch.delenv(name)
    return lambda *arguments: RUNNER.invoke(APP, [str(each) for each in arguments])


def test_report_writes_one_page(run, awkward_world: World, tmp_path):
    """`report` writes the requested file and prints its name."""
    done = run("report", "--home", awkward_world.home, "--output", tmp_path / "rapport.html")
    assert done.exit_code == 0
    assert (tmp_path / "rapport.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "rapport.html" in done.stdout


def test_report_goes_where_it_is_asked_for(run, awkward_world: World, tmp_path):
    """A folder gets the report under its usual name; a file of another kind is refused, and its folder may hold any."""
    (tmp_path / "mapp.html").mkdir()
    (tmp_path / "trasig.html").symlink_to("nowhere")
    report = ("report", "--short", "--home", awkward_world.home, "--output")
    assert run(*report, tmp_path / "nya").exit_code == 0
    [written] = (tmp_path / "nya").iterdir()
    assert written.name.endswith("-kort.html")
    assert run(*report, tmp_path / "mapp.html").exit_code == 0
    assert [path.name for path in (tmp_path / "mapp.html").iterdir()] == [written.name]
    assert run(*report, tmp_path / "rapport.html").exit_code == 0
    refused = run(*report, tmp_path / "rapport.pdf")
    assert refused.exit_code == 2
    assert "ends in `.pdf`, and `kolada report` writes .html. Nothing was written" in " ".join(refused.stderr.split())
    assert not (tmp_path / "rapport.pdf").exists()


def test_report_before_the_first_load(run, awkward_world: World, tmp_path):
    """A report as of a moment before the first publication exits with 2 and writes nothing."""
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
    """Bad input gives one message with the value and a command, and exit code 2."""
    done = run(*arguments, "--home", sample_world.home)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_nothing_published_ends_with_two(run, tmp_path):
    """Without a published file each command exits with 2 and names `kolada refresh`."""
    for arguments in (["report"], ["explain", "P4.3"], ["export", "--format", "xlsx"]):
        done = run(*arguments, "--home", tmp_path / "empty")
        assert done.exit_code == 2
        assert "kolada refresh" in done.stderr


def test_explain_as_text_and_as_json(run, awkward_world: World):
    """`explain` gives the same figure as text and as JSON."""
    text = run("explain", "p4.2", "--year", "2023", "--home", awkward_world.home)
    data = run("explain", "P4.2", "--year", "2023", "--home", awkward_world.home, "--json")
    assert (text.exit_code, data.exit_code) == (0, 0)
    assert json.loads(data.stdout)["judgement"]["value"] == 95.4
    assert "95,4" in text.stdout


def test_export_names_its_files(run, sample_world: World, tmp_path):
    """`export` prints the notice on made-up values and one line per file."""
    done = run("export", "--format", "csv", "--table", "ranking", "--output", tmp_path, "--home", sample_world.home)
    assert done.exit_code == 0
    first, *paths = done.stdout.splitlines()
    assert first.startswith("Påhittade exempelvärden")
    assert [path.rsplit("/", 1)[-1] for path in paths] == ["ranking.csv", "kallor.csv"]


@pytest.mark.parametrize("command", ["report", "explain", "export"])
def test_help_holds_an_example(run, command):
    """Each command's help shows an example."""
    done = run(command, "--help")
    assert done.exit_code == 0
    assert re.search(rf"kolada\s+{command} ", done.stdout)
