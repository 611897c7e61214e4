"""Ours in the gauntlet: `kolada refresh` of a plan, from the first request to the published file."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.gauntlet_worker import HELD, LONGEST_WAIT, SILENT, TIMEOUT, WARNED, Told
from goals import read_plan
from kolada_client import SystemClock
from pipeline.jobs import refresh_job
from pipeline.run_job import run_job
from pipeline.settings import Settings

FILE = "home/kolada.duckdb"
CELLS_SQL = """
    select kpi_id as kpi, municipality_id as unit, period as year, gender, value
    from core.observation
    where value is not null
"""
PLAN = Path(__file__).with_name("gauntlet-plan")
FIRST = datetime(2026, 4, 1, 0, 30, tzinfo=UTC)
# The limit of one request with all its tries and waits, which ends an endless response.
DEADLINE = 40.0


class HurriedClock(SystemClock):
    """The machine's clock, with waits shortened as for the other contestants."""

    def wait(self, seconds: float, stop: threading.Event | None = None) -> None:
        """Wait for a short time."""
        super().wait(min(seconds, LONGEST_WAIT), stop)


def night(base_url: str, folder: Path, _kpis: Sequence[str]) -> Told:
    """Run a refresh; the plan has the KPIs."""
    home = folder / "home"
    settings = Settings(base_url=base_url, home=home, rate=1000.0, timeout=TIMEOUT, deadline=DEADLINE)
    at = FIRST + timedelta(days=len(list((home / "raw").glob("**/*.jsonl"))))
    result = run_job(settings, refresh_job((read_plan(PLAN),)), client_clock=HurriedClock(), clock=lambda: at)
    if result.state == "held":
        return Told(HELD, [result.message])
    # The check and its scope, without the number of rows, which differs between honest nights.
    found = (f"{each.name} {each.scope or ''}".strip() for each in result.checks if each.offending_count)
    said = [*result.remarks, *dict.fromkeys(found)]
    return Told(WARNED if said else SILENT, said)
