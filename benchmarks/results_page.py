"""docs/benchmarks.md: the comparison, the stages, what the design asks for and whether it holds."""

from collections.abc import Iterable, Sequence

from benchmarks.design_measures import measures
from benchmarks.rounds import FLOOR, OURS, RELOAD, Size

WHY = """## What a ratio leaves out

- **The floor.** A first load pays a price that does not depend on its size: every mart, macro and comment is built
  once. It outweighs a small load, and a reload does not pay it. What grows with the size is what the floor leaves out:
  bytes compressed, hashed and flushed before they are parsed, every pair accounted for, every cell compared.
- **dlt.** `floor =1` in a row of dlt is the most that any load of these pages could gain on it.
"""

HEAD = """# Benchmarks

Made by `make bench`. All read the same pages, which the stand-in rendered beforehand and a process of its own serves
over loopback; each runs in a process of its own, once a round and in turn, and a cell is the median of the rounds. The
time begins with the first request, when everything is imported, and ends when the values can be queried in DuckDB. The
rate limits are off. Peak memory is the main process's. Seconds differ from hour to hour on a machine that does other
work beside; the ratios were made within the same round.

- **floor**: fetch four at a time, decode, one insert; nothing is checked or kept beside the table.
- **ours, first load**: `kolada mirror` into an empty home, to the published file: every answer kept in the raw store
  and on the ledger, every pair accounted for, history, marts, checks, publication.
- **ours, unchanged reload**: the same again in the same home. Every cell is read and compared; no version is written.
- **dlt, values as a nested table**: dlt's `rest_api` source as one declares it. It makes two tables that a join brings
  together. Resources in parallel, two processes that normalize, parquet.
- **dlt, pages as Arrow tables**: the same with a processing step, written for this, that turns each page into an Arrow
  table, so that dlt has nothing to normalize: the fastest way that its documents name.
- **koladapy and pandas**: koladapy, a client of Kolada's API on PyPI; its frame inserted into DuckDB.

Neither the floor nor a peer keeps what was received, tells an empty answer from a lost one, or keeps a history.
"""


def write_page(sizes: Sequence[Size], *, machine: str, limit: float) -> str:
    """The whole page."""
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
    """A table's lines."""
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]


def comparison(size: Size, limit: float) -> Iterable[Sequence[str]]:
    """The rows of one size."""
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
    """A row per stage, a column per size and kind of load."""
    loads = [(size, name) for size in sizes for name in (OURS, RELOAD)]
    stages = {name: None for size, load in loads for name in size.entries[load].stages()}
    return table(
        ["stage", *(f"{size.entries[load].values:,}, {load.partition(', ')[2]}" for size, load in loads)],
        [[stage, *(f"{size.entries[load].stages().get(stage, 0):.2f}" for size, load in loads)] for stage in stages],
    )
