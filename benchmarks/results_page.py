"""docs/benchmarks.md: the comparison, the stages, the design's goals and whether they are reached."""

from collections.abc import Iterable, Sequence

from benchmarks.design_measures import measures
from benchmarks.rounds import FLOOR, OURS, RELOAD, Size

WHY = """## What a ratio leaves out

- **The floor.** A first load has a cost that does not depend on its size: every mart, macro and comment is built once.
  It dominates a small load, and a reload does not have it. The rest grows with the size, and the floor does none of it:
  bytes are compressed, hashed and flushed before they are parsed, every pair is accounted for, every cell is compared.
- **dlt.** `floor =1` in a row of dlt is the most that any load of these pages could gain on it.
"""

HEAD = """# Benchmarks

Made by `make bench`. All read the same pages, which the stand-in rendered beforehand and a separate process serves over
loopback. Each runs in a process of its own, once per round and in turn, and a cell is the median of the rounds. The
time begins with the first request, after all imports, and ends when the values can be queried in DuckDB. The rate
limits are off. Peak memory is the main process's. Seconds vary from hour to hour on a machine with other work; the
ratios are from the same round.

- **floor**: fetch four at a time, decode, one insert; nothing is checked or kept except the table.
- **ours, first load**: `kolada mirror` into an empty home, to the published file: every response kept in the raw store
  and in the ledger, every pair accounted for, history, marts, checks, publication.
- **ours, unchanged reload**: the same again in the same home. Every cell is read and compared; no version is written.
- **dlt, values as a nested table**: dlt's `rest_api` source as usually declared. It makes two tables, to be joined.
  Resources in parallel, two processes that normalize, parquet.
- **dlt, pages as Arrow tables**: the same with a processing step, written for this, that turns each page into an Arrow
  table, so that dlt has nothing to normalize: the fastest way in its documents.
- **koladapy and pandas**: koladapy, a client of Kolada's API on PyPI; its frame inserted into DuckDB.

Neither the floor nor a peer keeps the responses, distinguishes an empty response from a lost one, or keeps a history.
"""


def write_page(sizes: Sequence[Size], *, machine: str, limit: float) -> str:
    """Return the whole page."""
    return "\n".join(
        [
            HEAD,
            f"The machine: {machine}.",
            "",
            "## Side by side",
            "",
            *table(
                (
                    "values",
                    "what",
                    "rounds",
                    "seconds",
                    "CPU s",
                    "peak MB",
                    "values a second",
                    "floor =1",
                    "ours =1",
                    "CPU, ours =1",
                ),
                (row for size in sizes for row in comparison(size, limit)),
            ),
            "",
            "`floor =1` and `ours =1`: how many times as long as the floor, and as our first load; the last",
            "column is the same of CPU seconds, which other work on the machine touches less. A peer that has not",
            f"finished after {limit:.0f} seconds is stopped and not run again.",
            "",
            "## Where our time goes",
            "",
            "Seconds of each stage. `Publish` is the durable, atomic swap, `Close the file` what comes before it: the",
            "runs' own tables, and the file written out.",
            "",
            *stage_table(sizes),
            "",
            "## The measures",
            "",
            *table(
                ("measure", "at", "goal", "measured", "holds"),
                (each.cells() for each in measures(sizes)),
            ),
            "",
            WHY,
        ]
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def comparison(size: Size, limit: float) -> Iterable[Sequence[str]]:
    """Return the rows of one size."""
    floor, ours = size.entries[FLOOR], size.entries[OURS]
    values = floor.values
    for name, runs in size.entries.items():
        if runs.is_too_slow:
            yield [f"{values:,}", name, "1", f"over {limit:.0f}", "", "", "", "", "", ""]
            continue
        yield [
            f"{values:,}",
            name,
            str(len(runs.runs)),
            f"{runs.seconds:.1f}",
            f"{runs.cpu_seconds:.1f}",
            f"{runs.peak_mb:.0f}",
            f"{values / runs.seconds:,.0f}",
            f"{runs.times(floor):.1f}",
            f"{runs.times(ours):.2f}",
            f"{runs.times_the_work(ours):.2f}",
        ]


def stage_table(sizes: Sequence[Size]) -> list[str]:
    """Return a row per stage, with a column per size and kind of load."""
    loads = [(size, name) for size in sizes for name in (OURS, RELOAD)]
    stages = {name: None for size, load in loads for name in size.entries[load].stages()}
    return table(
        ["stage", *(f"{size.entries[load].values:,}, {load.partition(', ')[2]}" for size, load in loads)],
        [[stage, *(f"{size.entries[load].stages().get(stage, 0):.2f}" for size, load in loads)] for stage in stages],
    )
