"""`kolada goals init`: the workflows run only our commands and do what the README says."""

import re
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import typer.main
from ruamel.yaml import YAML
from typer.testing import CliRunner

from cli.app import make_app
from fake_kolada import FakeKolada
from goals import read_plan
from tests.warehouse.first_release.make_fixture import PLAN, small_data

# Variables of a forge's runner for installing the software and commenting.
FORGE = re.compile(r"pip install --requirement requirements\.txt|gh pr comment .*")
COMMANDS = ["goals", "refresh", "review", "report", "export", "share", "status"]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A newly written plan repository as the working folder."""
    folder = tmp_path / "budgetmal"
    ended = CliRunner().invoke(make_app(COMMANDS), ["goals", "init", str(folder)])
    assert ended.exit_code == 0, ended.output
    monkeypatch.chdir(folder)
    return folder


def steps_of(workflow: str) -> list[Mapping[str, str]]:
    """Return the steps with a command of a workflow's only job, in order."""
    (job,) = YAML(typ="safe").load(Path(".github", "workflows", workflow))["jobs"].values()
    return [step for step in job["steps"] if "run" in step]


def test_the_folder_holds_what_a_council_keeps_in_git(repository: Path) -> None:
    """The folder has plans, two workflows, pinned software and a Swedish README; generated files are ignored by git."""
    written = {str(path.relative_to(repository)) for path in repository.rglob("*") if path.is_file()}
    assert written == {
        ".github/workflows/forslag.yml",
        ".github/workflows/natt.yml",
        ".gitignore",
        "README.md",
        "goals/.gitkeep",
        "requirements.txt",
    }
    assert re.fullmatch(r"kolada-pipeline==\d+\.\d+\.\d+\n", Path("requirements.txt").read_text(encoding="utf-8"))
    readme = Path("README.md").read_text(encoding="utf-8")
    assert all(name in readme for name in written - {".gitignore", "README.md", "goals/.gitkeep"})
    assert {"/data/", "/public/"} <= set(Path(".gitignore").read_text(encoding="utf-8").split())


def test_nothing_is_overwritten(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second `goals init` is refused, names the existing file and writes nothing."""
    Path("README.md").write_text("vår egen", encoding="utf-8")
    Path("requirements.txt").unlink()
    ended = CliRunner().invoke(make_app(COMMANDS), ["goals", "init"])
    assert (ended.exit_code, "`README.md`" in ended.output) == (2, True)
    assert (Path("README.md").read_text(encoding="utf-8"), Path("requirements.txt").exists()) == ("vår egen", False)
    monkeypatch.setenv("KOLADA_LANG", "sv")
    ended = CliRunner().invoke(make_app(COMMANDS), ["goals", "init"])
    assert "inget skrivs över" in ended.output.replace("\n", " ")


def test_workflows_and_readme_call_our_commands_only(repository: Path) -> None:
    """Each step runs one of our commands with existing options, apart from installing and commenting."""
    root = typer.main.get_command(make_app(COMMANDS))
    given = [step["run"] for workflow in ("forslag.yml", "natt.yml") for step in steps_of(workflow)]
    ours = [line for line in given if not FORGE.fullmatch(line)]
    assert len(ours) == 9
    readme = Path("README.md").read_text(encoding="utf-8").replace("\n   ", " ")
    named = [line for line in re.findall(r"`(kolada [^`]+)`", readme) if "serve" not in line]
    for line in (*ours, *named):
        command, words = root, shlex.split(line.partition(" > ")[0])
        assert words[0] == "kolada", line
        for word in words[1:]:
            if word in getattr(command, "commands", {}):
                command = command.commands[word]
        options = {name for parameter in command.params for name in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


def test_the_home_that_a_night_kept_is_found(repository: Path) -> None:
    """Each step that stores or restores the home uses the same cache paths, which a forge requires."""
    lists = []
    for workflow in ("forslag.yml", "natt.yml"):
        (job,) = YAML(typ="safe").load(Path(".github", "workflows", workflow))["jobs"].values()
        lists += [step["with"]["path"].split() for step in job["steps"] if "actions/cache" in step.get("uses", "")]
    assert lists == [["data", "public/data"]] * 3


def test_a_proposal_does_not_choose_the_software(repository: Path) -> None:
    """A proposal installs the software of the main branch, including a wheel next to the requirements."""
    (job,) = YAML(typ="safe").load(Path(".github", "workflows", "forslag.yml"))["jobs"].values()
    (taken,) = [step["with"] for step in job["steps"] if step.get("with", {}).get("path") == ".base"]
    (install,) = [step for step in job["steps"] if "pip" in step.get("run", "")]
    assert (taken["ref"], install["working-directory"]) == ("${{ github.base_ref }}", ".base")


def test_only_what_is_approved_is_passed_on_as_a_value(repository: Path) -> None:
    """No text typed into the forge becomes part of a script."""
    for workflow in ("forslag.yml", "natt.yml"):
        assert [step["run"] for step in steps_of(workflow) if "${{" in step["run"]] == []


@pytest.fixture
def give(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Mapping[str, str]], str]]:
    """Give a function that runs a step's command with a small stand-in and returns its output."""
    plan = read_plan(PLAN)
    fake = FakeKolada(small_data([*plan.kpi_ids, *plan.cross_check_kpi_ids]))
    with fake.serve() as url:
        monkeypatch.setenv("KOLADA_BASE_URL", url)
        monkeypatch.setenv("KOLADA_RATE", "1000")
        app = make_app(COMMANDS)

        def run(step: Mapping[str, str]) -> str:
            line, _, target = step["run"].partition(" > ")
            ended = CliRunner().invoke(app, shlex.split(line)[1:])
            assert ended.exit_code == 0, (line, ended.output)
            if target:
                Path(target).write_text(ended.output, encoding="utf-8")
            return ended.output

        yield run


@pytest.mark.slow
def test_a_night_a_proposal_and_the_next_night(repository: Path, give: Callable[[Mapping[str, str]], str]) -> None:
    """The commands of both workflows, run in order, publish pages, comment on a proposal and then apply it."""
    plan = repository / "goals" / PLAN.name
    shutil.copytree(PLAN, plan)
    night = [step for step in steps_of("natt.yml") if not FORGE.fullmatch(step["run"]) and "APPROVE" not in step["run"]]
    for step in night:
        give(step)
    made = {path.name for path in Path("public").iterdir()}
    assert made == {"index.html", "kort.html", "rapport.docx", "rapport.xlsx", "data"}
    assert Path("public", "data", "latest.json").exists()

    targets = plan / "targets.csv"
    text = targets.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if ",number," in line)
    targets.write_text(text.replace(f"{row}\n", ""), encoding="utf-8")
    for step in steps_of("forslag.yml"):
        if not FORGE.fullmatch(step["run"]):
            give(step)
    told = Path("skillnad.md").read_text(encoding="utf-8")
    assert "| removed target |" in told
    assert row.partition(",")[0] in told

    before = Path("public", "data", "latest.json").read_bytes()
    for step in night:
        give(step)
    assert before != Path("public", "data", "latest.json").read_bytes()
