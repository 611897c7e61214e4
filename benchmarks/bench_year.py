"""A year of nights in one home, with the changes that Kolada makes in a year: size of the file, cost of a night.

    python -m benchmarks.bench_year [--data sample|FOLDER] [--nights N]

The shares are those that dated copies of Kolada show (`changes_of_a_year`). Writes docs/benchmarks-year.md.
"""

import argparse
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.bench_night import READING, night, total
from benchmarks.machine import busy_share, describe_machine
from benchmarks.results_page import table
from fake_kolada import DataSet, FakeKolada, apply_changes, data_named

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks-year.md"
NIGHTS = 365
FIRST = datetime(2026, 1, 1, 1, 30, tzinfo=UTC)
MOST_OF_THE_FIRST_FILE = 3.0
MOST_OF_AN_EARLY_NIGHT = 1.3
# The number of nights at the beginning and at the end to compare.
SIDE_BY_SIDE = 30


@dataclass(frozen=True, slots=True)
class Night:
    """One night: its number, whether data had changed, its CPU seconds without reading, the file's size."""

    number: int
    is_news: bool
    cpu: float
    megabytes: float


def changes_of_a_year(data: DataSet, nights: int) -> Mapping[int, list[str]]:
    """Return for each night the changes before it, in the form of `kolada fake-api --change`.

    Every KPI has its own day of the year: a new year for all its units, and 5 % of its values revised.
    """
    kpis = sorted(set(data.observations["kpi_id"]) & set(data.kpis["kpi_id"]))
    changes: dict[int, list[str]] = {}

    def on(share: float, *named: str) -> None:
        changes.setdefault(max(1, round(share * (nights - 1))), []).extend(named)

    for number, kpi_id in enumerate(kpis):
        on((number + 0.5) / len(kpis), f"new_year:{kpi_id}", f"share_revised:{kpi_id}=5")
        on((number + 0.9) / len(kpis), f"revised:{kpi_id}")
    on(0.25, f"values_precise:{kpis[0]}")
    on(0.35, f"values_rounded:{kpis[1]}=1")
    on(0.45, f"share_suppressed:{kpis[2]}=1.4", f"share_suppressed:{kpis[3]}=1.4")
    on(0.55, f"rescaled:{kpis[4]}=100")
    on(0.65, f"kpi_retitled:{kpis[5]}=2025")
    on(0.75, "groups_renewed")
    return changes


def measured(data: DataSet, nights: int) -> list[Night]:
    """Measure the year."""
    changes = changes_of_a_year(data, nights)
    year: list[Night] = []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        for number in range(nights):
            data = apply_changes(data, changes.get(number, ()))
            # A KPI in another unit holds a night until it is approved; here it is let through.
            costs = night(home, FakeKolada(data).transport(), at=FIRST + timedelta(days=number), is_limited=False)
            size = (home / "kolada.duckdb").stat().st_size / 1e6
            year.append(Night(number, number in changes, total(costs, without=READING).cpu, size))
    return year


def page(year: Sequence[Night], data: str) -> str:
    """Return the text of docs/benchmarks-year.md."""
    news = [each for each in year[1:] if each.is_news]
    quiet = [each for each in year[1:] if not each.is_news]
    rows = []
    for name, nights in (("night with news", news), ("quiet night", quiet)):
        if len(nights) < 2:  # noqa: PLR2004 -- nothing to set side by side
            continue
        some = min(SIDE_BY_SIDE, len(nights) // 2)
        early, late = (statistics.median(each.cpu for each in part) for part in (nights[:some], nights[-some:]))
        ratio = late / early
        rows.append(
            (
                f"{name} ({len(nights)}; {some} at each end)",
                f"{early:.2f} CPU s",
                f"{late:.2f} CPU s",
                f"**{ratio:.2f}**",
                f"{MOST_OF_AN_EARLY_NIGHT}",
                "yes" if ratio <= MOST_OF_AN_EARLY_NIGHT else "no",
            )
        )
    growth = year[-1].megabytes / year[0].megabytes
    rows.append(
        (
            "published file",
            f"{year[0].megabytes:.1f} MB",
            f"{year[-1].megabytes:.1f} MB",
            f"**{growth:.2f}**",
            f"{MOST_OF_THE_FIRST_FILE}",
            "yes" if growth <= MOST_OF_THE_FIRST_FILE else "no",
        )
    )
    source = "the built-in sample" if data == "sample" else "recorded data"
    return "\n".join(
        [
            "# A year of nights",
            "",
            f"Made by `make bench-year` with {source}: {len(year)} nights over one home. Every KPI gets its new year",
            "for all units on a day of its own, with 5 % of its values revised, and one late revision; two KPIs lose",
            "1.4 % of their values to suppression, one gets more digits, one fewer, one another unit, one a new title;",
            "the groups of similar municipalities are renewed once. Costs are medians, beyond reading and keeping the",
            "answers.",
            "",
            f"The machine: {describe_machine()}; {busy_share():.1f} processes a core ran or waited.",
            "",
            *table(("", "at the beginning", "at the end", "ratio", "goal, at most", "holds"), rows),
            "",
        ]
    )


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description="A year of nights over one home.")
    parser.add_argument("--data", default="sample", help="sample, or a folder of recorded data")
    parser.add_argument("--nights", type=int, default=NIGHTS, help=f"how many (default: {NIGHTS})")
    given = parser.parse_args()
    PAGE.write_text(page(measured(data_named(given.data), given.nights), given.data), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
