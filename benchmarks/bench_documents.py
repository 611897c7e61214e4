"""`python -m benchmarks.bench_documents [PUBLISHED PLAN]`: the time and the size of reports and exports.

Without arguments the built-in sample is loaded first. Each line is the quickest of three; CPU seconds are this
process's, DuckDB's threads included. Goal: each document of a plan of 43 indicators in under 3 seconds, the report, now
and as of a moment, in under 2 MB.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from reports import Asked, Format, explain_figure, write_exports, write_report
from warehouse.published_file import published_file

PLAN, INDICATOR = "alingsas-2022-2024", "P4.3"
TIMES = 3


def load_sample(home: Path) -> Path:
    """Publish the built-in sample in a home, and return the published file."""
    command = Path(sys.executable).with_name("kolada")
    subprocess.run([command, "refresh", "--sample", "--direct", "--home", home], check=True, stdout=subprocess.DEVNULL)
    return home / "sample" / "kolada.duckdb"


def measure_all(published: Path, plan_id: str, folder: Path) -> None:
    """Print one line per output."""
    with published_file(published) as connection:
        (last,) = connection.execute("select max(published_at)::varchar from ops.publication").fetchone() or ("",)

        def report(as_of: str | None, *, is_short: bool = False) -> list[Path]:
            place = folder / f"report-{as_of}"
            return [write_report(connection, plan_id, folder=place, as_of=as_of, is_short=is_short).path]

        def explain() -> list[Path]:
            explain_figure(connection, plan_id, INDICATOR)
            return []

        def export(output_format: Format) -> Sequence[Path]:
            return write_exports(connection, output_format, Asked(plan_id), folder=folder / output_format).paths

        measure("report", partial(report, None))
        measure("report --as-of", partial(report, last))
        measure("report --short", partial(report, None, is_short=True))
        measure("explain", explain)
        for each in Format:
            measure(f"export --format {each}", partial(export, each))


def measure(what: str, make: Callable[[], Sequence[Path]]) -> None:
    """Print the shortest time of an action, and the size of its output."""
    runs = []
    for _ in range(TIMES):
        started, worked = time.perf_counter(), time.process_time()
        paths = make()
        runs.append((time.perf_counter() - started, time.process_time() - worked))
    seconds, cpu = min(runs)
    kilobytes = sum(path.stat().st_size for path in paths) / 1e3
    print(f"{what:24} {seconds:6.2f} s {cpu:6.2f} CPU s {kilobytes:8.0f} kB")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        if len(sys.argv) > 1:
            measure_all(Path(sys.argv[1]), sys.argv[2], Path(name))
        else:
            measure_all(load_sample(Path(name)), PLAN, Path(name))
