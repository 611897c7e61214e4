"""Homes and stand-ins for mirrors: made-up catalogues whose KPIs have values where their type says so."""

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
from warehouse.database import quoted


def published_on(data: DataSet, day: date) -> DataSet:
    """The data with a catalogue in which every KPI is to be published on a day."""
    return replace(data, kpis=data.kpis.with_columns(publication_date=pl.lit(day.isoformat())))


@dataclass
class Mirrors:
    """One home and one stand-in; each `run` is a mirror, a week after the one before unless told otherwise."""

    home: Path
    fake: FakeKolada
    now: datetime = datetime(2026, 1, 5, 3, tzinfo=UTC)
    settings: dict[str, object] = field(default_factory=dict)

    def run(
        self,
        *,
        days: float = 7,
        reporter: Reporter | None = None,
        client_clock: ManualClock | None = None,
    ) -> RunResult:
        """Run the next mirror, without Prefect and without really waiting."""
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
        """The settings of this home."""
        return Settings(**{"base_url": "http://kolada.test/v3", "home": self.home, "wait": 0.0, **self.settings})

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Ask the published file."""
        with duckdb.connect() as connection:
            connection.execute(f"attach {quoted(str(self.home / 'kolada.duckdb'))} as warehouse (read_only)")
            connection.execute("use warehouse")
            return connection.execute(sql).fetchall()


@pytest.fixture
def make_mirrors(tmp_path: Path) -> Callable[[DataSet], Mirrors]:
    """Makes a home before a data set."""
    return lambda data, **settings: Mirrors(tmp_path / "home", FakeKolada(data), settings=settings)


@pytest.fixture(scope="session")
def small() -> DataSet:
    """130 KPIs with a year or so of values."""
    return for_their_units(generated_data(kpis=130, values=130_000))
