"""Ours: a mirror into a home, from the first request to the published file; in the same home again, a reload."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

from benchmarks.contestant import Outcome, Questions
from pipeline.jobs import mirror_job
from pipeline.run_job import run_job
from pipeline.settings import Settings

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

# The work between the last check and the publication: the runs' own tables, and closing the file.
CLOSE, PUBLISH = "Close the file", "Publish"


class StageClock:
    """Runs the stages of a run and records the seconds of each."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._ended = time.perf_counter()

    def __call__(
        self, name: str, function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result:
        """Run a stage."""
        begun = time.perf_counter()
        if name == PUBLISH:
            self.seconds[CLOSE] = begun - self._ended
        result = function(*args, **kwargs)
        self._ended = time.perf_counter()
        self.seconds[name] = self._ended - begun
        return result


def load(questions: Questions, folder: Path) -> Outcome:
    """Mirror all served data, without a rate limit and with every KPI read each time."""
    settings = Settings(base_url=questions.base_url, home=folder / "home", rate=1000.0, mirror_days=1)
    clock = StageClock()
    result = run_job(settings, mirror_job((), audit_days=settings.mirror_days), call=clock)
    if result.state != "published" or result.loaded is None:
        raise SystemExit(f"The mirror was {result.state}: {result.message}")
    return Outcome(
        values=result.loaded.received, file_bytes=result.published.stat().st_size, stages=dict(clock.seconds)
    )
