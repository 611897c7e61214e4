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
# One request, all its tries and waits together: what drips for ever ends here.
DEADLINE = 40.0


class HurriedClock(SystemClock):
    """The machine's time, with waits that are cut as those of the other contestants."""

    def wait(self, seconds: float, stop: threading.Event | None = None) -> None:
        """Wait a little."""
        super().wait(min(seconds, LONGEST_WAIT), stop)


def night(base_url: str, folder: Path, _kpis: Sequence[str]) -> Told:
    """Refresh; the plan says which KPIs are wanted."""
    home = folder / "home"
    settings = Settings(base_url=base_url, home=home, rate=1000.0, timeout=TIMEOUT, deadline=DEADLINE)
    at = FIRST + timedelta(days=len(list((home / "raw").glob("**/*.jsonl"))))
    result = run_job(settings, refresh_job((read_plan(PLAN),)), client_clock=HurriedClock(), clock=lambda: at)
    if result.state == "held":
        return Told(HELD, [result.message])
    # A check and what it is about: how many rows it found differs from one honest night to the next.
    found = (f"{each.name} {each.scope or ''}".strip() for each in result.checks if each.offending_count)
    said = [*result.remarks, *dict.fromkeys(found)]
    return Told(WARNED if said else SILENT, said)
