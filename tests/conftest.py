"""Fixtures of several folders: the recorded data, homes, and runs on consecutive days."""

import fcntl
import gc
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import httpx
import pytest

from fake_kolada import DataSet, FakeKolada, recorded_data
from goals import Plan, read_plan, read_plans
from kolada_client import ManualClock
from pipeline.jobs import Job, refresh_job
from pipeline.limits import Limits
from pipeline.run_job import Share, run_job
from pipeline.run_result import RunResult
from pipeline.settings import Settings
from tests.longest_first import sort_longest_first
from tests.warehouse.first_release.make_fixture import PLAN as SMALL_PLAN
from tests.warehouse.first_release.make_fixture import small_data
from warehouse.database import quoted

# (name, maker of files in a folder) -> a copy of the folder, and the maker's result.
MakeOnce = Callable[[str, Callable[[Path], Any]], tuple[Path, Any]]

# With these settings a run accepts any change.
UNLIMITED = {name: 1.0 for name in Limits.model_fields if name.endswith("_share")}

REPOSITORY = Path(__file__).resolve().parent.parent
PLANS = REPOSITORY / "goals"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest files first."""
    sort_longest_first(items)


def pytest_collection_finish() -> None:
    """Exclude the objects loaded so far from later garbage collections; they are many and stay to the end."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def environment_of_one_test() -> Iterator[None]:
    """Restore the environment of this process after each test."""
    with patch.dict(os.environ):
        yield


@pytest.fixture(scope="session")
def recorded_folder() -> Path:
    """The folder of recorded Kolada data; the test is skipped without it."""
    folder = Path(os.environ.get("KOLADA_RECORDED", REPOSITORY.parent / "shared" / "kolada"))
    if not (folder / "recorded" / "values.parquet").exists():
        pytest.skip(f"no recorded Kolada data in {folder}: set KOLADA_RECORDED to a folder that has them")
    return folder


@pytest.fixture(scope="session")
def recorded(recorded_folder: Path) -> DataSet:
    """The recorded data, as the stand-in serves them."""
    return recorded_data(recorded_folder)


@pytest.fixture(scope="session")
def plans() -> tuple[Plan, ...]:
    """The plans of the repository."""
    return read_plans(PLANS)


@dataclass
class Nights:
    """One home and one stand-in; each `refresh` runs a day after the previous one."""

    home: Path
    fake: FakeKolada
    plans: tuple[Plan, ...]
    now: datetime = datetime(2026, 4, 1, 0, 30, tzinfo=UTC)
    transport: httpx.BaseTransport | None = None
    share: Share | None = None
    settings: dict[str, object] = field(default_factory=dict)

    def refresh(self, *, plans: tuple[Plan, ...] | None = None) -> RunResult:
        """Run the next refresh, without Prefect and without real waiting."""
        return self.run(refresh_job(plans if plans is not None else self.plans))

    def run(self, job: Job) -> RunResult:
        """Run a job one day after the previous one."""
        self.now += timedelta(days=1)
        return run_job(
            self.make_settings(),
            job,
            share=self.share,
            transport=self.transport or self.fake.transport(),
            client_clock=ManualClock(),
            clock=lambda: self.now,
        )

    def after(self, other: "Nights") -> "Nights":
        """Return this home as a copy of another one, with its date."""
        shutil.copytree(other.home, self.home)
        self.now = other.now
        return self

    def make_settings(self) -> Settings:
        """Return the settings of this home."""
        return Settings(
            **{"base_url": "http://kolada.test/v3", "home": self.home, "goals": PLANS, "wait": 0.0, **self.settings}
        )

    def query(self, sql: str, parameters: list[object] | dict[str, object] | None = None) -> list[tuple[object, ...]]:
        """Query the published file."""
        with duckdb.connect() as connection:
            connection.execute(f"attach {quoted(str(self.home / 'kolada.duckdb'))} as warehouse (read_only)")
            connection.execute("use warehouse")
            return connection.execute(sql, parameters).fetchall()


@pytest.fixture
def nights(tmp_path: Path, recorded: DataSet, plans: tuple[Plan, ...]) -> Nights:
    """A new home with the recorded data as its source."""
    return Nights(home=tmp_path / "home", fake=FakeKolada(recorded), plans=plans)


@pytest.fixture(scope="session")
def make_nights() -> Callable[..., Nights]:
    """The class of homes, for fixtures of wider scope."""
    return Nights


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MakeOnce:
    """Give a function that makes an expensive folder once for all workers of a test run, and returns a copy.

    The maker's result must pickle and be valid for a copy too.
    """
    common = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        common = common.parent

    def made(name: str, make: Callable[[Path], Any]) -> tuple[Path, Any]:
        original, returned = common / f"{name}-original", common / f"{name}.pickle"
        with (common / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not returned.exists():
                shutil.rmtree(original, ignore_errors=True)
                original.mkdir()
                returned.write_bytes(pickle.dumps(make(original)))
        copy = tmp_path_factory.mktemp(name) / "copy"
        shutil.copytree(original, copy)
        return copy, pickle.loads(returned.read_bytes())  # noqa: S301 - written by this test run

    return made


@dataclass(frozen=True)
class FirstNight:
    """One refresh into a new home: how it ended, and what it asked for."""

    now: datetime
    result: RunResult
    urls: tuple[str, ...]


@pytest.fixture(scope="session")
def first_run(made_once: MakeOnce, recorded: DataSet, plans: tuple[Plan, ...]) -> tuple[Path, FirstNight]:
    """The home after one refresh of the recorded data, and what is known of that night."""

    def make(folder: Path) -> FirstNight:
        nights = Nights(home=folder / "home", fake=FakeKolada(recorded), plans=plans)
        result = nights.refresh()
        return FirstNight(nights.now, result, tuple(entry.url for entry in nights.fake.log))

    folder, night = made_once("first", make)
    return folder / "home", night


@pytest.fixture(scope="session")
def first_night(
    first_run: tuple[Path, FirstNight], recorded: DataSet, plans: tuple[Plan, ...]
) -> tuple[Nights, RunResult]:
    """One refresh of the recorded data into a new home, for tests that only read."""
    home, night = first_run
    nights = Nights(home=home, fake=FakeKolada(recorded), plans=plans, now=night.now)
    return nights, replace(night.result, published=home / "kolada.duckdb")


@pytest.fixture(scope="session")
def first_urls(first_run: tuple[Path, FirstNight]) -> tuple[str, ...]:
    """What that night asked for, in its order."""
    return first_run[1].urls


@pytest.fixture
def begun_nights(nights: Nights, first_night: tuple[Nights, RunResult]) -> Nights:
    """A home of the test's own with that night behind it."""
    return nights.after(first_night[0])


@pytest.fixture
def small_nights(tmp_path: Path) -> Nights:
    """A new home with a small part of the sample as its source."""
    return small_home(tmp_path / "home")


@pytest.fixture(scope="session")
def first_small_night(made_once: MakeOnce) -> Nights:
    """One night of it; only to be copied."""

    def make(folder: Path) -> datetime:
        nights = small_home(folder / "home")
        assert nights.refresh().state == "published"
        return nights.now

    folder, now = made_once("first-small", make)
    return replace(small_home(folder / "home"), now=now)


@pytest.fixture
def begun_small_nights(small_nights: Nights, first_small_night: Nights) -> Nights:
    """A home before a corner of the sample, with one night behind it."""
    return small_nights.after(first_small_night)


def small_home(home: Path) -> Nights:
    """Return a home with a small part of the sample and a made-up plan, which loads fast."""
    plan = read_plan(SMALL_PLAN)
    fake = FakeKolada(small_data([*plan.kpi_ids, *plan.cross_check_kpi_ids]))
    return Nights(home=home, fake=fake, plans=(plan,))
