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
from warehouse.database import quoted


def published_on(data: DataSet, day: date) -> DataSet:
    """Return the data with a catalogue that dates every KPI's next publication to a day."""
    return replace(data, kpis=data.kpis.with_columns(publication_date=pl.lit(day.isoformat())))


@dataclass
class Mirrors:
    """One home and one stand-in; each `run` is a mirror, by default a week after the previous one."""

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
