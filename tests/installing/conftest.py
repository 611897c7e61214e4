"""Fixtures of the installation tests: the built distributions, and environments of each available Python."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.flows.support import copy_database

REPOSITORY = Path(__file__).resolve().parents[2]
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SECONDS = 600


@dataclass(frozen=True)
class Distributions:
    """The two files of a release."""

    wheel: Path
    sdist: Path


@dataclass(frozen=True)
class Installed:
    """The command as installed in an environment, run in one folder."""

    python: Path
    folder: Path
    environment: dict[str, str]
    is_newest: bool = False
    """Whether this machine has no newer supported Python."""

    def __call__(self, *words: str, folder: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the environment and wait for it."""
        return run([self.bin(words[0]), *words[1:]], folder or self.folder, self.environment | variables)

    def bin(self, name: str) -> str:
        """Return the path of a script of the environment."""
        return str(self.python.with_name(name))


def run(command: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS
    )


def checked(command: list[str], folder: Path) -> str:
    """Return the output of a command that must succeed."""
    ended = run(command, folder, dict(os.environ))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    """The wheel and the sdist, built from this checkout with the installed backend."""
    folder = tmp_path_factory.mktemp("dist")
    checked([sys.executable, "-m", "hatchling", "build", "-d", str(folder)], REPOSITORY)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return Distributions(wheel, sdist)


def found(version: str) -> Path | None:
    """Return the Python of a version, or None."""
    by_pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for candidate in (shutil.which(f"python{version}"), *map(str, by_pyenv)):
        if candidate and run([candidate, "--version"], Path.cwd(), dict(os.environ)).returncode == 0:
            return Path(candidate)
    return None


def interpreter(version: str) -> Path:
    """Return the Python of a version, or skip the test."""
    return found(version) or pytest.skip(f"no Python {version} on this machine: the installation is not tried with it")


def clean_environment(folder: Path) -> dict[str, str]:
    """Return the variables of a user without settings, with its own Prefect home."""
    ours = ("KOLADA_", "PREFECT_", "PYTHON", "VIRTUAL_ENV", "UV_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"PREFECT_HOME": str(folder / "prefect-home"), "COLUMNS": "200"}


def installed(python: Path, folder: Path) -> Installed:
    """Return the command of an environment, run in a new empty folder."""
    work = folder / "work"
    work.mkdir()
    return Installed(python, work, clean_environment(folder))


@pytest.fixture(scope="session")
def prefect_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The place of the first Python's Prefect database; that of another Python begins as its copy."""
    return tmp_path_factory.mktemp("prefect") / "prefect.db"


@pytest.fixture(params=PYTHONS)
def kolada(
    request: pytest.FixtureRequest, tmp_path: Path, distributions: Distributions, prefect_database: Path
) -> Iterator[Installed]:
    """The wheel in its own environment with the pinned dependencies, as pipx and uvx make one."""
    base = interpreter(request.param)
    is_newest = not any(map(found, PYTHONS[PYTHONS.index(request.param) + 1 :]))
    # The tests themselves run in an environment of the whole lock; the container has the same pins without the tools.
    is_with_tools = is_newest and request.param != f"3.{sys.version_info.minor}"
    lock = "requirements.lock" if is_with_tools else "deploy/container.lock"
    checked([str(base), "-m", "venv", "environment"], tmp_path)
    python = tmp_path / "environment" / "bin" / "python"
    # By uv where it is installed; the test of the container installs by pip.
    by_pip, by_uv = [str(python), "-m", "pip", "install"], ["uv", "pip", "install", "--python", str(python)]
    install = [*(by_pip if shutil.which("uv") is None else by_uv), "--quiet", "--no-deps"]
    checked([*install, "--require-hashes", "-r", str(REPOSITORY / lock)], tmp_path)
    checked([*install, str(distributions.wheel)], tmp_path)
    own_database = tmp_path / "prefect-home" / "prefect.db"
    own_database.parent.mkdir()
    if prefect_database.exists():
        copy_database(prefect_database, own_database)
    yield replace(installed(python, tmp_path), is_newest=is_newest)
    if own_database.exists():
        copy_database(own_database, prefect_database)


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[Path]:
    """The Python of a new environment that has our dependencies, pip included, but nothing of this project."""
    checked([sys.executable, "-m", "venv", "--without-pip", "environment"], tmp_path)
    python = tmp_path / "environment" / "bin" / "python"
    where = ["-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(checked([str(python), *where], tmp_path).strip())
    ours = checked([sys.executable, *where], tmp_path)
    # A folder in a .pth file is searched, but its own .pth files, such as that of the checkout, are not read.
    (packages / "dependencies.pth").write_text(ours, encoding="utf-8")
    return python
