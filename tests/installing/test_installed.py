"""The built package works from an empty folder, in its own environment, next to other packages."""

import re
import signal
import socket
import subprocess
import sys
import tarfile
import time
import tomllib
import zipfile
from pathlib import Path

import pytest

from kolada_pipeline import PACKAGES
from tests.installing.conftest import REPOSITORY, Installed, checked, installed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

START_SECONDS = 400


def test_every_command_from_an_empty_folder(kolada):
    """Every Python runs the sample; the newest runs every command, as the one before advises.

    The other tests run every command with the Python of the tests.
    """
    version = kolada("kolada", "--version").stdout
    assert version.startswith("kolada-pipeline 0.1.0 (Python ")
    assert kolada("kolada-pipeline", "--version").stdout == version
    if kolada.is_newest:
        advise_before_the_first_refresh(kolada)

    sample = kolada("kolada", "refresh", "--sample")
    assert sample.returncode == 0, sample.stderr
    assert "P4.3     N15436" in sample.stdout
    assert "kolada report --sample" in sample.stdout
    assert not (kolada.folder / "goals").exists()
    for words in (["sql", "from mart.maluppfyllelse limit 1"], ["report"]):
        succeed_on_the_sample(kolada, *words)

    if kolada.is_newest:
        run_every_command(kolada)


def advise_before_the_first_refresh(kolada: Installed) -> None:
    """Each command that lacks a plan or a refresh names the next command."""
    for command in (["refresh"], ["goals", "check"], ["serve"]):
        nothing = kolada("kolada", *command)
        assert nothing.returncode == 2
        assert "no such folder" in nothing.stderr
        assert "kolada goals new --example" in nothing.stderr
    assert "kolada refresh --sample" in kolada("kolada", "report").stderr


def succeed_on_the_sample(kolada: Installed, *words: str) -> None:
    """A command on the sample succeeds and says that the values are made up."""
    told = kolada("kolada", *words, "--sample")
    assert told.returncode == 0, told.stderr
    assert "Påhitta" in told.stdout


def run_every_command(kolada: Installed) -> None:
    """The other commands succeed after the refresh of the sample, with plans of one's own too."""
    assert "give the same command with `--sample`" in kolada("kolada", "report").stderr
    assert "kolada status --sample" in kolada("kolada", "status").stdout
    assert kolada("kolada", "status", "--sample").returncode == 0
    for words in (["export", "--format", "xlsx"], ["export", "--format", "memo"], ["explain", "P4.3"]):
        succeed_on_the_sample(kolada, *words)

    write_a_table(kolada.folder)
    words = ["--municipality", "1480", "--from", "indicators.csv", "--document", "decision.txt"]
    new = kolada("kolada", "goals", "new", *words)
    assert new.returncode == 0, new.stderr
    assert kolada("kolada", "goals", "check").returncode == 0
    own = kolada("kolada", "refresh", "--sample", "--direct")
    assert own.returncode == 0, own.stderr
    assert re.search("Måluppfyllelse 20[0-9][0-9]: goteborg-2026", own.stdout)
    example = kolada("kolada", "goals", "new", "--example")
    assert example.returncode == 0, example.stderr
    assert "alingsas-2022-2024: 43 indicators" in kolada("kolada", "goals", "check").stdout

    log = serve_until_ready(kolada)
    assert any(" Deployed " in line and line.endswith("pipeline/prefect.yaml") for line in log.splitlines())


def write_a_table(folder: Path) -> None:
    """Write one indicator and a decision document."""
    row = "Behöriga elever,N15436,%,higher,90,2026"
    (folder / "indicators.csv").write_text(f"title,kpi_id,unit,direction,target,year\n{row}\n", encoding="utf-8")
    (folder / "decision.txt").write_text("Fullmäktige beslutar.\n", encoding="utf-8")


def serve_until_ready(kolada: Installed) -> str:
    """Serve until the worker has started, then stop; return the log."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    path = kolada.folder / "serve.log"
    with path.open("wb") as log:
        serving = subprocess.Popen(
            [kolada.bin("kolada"), "serve", "--port", str(port)],
            cwd=kolada.folder,
            env=kolada.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    deadline = time.monotonic() + START_SECONDS
    while "Worker started" not in path.read_text(encoding="utf-8") and time.monotonic() < deadline:
        assert serving.poll() is None, path.read_text(encoding="utf-8")
        time.sleep(0.5)
    serving.send_signal(signal.SIGTERM)
    assert serving.wait(60) == 0
    return path.read_text(encoding="utf-8")


def test_the_wheel_and_the_sdist_hold_the_same(distributions, tmp_path):
    """A wheel built from the sdist has the same files, including all tracked files of the packages."""
    with tarfile.open(distributions.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    checked([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "again")], source)
    (again,) = (tmp_path / "again").glob("*.whl")
    files = {name: content_of(distributions.wheel, name) for name in names_in(distributions.wheel)}
    assert files == {name: content_of(again, name) for name in names_in(again)}
    assert files["pipeline/prefect.yaml"] == (REPOSITORY / "prefect.yaml").read_bytes()
    packaged = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    folders = {name for name in packaged["targets"]["wheel"]["packages"] if (REPOSITORY / name).is_dir()}
    assert folders == {*PACKAGES, "sql"}
    tracked = checked(["git", "ls-files", *folders], REPOSITORY).split()
    assert [name for name in tracked if name not in files] == []


def names_in(wheel: Path) -> list[str]:
    """Return the files of a wheel without its record."""
    with zipfile.ZipFile(wheel) as archive:
        return [name for name in archive.namelist() if not name.endswith("/RECORD")]


def content_of(wheel: Path, name: str) -> bytes:
    """Return one file of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(name)


def test_the_sdist_installs(distributions, environment, tmp_path):
    """The installed sdist gives the same command."""
    words = ["--quiet", "--no-deps", "--no-build-isolation", str(distributions.sdist)]
    checked([str(environment), "-m", "pip", "install", *words], tmp_path)
    kolada = installed(environment, tmp_path)
    sample = kolada("kolada", "refresh", "--sample", "--direct")
    assert sample.returncode == 0, sample.stderr
    assert "Måluppfyllelse 2023" in sample.stdout


@pytest.mark.parametrize("package", ["pipeline", "cli", "goals"])
def test_a_package_that_another_distribution_overwrote_is_named(distributions, environment, tmp_path, package):
    """If another distribution overwrote one of our packages, every command names it until ours is reinstalled."""
    pip = [str(environment), "-m", "pip", "install", "--quiet", "--no-deps"]
    checked([*pip, str(distributions.wheel)], tmp_path)
    kolada = installed(environment, tmp_path)
    assert kolada("kolada", "settings").returncode == 0
    checked([*pip, "--no-build-isolation", str(other_distribution(tmp_path, package))], tmp_path)
    for words in (["kolada", "status"], ["kolada-pipeline", "--version"], ["kolada", "refresh", "--sample"]):
        refused = kolada(*words)
        assert (2, "") == (refused.returncode, refused.stdout)
        assert f"The package `{package}` in " in refused.stderr
        assert "the distribution `another-tool` 1.2 overwrote it" in refused.stderr
        assert "pipx install" in refused.stderr
    checked([*pip, "--force-reinstall", str(distributions.wheel)], tmp_path)
    assert kolada("kolada", "settings").returncode == 0


def other_distribution(folder: Path, package: str) -> Path:
    """Write the source of a distribution with one package of a common name."""
    source = folder / "another-tool"
    (source / package).mkdir(parents=True)
    (source / package / "__init__.py").write_text('"""Somebody else\'s."""\n', encoding="utf-8")
    (source / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "another-tool"\nversion = "1.2"\n'
        f'[tool.hatch.build.targets.wheel]\npackages = ["{package}"]\n',
        encoding="utf-8",
    )
    return source


def test_a_package_that_python_finds_elsewhere_is_named(distributions, environment, tmp_path):
    """A package of the same name in a folder that Python searches first is refused by its path."""
    checked([str(environment), "-m", "pip", "install", "--quiet", "--no-deps", str(distributions.wheel)], tmp_path)
    kolada = installed(environment, tmp_path)
    other = kolada.folder / "flows"
    other.mkdir()
    (other / "__init__.py").write_text("", encoding="utf-8")
    refused = kolada("kolada", "status", PYTHONPATH=str(kolada.folder))
    assert refused.returncode == 2
    assert f"The package `flows` is read from `{other / '__init__.py'}`" in refused.stderr
    assert kolada("kolada", "settings").returncode == 0
    serving = kolada("kolada", "serve")
    assert serving.returncode == 2
    assert f"The package `flows` is read from `{other / '__init__.py'}`" in serving.stderr
    assert "in another folder" in serving.stderr
