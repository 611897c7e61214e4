"""Fixtures of the mirror tests: homes and stand-ins with made-up catalogues whose values fit their KPIs' types."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest

from fake_kolada import DataSet, FakeKolada
from fake_kolada.generated import for_their_units, generated_data
from kolada_client import ManualClock
from pipeline.jobs import mirror_job
from pipeline.progress import Reporter, Silent
from pipeline.run_job import run_job
from pipeline.run_result import RunResult
from pipeline.settings import Settings
from tests.conftest import MakeOnce
from warehouse.database import quoted

BEGINNING = datetime(2026, 1, 5, 3, tzinfo=UTC)


def published_on(data: DataSet, day: date) -> DataSet:
    """Return the data with a catalogue that dates every KPI's next publication to a day."""
    return replace(data, kpis=data.kpis.with_columns(publication_date=pl.lit(day.isoformat())))


@dataclass
class Mirrors:
    """One home and one stand-in; each `run` is a mirror, by default a week after the previous one."""

    home: Path
    fake: FakeKolada
    now: datetime = BEGINNING
    settings: dict[str, object] = field(default_factory=dict)

    def run(
        self,
        *,
        days: float = 7,
        reporter: Reporter | None = None,
        client_clock: ManualClock | None = None,
    ) -> RunResult:
        """Run the next mirror, without Prefect and without real waiting."""
        self.now += timedelta(days=days)
        made = self.make_settings()
        return run_job(
            made,
            mirror_job((), audit_days=made.mirror_days),
            transport=self.fake.transport(),
            client_clock=client_clock or ManualClock(),
            clock=lambda: self.now,
            reporter=reporter or Silent(),
        )

    def make_settings(self) -> Settings:
        """Return the settings of this home."""
        return Settings(**{"base_url": "http://kolada.test/v3", "home": self.home, "wait": 0.0, **self.settings})

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Query the published file."""
        with duckdb.connect() as connection:
            connection.execute(f"attach {quoted(str(self.home / 'kolada.duckdb'))} as warehouse (read_only)")
            connection.execute("use warehouse")
            return connection.execute(sql).fetchall()


@pytest.fixture
def make_mirrors(tmp_path: Path) -> Callable[[DataSet], Mirrors]:
    """Give a function that makes a home with a data set as its source."""
    return lambda data, **settings: Mirrors(tmp_path / "home", FakeKolada(data), settings=settings)


@pytest.fixture(scope="session")
def small() -> DataSet:
    """130 KPIs with about a year of values."""
    return for_their_units(generated_data(kpis=130, values=130_000))


@pytest.fixture(scope="session")
def due(small: DataSet) -> DataSet:
    """The same, each KPI published again between the first mirror and the second."""
    return published_on(small, (BEGINNING + timedelta(days=9)).date())


@pytest.fixture
def begun(small: DataSet, made_once: MakeOnce) -> Mirrors:
    """A home of the test's own with one mirror of the small data behind it."""
    return _begun(made_once, "first-mirror", small)


@pytest.fixture
def begun_due(due: DataSet, made_once: MakeOnce) -> Mirrors:
    """A home of the test's own with one mirror behind it, after which every KPI is due."""
    return _begun(made_once, "first-mirror-due", due)


def _begun(made_once: MakeOnce, name: str, data: DataSet) -> Mirrors:
    def make(folder: Path) -> datetime:
        mirrors = Mirrors(folder / "home", FakeKolada(data))
        assert mirrors.run().state == "published"
        return mirrors.now

    folder, now = made_once(name, make)
    return Mirrors(folder / "home", FakeKolada(data), now=now)
