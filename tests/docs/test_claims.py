"""The README's claims about this software and others equal the pages with the measurements."""

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
GAUNTLET = (REPOSITORY / "docs" / "gauntlet.md").read_text(encoding="utf-8")
BENCHMARKS = (REPOSITORY / "docs" / "benchmarks.md").read_text(encoding="utf-8")
MOST_LINES = 120


def row(text, beginning):
    """Return the cells of the table row with this beginning."""
    line = next(line for line in text.splitlines() if line.startswith(f"| {beginning}"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_readme_is_short():
    """The README has under 120 lines."""
    assert len(README.splitlines()) < MOST_LINES


def test_what_was_believed_in_silence_is_what_the_gauntlet_found():
    """The comparison's row on silent errors has the sums of the gauntlet."""
    silent = row(GAUNTLET.partition("## In sum")[2], "").index("**old, wrong or lost, silent**")
    sums = [row(GAUNTLET, f"{name} |") for name in ("ours", "koladapy", "dlt", "script")]
    assert row(README, "[faults and lies](docs/gauntlet.md)")[1:] == [f"{each[silent]} of {each[1]}" for each in sums]


def test_the_versions_compared_are_those_of_the_gauntlet():
    """The comparison names the versions that the gauntlet ran."""
    assert all(re.search(rf"Versions of the peers: .*{name}", GAUNTLET) for name in ("koladapy 1.0.1", "dlt 1.31.0"))
    assert {"koladapy 1.0.1", "dlt 1.31.0, `rest_api`"} <= set(row(README, "20"))


def test_seconds_for_a_million_values_are_those_of_the_benchmark():
    """The comparison's row on seconds has the benchmark's results."""
    names = ("ours, first load", "koladapy and pandas", "dlt, values as a nested table", "dlt, pages as Arrow tables")
    ours, koladapy, nested, arrow = (row(BENCHMARKS, f"1,006,420 | {name} |")[3] for name in names)
    claimed = row(README, "[a million values](docs/benchmarks.md)")[1:4]
    assert claimed == [ours, koladapy, f"{nested}; {arrow} as Arrow"]
