"""Fixtures: homes with a few small runs, to damage, to kill and to restore."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from fake_kolada import FakeKolada, apply_change, apply_changes
from tests.conftest import MakeOnce, Nights, small_home
from tests.ledger.support import Reloads
from warehouse.home import Home
from warehouse.prune import prune

CHANGES = ("revised:N15436/1480/2023/T=99.5", "deleted:N15436/1489/2023/T", "revised:N15485/1480/2022/T=71.5")


@pytest.fixture(scope="session")
def three_nights(made_once: MakeOnce) -> Nights:
    """Three runs, each followed by a change at the source; tests only copy this home."""

    def make(folder: Path) -> datetime:
        nights = small_home(folder / "home")
        for change in CHANGES:
            nights.refresh()
            nights.fake.data = apply_change(nights.fake.data, change)
        return nights.now

    folder, now = made_once("three-nights", make)
    nights = small_home(folder / "home")
    nights.now, nights.fake.data = now, apply_changes(nights.fake.data, CHANGES)
    return nights


@pytest.fixture(scope="session")
def copy_of() -> Callable[[Nights, Path], Nights]:
    """Give a function that copies a home together with its stand-in."""

    def copied(nights: Nights, to: Path) -> Nights:
        shutil.copytree(nights.home, to)
        return Nights(home=to, fake=FakeKolada(nights.fake.data), plans=nights.plans, now=nights.now)

    return copied


@pytest.fixture
def nights(three_nights: Nights, copy_of: Callable[[Nights, Path], Nights], tmp_path: Path) -> Nights:
    """A copy of the home with three runs; the source has changes for a fourth."""
    return copy_of(three_nights, tmp_path / "home")


@pytest.fixture
def home(nights: Nights) -> Home:
    """The folders of that home."""
    return Home(nights.home)


@pytest.fixture
def run_ids(home: Home) -> list[str]:
    """The ids of its three runs, oldest first."""
    return sorted(path.stem for path in home.manifests.iterdir())


@pytest.fixture
def run_command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Give a function that runs `kolada` in a subprocess."""

    def run(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from cli import main; main()", *words],
            env=os.environ | {"KOLADA_HOME": str(home), "KOLADA_STALE_HOURS": "1000000"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


@pytest.fixture(scope="module")
def source(three_nights: Nights) -> Iterator[str]:
    """The URL of a source with changes for the fourth run."""
    with three_nights.fake.serve() as url:
        yield url


@pytest.fixture(scope="module")
def make_home(three_nights: Nights, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Path], Home]:
    """Give a function that makes the home for a command: three runs, the first two pruned unless `prune` is tested."""
    pruned = tmp_path_factory.mktemp("pruned") / "home"
    shutil.copytree(three_nights.home, pruned)
    prune(Home(pruned), keep_nights=1, now=three_nights.now)

    held = tmp_path_factory.mktemp("held") / "home"
    shutil.copytree(pruned, held)
    emptied = apply_changes(three_nights.fake.data, ("values_null:N15436", "values_null:N15485"))
    lying = Nights(home=held, fake=FakeKolada(emptied), plans=three_nights.plans, now=three_nights.now)
    assert lying.refresh().state == "held"

    def make(name: str, to: Path) -> Home:
        shutil.copytree({"prune": three_nights.home, "review": held}.get(name, pruned), to)
        home = Home(to)
        if name == "restore a lost file":
            home.published.unlink()
        return home

    return make


@pytest.fixture(scope="module")
def reloads(tmp_path_factory: pytest.TempPathFactory) -> Reloads:
    """What the raw stores of the homes that commands left contain."""
    return Reloads(tmp_path_factory.mktemp("reloads"))
