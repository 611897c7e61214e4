"""What the tests of several folders share: the recorded data, homes, and a way to run one night after another."""

import fcntl
import gc
import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
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
from tests.warehouse.first_release.make_fixture import PLAN as SMALL_PLAN
from tests.warehouse.first_release.make_fixture import small_data
from warehouse.database import quoted

# A name and a maker of files in a folder -> a copy of the folder, and what the maker returned.
MakeOnce = Callable[[str, Callable[[Path], Any]], tuple[Path, Any]]

# A home with these takes whatever comes.
UNLIMITED = {name: 1.0 for name in Limits.model_fields if name.endswith("_share")}

REPOSITORY = Path(__file__).resolve().parent.parent
PLANS = REPOSITORY / "goals"


def pytest_collection_finish() -> None:
    """Leave what is loaded by now out of every later garbage collection: it stays to the end, and is much."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def environment_of_one_test() -> Iterator[None]:
    """What a command sets in the environment of this process ends with its test."""
    with patch.dict(os.environ):
        yield


@pytest.fixture(scope="session")
def recorded_folder() -> Path:
    """The folder of recorded Kolada data; the test skips where it is absent."""
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
    """One home and one stand-in; each `refresh` is a night, a day after the one before."""

    home: Path
    fake: FakeKolada
    plans: tuple[Plan, ...]
    now: datetime = datetime(2026, 4, 1, 0, 30, tzinfo=UTC)
    transport: httpx.BaseTransport | None = None
    share: Share | None = None
    settings: dict[str, object] = field(default_factory=dict)

    def refresh(self, *, plans: tuple[Plan, ...] | None = None) -> RunResult:
        """Run the next night, without Prefect and without really waiting."""
        return self.run(refresh_job(plans if plans is not None else self.plans))

    def run(self, job: Job) -> RunResult:
        """Do a job on the next night."""
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
        """The same with a copy of another home, and its date."""
        shutil.copytree(other.home, self.home)
        self.now = other.now
        return self

    def make_settings(self) -> Settings:
        """The settings of this home."""
        return Settings(
            **{"base_url": "http://kolada.test/v3", "home": self.home, "goals": PLANS, "wait": 0.0, **self.settings}
        )

    def query(self, sql: str, parameters: list[object] | dict[str, object] | None = None) -> list[tuple[object, ...]]:
        """Ask the published file."""
        with duckdb.connect() as connection:
            connection.execute(f"attach {quoted(str(self.home / 'kolada.duckdb'))} as warehouse (read_only)")
            connection.execute("use warehouse")
            return connection.execute(sql, parameters).fetchall()


@pytest.fixture
def nights(tmp_path: Path, recorded: DataSet, plans: tuple[Plan, ...]) -> Nights:
    """A new home before the recorded data."""
    return Nights(home=tmp_path / "home", fake=FakeKolada(recorded), plans=plans)


@pytest.fixture(scope="session")
def make_nights() -> Callable[..., Nights]:
    """Makes homes in fixtures of wider scope."""
    return Nights


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MakeOnce:
    """Makes a folder that is costly to make once for all workers of a test run; the one who asks gets a copy.

    What the maker returns must pickle, and be true of a copy too.
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


@pytest.fixture(scope="session")
def first_night(
    tmp_path_factory: pytest.TempPathFactory, recorded: DataSet, plans: tuple[Plan, ...]
) -> tuple[Nights, RunResult]:
    """One refresh of the recorded data into a new home, for tests that only look."""
    nights = Nights(home=tmp_path_factory.mktemp("first") / "home", fake=FakeKolada(recorded), plans=plans)
    return nights, nights.refresh()


@pytest.fixture
def small_nights(tmp_path: Path) -> Nights:
    """A new home before a corner of the sample."""
    return small_home(tmp_path / "home")


def small_home(home: Path) -> Nights:
    """A home before a corner of the sample: a few units and KPIs, judged by a made-up plan; quick to load."""
    plan = read_plan(SMALL_PLAN)
    fake = FakeKolada(small_data([*plan.kpi_ids, *plan.cross_check_kpi_ids]))
    return Nights(home=home, fake=fake, plans=(plan,))
