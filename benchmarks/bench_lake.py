"""The cost of a lake of many homes: bytes in files and catalogue, and CPU seconds of each night's share.

    python -m benchmarks.bench_lake [--nights N] [--quiet N]

Needs PostgreSQL's programs and DuckDB's extensions (`make bench-lake` installs the latter). The changes of a year are
made in a few nights, quiet nights follow; two homes share the same published files, one of them with `core`. The costs
of 290 homes in ten years are computed from the measured growth. Writes docs/benchmarks-lake.md.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb

from benchmarks.bench_night import night
from benchmarks.bench_year import changes_of_a_year
from benchmarks.machine import busy_share, describe_machine
from benchmarks.results_page import table
from fake_kolada import FakeKolada, apply_changes, data_named
from sharing.lake import load_extensions
from sharing.lake_address import lake_address
from sharing.lake_share import share_to_lake
from tests.sharing.lake_servers import postgres_server
from warehouse.share_note import ShareWish

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks-lake.md"
CHANGED, QUIET = 6, 4
SNAPSHOTS = 14
FIRST = datetime(2026, 1, 1, 1, 30, tzinfo=UTC)
HOMES = {"ale": "a home", "lanet": "the home with core"}
# The page computes the costs of all municipalities, ten years of nights, and the values of all of Kolada.
MUNICIPALITIES, YEARS, NIGHTS, ALL_VALUES = 290, 10, 365, 10_000_000


@dataclass(frozen=True, slots=True)
class Lake:
    """The size of a lake: bytes and number of its files by schema, and bytes of its catalogue."""

    bytes: Mapping[str, int]
    files: Mapping[str, int]
    catalogue: int


@dataclass(frozen=True, slots=True)
class Shared:
    """One night's shares: CPU seconds, elapsed seconds and changed rows by home, and the lake's size afterwards."""

    kind: str
    cpu: Mapping[str, float]
    seconds: Mapping[str, float]
    changed: Mapping[str, int]
    lake: Lake


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description="The cost of a lake of many homes.")
    parser.add_argument("--nights", type=int, default=CHANGED, help="in how many nights the changes of a year come")
    parser.add_argument("--quiet", type=int, default=QUIET, help="how many quiet nights follow")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kolada-lake-") as folder, postgres_server() as server:
        nights, values = measured(Path(folder), server, given.nights, given.quiet)
    PAGE.write_text(page(nights, values), encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8"))


def measured(folder: Path, server: str, changed: int, quiet: int) -> tuple[list[Shared], int]:
    """Return the nights, and the number of versions of values in `core`."""
    with duckdb.connect() as connection:
        load_extensions(connection)
        connection.execute(f"attach '{server}/postgres' as server (type postgres)")
        connection.execute("call postgres_execute('server', 'create database lake', use_transaction => false)")
    data = data_named("sample")
    # No changes come before the first night.
    changes = changes_of_a_year(data, changed + 1)
    nights = []
    for number in range(1 + changed + quiet):
        data = apply_changes(data, changes.get(number, ()))
        # The changes of a year in a few nights exceed the limits of a night.
        at = FIRST + timedelta(days=number)
        night(folder / "home", FakeKolada(data).transport(), at=at, is_limited=False)
        kind = "first" if number == 0 else "changes" if number <= changed else "quiet"
        nights.append(shared(folder, server, kind, number))
        print(f"night {number}, {kind}: {nights[-1]}", flush=True)
    with duckdb.connect(str(folder / "home" / "kolada.duckdb"), read_only=True) as connection:
        ((values,),) = connection.execute("select count(*) from core.observation_version").fetchall()
    return nights, int(values)


def shared(folder: Path, server: str, kind: str, number: int) -> Shared:
    """Share the published file as that of each home; for the upkeep it is that many days later."""
    cpu, seconds, changed = {}, {}, {}
    for home in HOMES:
        core = "&core=yes" if home == "lanet" else ""
        where = f"ducklake:{server}/lake?data={folder / 'files'}&home={home}{core}"
        wish = ShareWish(where, is_all=False, keep=SNAPSHOTS, min_days=2.0, wait=0.0)
        later = (datetime.now(UTC) + timedelta(days=number)).timestamp()
        began = time.process_time(), time.perf_counter()
        clock = partial(datetime.fromtimestamp, later, UTC)
        done = share_to_lake(folder / "home" / "kolada.duckdb", lake_address(where), wish, now=clock)
        cpu[home], seconds[home] = time.process_time() - began[0], time.perf_counter() - began[1]
        changed[home] = done.changed
    return Shared(kind, cpu, seconds, changed, size_of(folder / "files", server))


def size_of(files: Path, server: str) -> Lake:
    """Return the size of a lake."""
    found = {
        schema: [path.stat().st_size for path in (files / schema).rglob("*.parquet")] for schema in (*HOMES, "core")
    }
    with duckdb.connect() as connection:
        load_extensions(connection)
        connection.execute(f"attach '{server}/lake' as catalogue (type postgres)")
        connection.execute("call postgres_execute('catalogue', 'vacuum full', use_transaction => false)")
        ((size,),) = connection.execute(
            "from postgres_query('catalogue', 'select pg_database_size(current_database())')"
        ).fetchall()
    return Lake({name: sum(sizes) for name, sizes in found.items()}, {k: len(v) for k, v in found.items()}, int(size))


@dataclass(frozen=True, slots=True)
class Growth:
    """Bytes after the first share, added by the changes of a year, and added by a quiet night."""

    first: float
    changes: float
    night: float

    def after(self, years: int) -> float:
        """Return the bytes after some years of nights."""
        return self.first + years * (self.changes + NIGHTS * self.night)


def growth_of(nights: Sequence[Shared], sizes: Sequence[float]) -> Growth:
    """Return the growth of a size.

    What a night adds is the most that a quiet night added; when the upkeep merges such files they become smaller. The
    rest of the growth up to the last night with changes is due to the changes.
    """
    added = [
        after - before
        for each, before, after in zip(nights[1:], sizes, sizes[1:], strict=False)
        if each.kind == "quiet"
    ]
    last_change = max(number for number, each in enumerate(nights) if each.kind != "quiet")
    a_night = max(0.0, *added)
    return Growth(sizes[0], max(0.0, sizes[last_change] - sizes[0] - last_change * a_night), a_night)


def page(nights: Sequence[Shared], values: int) -> str:
    """Return the text of docs/benchmarks-lake.md."""
    files = {name: growth_of(nights, [each.lake.bytes[name] for each in nights]) for name in (*HOMES, "core")}
    empty = nights[0].lake.catalogue
    catalogue = growth_of(nights, [each.lake.catalogue for each in nights])
    rows = []
    for kind in ("first", "changes", "quiet"):
        some = [each for each in nights if each.kind == kind]
        rows.append(
            (
                f"{kind} ({len(some)})",
                *(f"{statistics.median(each.cpu[home] for each in some):.2f}" for home in HOMES),
                *(f"{statistics.median(each.seconds[home] for each in some):.2f}" for home in HOMES),
                *(f"{statistics.median(each.changed[home] for each in some):,.0f}" for home in HOMES),
            )
        )
    sizes = [
        (
            f"{number}, {each.kind}",
            *(f"{each.lake.bytes[name] / 1e6:.2f} MB in {each.lake.files[name]}" for name in (*HOMES, "core")),
            f"{each.lake.catalogue / 1e6:.1f} MB",
        )
        for number, each in enumerate(nights)
        if number in (0, len(nights) - 1) or nights[number].kind != nights[number + 1].kind
    ]
    own, core = files["ale"], files["core"]
    scale = ALL_VALUES / values
    of_homes, of_core = MUNICIPALITIES * own.after(YEARS), scale * core.after(YEARS)
    # Measured with two homes; each home adds its tables, files and snapshots.
    of_catalogue = empty + MUNICIPALITIES * (catalogue.after(YEARS) - empty) / len(HOMES)
    cpu = statistics.median(each.cpu["ale"] for each in nights if each.kind == "changes")
    changed, quiet = (sum(each.kind == kind for each in nights) for kind in ("changes", "quiet"))
    return "\n".join(
        [
            "# The cost of a lake",
            "",
            f"Made by `make bench-lake` with the built-in sample ({values:,} versions of values): a first night,",
            f"{changed} nights with the changes of [a year](benchmarks-year.md), {quiet} quiet nights.",
            "Two homes share each night's published file to one lake, one of them with `core`; the catalogue is a",
            f"PostgreSQL server, the files are in a folder. Each share ends with its upkeep, which keeps {SNAPSHOTS}",
            "snapshots. CPU seconds are those of the sharing process, without PostgreSQL's. The catalogue is",
            "measured after `vacuum full`.",
            "",
            f"The machine: {describe_machine()}; {busy_share():.1f} processes a core ran or waited.",
            "",
            "## A share",
            "",
            *table(
                (
                    "night",
                    *(f"{name}: CPU s" for name in HOMES.values()),
                    *(f"{name}: s" for name in HOMES.values()),
                    *(f"{name}: rows changed" for name in HOMES.values()),
                ),
                rows,
            ),
            "",
            "## Size",
            "",
            *table(("after night", "a home", "the same, writing core", "core", "catalogue"), sizes),
            "",
            "| | first share | changes of a year | each night, at most |",
            "| --- | --- | --- | --- |",
            *(
                f"| {name} | {each.first / 1e6:.2f} MB | {each.changes / 1e6:.2f} MB | {each.night / 1e3:.1f} kB |"
                for name, each in (("a home", own), ("core", core), ("catalogue, two homes", catalogue))
            ),
            "",
            f"## {MUNICIPALITIES} municipalities, {YEARS} years of nights",
            "",
            f"Computed from the above: {MUNICIPALITIES} homes with a plan each, {YEARS * NIGHTS:,} nights, and",
            f"`core` with all of Kolada, {ALL_VALUES:,} values, {scale:.0f} times the measured ones. Each year",
            "brings a new year of values for every KPI, and the other changes of a year. The sizes are upper bounds:",
            "they count what a quiet night adds before the upkeep merges the files and removes old snapshots.",
            "",
            *table(
                ("what", "size"),
                [
                    (f"files of {MUNICIPALITIES} homes", f"{of_homes / 1e9:.1f} GB"),
                    ("files of `core`", f"{of_core / 1e9:.1f} GB"),
                    ("catalogue", f"{of_catalogue / 1e9:.2f} GB"),
                    (
                        f"shares of a night with changes, {MUNICIPALITIES} homes one after the other",
                        f"{MUNICIPALITIES * cpu / 60:.0f} CPU minutes, on the homes' own machines",
                    ),
                ],
            ),
            "",
        ]
    )


if __name__ == "__main__":
    main()
