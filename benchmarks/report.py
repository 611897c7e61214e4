"""How long a report takes and how large it is: now, as of a moment, and the exports.

    python benchmarks/report.py data/sample/kolada.duckdb alingsas-2022-2024

Goal: the report in under 3 seconds and 2 MB for a plan of 43 indicators.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from reports import Format, explain_figure, write_exports, write_report
from warehouse.reading import published_file


def main(published: Path, plan_id: str, indicator_id: str = "P4.3") -> None:
    """Print a line per output: seconds, and kilobytes where it is a file."""
    with tempfile.TemporaryDirectory() as name, published_file(published) as connection:
        folder = Path(name)
        (last,) = connection.execute("select max(published_at)::varchar from ops.publication").fetchone() or ("",)
        measure("report", lambda: [write_report(connection, plan_id, folder=folder / "now").path])
        measure("report --as-of", lambda: [write_report(connection, plan_id, folder=folder / "then", as_of=last).path])
        measure("explain", lambda: nothing_written(explain_figure(connection, plan_id, indicator_id)))

        def export(output_format: Format) -> Iterable[Path]:
            return write_exports(connection, output_format, plan_id=plan_id, folder=folder / output_format).paths

        for output_format in Format:
            measure(f"export --format {output_format}", partial(export, output_format))


def nothing_written(_said: object) -> list[Path]:
    """No paths, for what is only said."""
    return []


def measure(what: str, make: Callable[[], Iterable[Path]]) -> None:
    """Print how long something took and how much it wrote."""
    started = time.perf_counter()
    paths = make()
    seconds = time.perf_counter() - started
    kilobytes = sum(path.stat().st_size for path in paths) / 1e3
    print(f"{what:24} {seconds:6.2f} s {kilobytes:10.0f} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
