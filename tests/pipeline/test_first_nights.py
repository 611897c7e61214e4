"""First runs: a source without a single value is held, since no known value can contradict it."""

from datetime import timedelta

import pytest

from fake_kolada import apply_change, sample_data
from pipeline.jobs import mirror_job
from tests.conftest import Nights

NOTHING, SILENT = "no_value_at_all", "plan_unit_silent"


def blocking(nights: Nights, change: str) -> set[str]:
    """Run a first refresh with a change; return the names of the checks that hold it."""
    nights.fake.data = apply_change(nights.fake.data, change)
    result = nights.refresh()
    assert result.state == "held"
    assert not (nights.home / "kolada.duckdb").exists()
    return {check.name for check in result.checks if check.is_blocking}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "expected"),
    [("values_null", NOTHING), ("values_null=Privacy", NOTHING), ("values_null:/1480", SILENT)],
)
def test_rows_without_values_hold_a_first_run(small_nights: Nights, change: str, expected: str) -> None:
    """Null for every unit, whatever its status, and null for the plan's own unit hold a first run."""
    assert blocking(small_nights, change) == {expected}


@pytest.mark.slow
def test_a_few_kpis_without_values_hold_nothing(small_nights: Nights) -> None:
    """Two KPIs without any value are published, for other KPIs have values."""
    for kpi_id in ("N15436", "N15485"):
        small_nights.fake.data = apply_change(small_nights.fake.data, f"values_null:{kpi_id}")
    assert small_nights.refresh().state == "published"


@pytest.mark.slow
def test_a_first_mirror_beside_known_kpis_is_held_too(begun_small_nights: Nights) -> None:
    """A mirror of KPIs that were never read is held if none has a value, although the home knows other KPIs."""
    nights = begun_small_nights
    nights.fake.data = apply_change(sample_data(), "values_null")
    nights.now += timedelta(days=6)
    result = nights.run(mirror_job(nights.plans, audit_days=28))
    assert result.state == "held"
    assert {NOTHING} == {check.name for check in result.checks if check.is_blocking}
    assert nights.query("select count(*) > 0 from core.observation where value is not null") == [(True,)]
