"""Project files: hooks that run, issue forms, and the release script."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from ruamel.yaml import YAML

REPOSITORY = Path(__file__).resolve().parents[2]
FORMS = sorted((REPOSITORY / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
HOOKS = YAML(typ="safe").load(REPOSITORY / ".pre-commit-config.yaml")["repos"][0]["hooks"]
SAMPLES = {
    "ruff-check": "warehouse/moment.py",
    "ruff-format": "warehouse/moment.py",
    "sqlfluff": "sql/core/020_moment.sql",
    "plans": "goals/alingsas-2022-2024/plan.toml",
}


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_each_hook_runs_on_what_it_is_for(hook):
    """Each hook runs on its files and accepts ours."""
    sample = SAMPLES[hook["id"]]
    assert re.search(hook.get("files", ""), sample)
    program, *arguments = hook["entry"].split()
    named = [sample] if hook.get("pass_filenames", True) else []
    command = [Path(sys.executable).with_name(Path(program).name), *arguments, *named]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)


def test_the_hosted_workflow_calls_the_same_script():
    """The hosted workflow runs `.ci/run` on every supported Python."""
    workflow = YAML(typ="safe").load(REPOSITORY / ".github" / "workflows" / "ci.yml")
    job = workflow["jobs"]["ci"]
    assert job["steps"][-1]["run"] == ".ci/run"
    text = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    least, above = re.search(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', text).groups()
    assert job["strategy"]["matrix"]["python"] == [f"3.{minor}" for minor in range(int(least), int(above))]


def test_coverage_is_measured_of_all_that_is_shipped():
    """The hosted workflow measures coverage of every package in the wheel."""
    workflow = YAML(typ="safe").load(REPOSITORY / ".github" / "workflows" / "ci.yml")
    commands = [step.get("run", "") for step in workflow["jobs"]["coverage"]["steps"]]
    assert "make coverage" in commands
    assert "$GITHUB_STEP_SUMMARY" in commands[-1]
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    shipped = project["hatch"]["build"]["targets"]["wheel"]["packages"]
    measured = project["coverage"]["run"]["source_pkgs"]
    assert sorted(measured) == sorted(name for name in shipped if name not in ("kolada_pipeline.py", "sql"))


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.stem)
def test_forms_ask_something(form):
    """An issue form has a name and labelled fields, at least one of them required."""
    content = YAML(typ="safe").load(form)
    if form.stem == "config":
        assert content == {"blank_issues_enabled": True}
        return
    assert content["name"]
    assert content["description"]
    assert all(field["attributes"]["label"] for field in content["body"])
    assert any(field.get("validations", {}).get("required") for field in content["body"])


def test_the_page_of_habits_names_files_that_exist():
    """Each row names at least one file or folder of the checkout, and each of them exists."""
    rows = (REPOSITORY / "docs" / "habits.md").read_text(encoding="utf-8").split("|---|---|---|\n")[1].splitlines()
    named = [re.findall(r"`([^`]+)`", row.split("|")[3]) for row in rows]
    assert len(named) == 23
    assert all(named)
    assert [path for paths in named for path in paths if not (REPOSITORY / path).exists()] == []


@pytest.fixture
def checkout(tmp_path):
    """A clean checkout of the files that a release changes, with an unreleased entry."""
    for name in ("pyproject.toml", "CITATION.cff", "LICENSE", "README.md", "kolada_pipeline.py", "prefect.yaml"):
        shutil.copy(REPOSITORY / name, tmp_path / name)
    (tmp_path / ".ci").mkdir()
    shutil.copy(REPOSITORY / ".ci" / "release", tmp_path / ".ci" / "release")
    (tmp_path / ".gitignore").write_text("dist/\n", encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changelog\n\n## Unreleased\n\n### Added\n\n- Something.\n\n## 0.0.1 - 2025-01-01\n\n- First.\n",
        encoding="utf-8",
    )
    for command in (["init", "--initial-branch=main"], ["add", "."], ["commit", "--message", "All"]):
        git(tmp_path, *command)
    return tmp_path


def git(folder, *command):
    """Run git and return its output."""
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    done = subprocess.run(["git", *identity, *command], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def release(folder, *arguments):
    """Run the release script in a checkout."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder)} | {
        f"GIT_{who}_{what}": f"{what.lower()}@example.org"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    return subprocess.run(
        [sys.executable, folder / ".ci" / "release", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_dry_run_shows_everything_and_changes_nothing(checkout):
    """A dry run prints version, changelog, citation and steps, and changes nothing."""
    told = release(checkout, "99.0.0", "--dry-run")
    assert (told.returncode, told.stderr) == (0, "")
    assert '+version = "99.0.0"' in told.stdout
    assert "+## 99.0.0 - 20" in told.stdout
    assert "+version: 99.0.0" in told.stdout
    assert "git tag --annotate v99.0.0" in told.stdout
    assert git(checkout, "status", "--porcelain") == ""
    assert git(checkout, "tag") == ""


def test_a_release_is_a_commit_a_tag_and_two_files(checkout):
    """A release commits, tags with the notes, starts a new changelog section and builds both files, without a push."""
    told = release(checkout, "99.0.0", "--no-ci")
    assert told.returncode == 0, told.stderr
    assert git(checkout, "log", "--format=%s", "-1") == "Release 99.0.0\n"
    assert "- Something." in git(checkout, "tag", "--list", "--format=%(contents)", "v99.0.0")
    assert "## Unreleased\n\n## 99.0.0 - " in (checkout / "CHANGELOG.md").read_text(encoding="utf-8")
    built = sorted(path.name for path in (checkout / "dist").iterdir() if path.suffix in (".whl", ".gz"))
    assert [name.partition("-99")[0] for name in built] == ["kolada_pipeline", "kolada_pipeline"]
    again = release(checkout, "99.0.0", "--no-ci")
    assert again.returncode == 1
    assert "does not come after" in again.stderr


@pytest.mark.parametrize(
    ("spoil", "version", "told"),
    [
        (lambda folder: folder, "next", "is no version"),
        (lambda folder: folder, "0.0.0", "does not come after"),
        (lambda folder: git(folder, "switch", "--create", "other"), "99.0.0", "branch `other`"),
        (lambda folder: (folder / "new.txt").touch(), "99.0.0", "not committed"),
        (lambda folder: git(folder, "tag", "v99.0.0"), "99.0.0", "a tag `v99.0.0` already"),
    ],
)
def test_what_would_go_wrong_stops_a_release_before_it_begins(checkout, spoil, version, told):
    """A wrong version, another branch, uncommitted work and an existing tag stop a release before any change."""
    spoil(checkout)
    head = git(checkout, "rev-parse", "HEAD")
    ended = release(checkout, version, "--no-ci")
    assert ended.returncode == 1
    assert told in ended.stderr
    assert "nothing was changed" in ended.stderr
    assert git(checkout, "rev-parse", "HEAD") == head
