"""Three nights in a new home, and the cost of their stages: run by bench_versions, in the checkout of a version.

    python nights_in_turn.py sample|FOLDER

A first night, one that brings news (one value in 500 revised, one in 2,000 suppressed) and a quiet one, printed as
JSON: night -> stage -> CPU seconds. It uses only names that both versions have, and is run by its path with the
interpreter of the version's own environment.
"""

import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import ParamSpec, TypeVar

import polars as pl

from fake_kolada import DataSet, FakeKolada, data_named
from goals import read_plans

# The packages of the work: the current one, and the earlier one.
JOBS, RUN, SETTINGS = (
    import_module(new if find_spec("pipeline") else old)
    for new, old in (
        ("pipeline.jobs", "flows.job"),
        ("pipeline.run_job", "flows.pipeline"),
        ("pipeline.settings", "flows.settings"),
    )
)
BETWEEN = "between the stages"
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
FIRST_NIGHT = datetime(2026, 4, 1, 0, 30, tzinfo=UTC)


def with_news(data: DataSet) -> DataSet:
    """Return the data a day later."""
    later = data.dated + timedelta(days=1)
    place = pl.int_range(pl.len())
    is_revised = (place % 500 == 0) & pl.col("value").is_not_null()
    is_suppressed = (place % 2000 == 1) & pl.col("value").is_not_null()
    values = pl.when(is_suppressed).then(None).when(is_revised).then(pl.col("value") * 1.01 + 0.1)
    observations = data.observations.with_columns(
        values.otherwise(pl.col("value")).alias("value"),
        pl.when(is_suppressed)
        .then(pl.lit("Privacy"))
        .otherwise(pl.col("status"))
        .cast(data.observations["status"].dtype)
        .alias("status"),
        pl.when(is_revised | is_suppressed).then(pl.lit(later)).otherwise(pl.col("changed_on")).alias("changed_on"),
    )
    return replace(data, observations=observations, dated=later)


def night(home: Path, data: DataSet, at: datetime) -> dict[str, float]:
    """Return the CPU seconds by stage."""
    costs: dict[str, float] = defaultdict(float)
    settings = SETTINGS.Settings(home=home, base_url="http://kolada.test/v3", rate=1000)
    ended = time.process_time()

    def call(
        name: str, function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result:
        nonlocal ended
        began = time.process_time()
        costs[BETWEEN] += began - ended
        result = function(*args, **kwargs)
        ended = time.process_time()
        costs[name] += ended - began
        return result

    job = JOBS.refresh_job(read_plans(settings.goals))
    result = RUN.run_job(settings, job, call=call, transport=FakeKolada(data).transport(), clock=lambda: at)
    if result.state not in ("published", "unchanged"):
        raise RuntimeError(f"the night of {at:%Y-%m-%d} ended {result.state}")
    costs[BETWEEN] += time.process_time() - ended
    return dict(costs)


def main() -> None:
    """Run the nights."""
    data = data_named(sys.argv[1])
    news = with_news(data)
    with tempfile.TemporaryDirectory() as folder:
        nights = {
            name: night(Path(folder) / "home", seen, FIRST_NIGHT + timedelta(days=number))
            for number, (name, seen) in enumerate(
                [("first night", data), ("night with news", news), ("quiet night", news)]
            )
        }
        nights["size, MB"] = {"published file": (Path(folder) / "home" / "kolada.duckdb").stat().st_size / 1e6}
    print(json.dumps(nights))


if __name__ == "__main__":
    main()
