"""`make bench-mirror`: a mirror of 6,000 KPIs and 10 million values that is killed twice; and a second mirror.

    python -m benchmarks.bench_mirror --kpis 600 --values 1000000 --rate 50 --page -

The stand-in serves over loopback from this process, which can read its log; each mirror is a process of its own. The
first is killed with SIGKILL at a third and at two thirds of its requests, and resumed both times. Then some values are
revised, and a second mirror reads everything again. The default rate is that of the client.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import duckdb

from benchmarks.contestant import peak_mb
from benchmarks.machine import describe_machine
from benchmarks.results_page import table
from fake_kolada import DataSet, FakeKolada, LogEntry
from fake_kolada.generated import for_their_units, generated_data, with_revised_values
from kolada_client import KoladaClient
from kolada_client.identifiers import LIST_LIMIT, PAGE_SIZE
from pipeline.ingest import Catalogue
from pipeline.mirror_selection import rectangles
from pipeline.settings import Settings
from warehouse.database import MEMORY_LIMIT

# Generated values of units outside a KPI's type are removed again.
SHARE_LEFT = 0.77
KILLED_AT = (1 / 3, 2 / 3)
MOST_ABOVE_THE_BOUND = 1.1
# Sizes between which the peak memory is compared: KPIs and values.
SIZES = ((600, 1_000_000), (6_000, 10_000_000))
PAGE = Path("docs/benchmark-mirror.md")


@dataclass(frozen=True, slots=True)
class Mirrored:
    """One mirror's process: its cost and the times of its requests."""

    seconds: float
    peak_mb: float
    requests: tuple[LogEntry, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """The results of a mirror that was killed twice, and of a second one.

    Attributes:
        kpis: in the catalogue.
        served: values that the stand-in has.
        first: versions that the published file has after the first mirror, by kind of change.
        revised: values that were revised before the second mirror.
        both: the same after the second mirror.
        least_requests: the lower bound of any plan: 625 pairs per request, 5,000 rows per page.
        rate: the allowed requests a second.
        concurrency: the allowed requests at the same time.
        parts: the first mirror's processes.
        second: the second mirror.
    """

    kpis: int
    served: int
    first: dict[str, int]
    revised: int
    both: dict[str, int]
    least_requests: int
    rate: float
    concurrency: int
    parts: tuple[Mirrored, ...]
    second: Mirrored

    @property
    def urls(self) -> list[str]:
        """The value requests of all parts of the first mirror."""
        return [entry.url for part in self.parts for entry in part.requests if "/data/" in entry.url]

    @property
    def asked_twice(self) -> int:
        """The requests that were sent again after a kill: those in flight at the kill."""
        return len(self.urls) - len(set(self.urls))

    @property
    def most_in_a_second(self) -> int:
        """The most requests within any second."""
        return max(most_within_a_second(each.requests) for each in (*self.parts, self.second))

    @property
    def peak_mb(self) -> float:
        """The peak memory of the largest process."""
        return max(each.peak_mb for each in (*self.parts, self.second))

    @property
    def seconds(self) -> float:
        """The seconds of all parts of the first mirror."""
        return sum(part.seconds for part in self.parts)

    def findings(self) -> Iterator[tuple[str, str, bool]]:
        """Return each requirement with its result, and whether it holds."""
        yield (
            "every value served is held, once",
            f"{self.first.get('first', 0):,} of {self.served:,}",
            self.first == {"first": self.served},
        )
        yield (
            "the second mirror opens a version for each revised value, and no other",
            f"{self.both.get('revised', 0):,} for {self.revised:,}",
            self.both == {"first": self.served, "revised": self.revised},
        )
        yield (
            "requests within 10 % of the least possible, both interruptions included",
            f"{len(self.urls):,} for {self.least_requests:,} ({self.asked_twice} of them asked again after a kill)",
            len(self.urls) <= MOST_ABOVE_THE_BOUND * self.least_requests,
        )
        yield (
            "what had landed is not fetched again",
            f"{self.asked_twice} asked twice, {2 * self.concurrency} under way at most when the kills came",
            self.asked_twice <= 2 * self.concurrency,
        )
        yield (
            "the rate is kept",
            f"at most {self.most_in_a_second} within a second, allowed {self.rate:g} ({self.concurrency} at a time)",
            # Requests are sent evenly spaced; those in flight can arrive at the same time.
            self.most_in_a_second <= self.rate + self.concurrency,
        )


def prove(*, kpis: int, values: int, rate: float, revised: int, folder: Path) -> Proof:
    """Mirror, kill, resume, revise and mirror again.

    Args:
        kpis: KPIs in the catalogue.
        values: the approximate number of their values.
        rate: requests a second.
        revised: values that differ for the second mirror.
        folder: an empty one, for the home.
    """
    data = for_their_units(generated_data(kpis=kpis, values=round(values / SHARE_LEFT)))
    fake = FakeKolada(data)
    least = least_requests(fake)
    home = folder / "home"
    with fake.serve() as url:
        parts = [run_mirror(fake, url, home, rate, kill_at=round(share * least)) for share in KILLED_AT]
        parts.append(run_mirror(fake, url, home, rate))
        first = count_versions(home)
        fake.data = with_revised_values(data, revised)
        second = run_mirror(fake, url, home, rate)
        both = count_versions(home)
    return Proof(
        kpis=kpis,
        served=data.observations.height,
        first=first,
        revised=revised,
        both=both,
        least_requests=least,
        rate=rate,
        concurrency=Settings.model_fields["concurrency"].default,
        parts=tuple(parts),
        second=second,
    )


def run_mirror(fake: FakeKolada, url: str, home: Path, rate: float, *, kill_at: int | None = None) -> Mirrored:
    """Run a mirror in a process of its own; kill it at a total number of requests of the home's mirrors."""
    before = len(fake.log)
    begun = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.one_mirror", url, str(home), str(rate)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while kill_at is not None and len(fake.log) < kill_at and not has_ended(process.pid):
            time.sleep(0.01)
        if kill_at is not None and not has_ended(process.pid):
            held_mb = peak_mb(process.pid)
            process.kill()
        out, _ = process.communicate()
    if process.returncode != (0 if kill_at is None else -signal.SIGKILL):
        raise SystemExit(f"The mirror ended with `{process.returncode}`, so nothing is proved. See its message above.")
    if kill_at is None:
        outcome = json.loads(out)
        if outcome["state"] != "published":
            raise SystemExit(f"The mirror was held, so nothing is proved: {outcome['message']}")
        held_mb = outcome["peak_mb"]
    return Mirrored(time.perf_counter() - begun, held_mb, fake.log[before:])


def has_ended(pid: int) -> bool:
    """Return whether a process has ended; it can still be waited for."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def least_requests(fake: FakeKolada) -> int:
    """Return the least number of requests for the wanted pairs, for any plan."""
    with KoladaClient("http://kolada.test/v3", rate=None, transport=fake.transport()) as kolada:
        catalogue = Catalogue(kolada.kpis(), kolada.municipalities(), kolada.municipality_groups(), "sample")
    fake.clear_log()
    wanted = rectangles(dict(catalogue.kpis.select("kpi_id", "municipality_type").iter_rows()), catalogue)
    pairs = sum(len(each.kpi_ids) * len(each.unit_ids) for each in wanted)
    rows = rows_of(fake.data)
    return max(ceil(pairs / LIST_LIMIT**2), ceil(rows / PAGE_SIZE))


def rows_of(data: DataSet) -> int:
    """Return the number of response entries: a cell with all its genders is one entry."""
    return data.observations.select("kpi_id", "municipality_id", "period").n_unique()


def count_versions(home: Path) -> dict[str, int]:
    """Return the versions of units' cells in the published file, by kind of change; Kolada's means are not included."""
    with duckdb.connect(str(home / "kolada.duckdb"), read_only=True) as connection:
        return dict(
            connection.execute("select change_kind, count(*) from core.observation_version group by all").fetchall()
        )


def most_within_a_second(entries: Sequence[LogEntry]) -> int:
    """Return the most log entries within any second."""
    times = sorted(entry.at.timestamp() for entry in entries)
    first, most = 0, 0
    for last, at in enumerate(times):
        while at - times[first] >= 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def write_page(proofs: Sequence[Proof]) -> str:
    """Return the page with the results."""
    lines = [
        "# Mirroring all of Kolada, at full size",
        "",
        "Made by `make bench-mirror`: the stand-in serves generated KPIs, of five three for municipalities, one for",
        "regions and one for both. A mirror is killed (SIGKILL) at a third and at two thirds of its requests and taken",
        "up both times; then values are revised, and a second mirror reads everything again.",
        "",
        f"The machine: {describe_machine()}. The stand-in made its answers on the same machine meanwhile.",
        "",
    ]
    for proof in proofs:
        lines += [
            f"## {proof.kpis:,} KPIs, {proof.served:,} values",
            "",
            f"At {proof.rate:g} requests a second the first mirror took {proof.seconds:.0f} s in its three parts, and",
            f"the second {proof.second.seconds:.0f} s. The peak memory of the four processes was",
            f"{', '.join(f'{each.peak_mb:.0f}' for each in (*proof.parts, proof.second))} MB.",
            "",
            *table(
                ("what should hold", "found", "holds"),
                ([what, found, "yes" if holds else "**no**"] for what, found, holds in proof.findings()),
            ),
            "",
        ]
    if len(proofs) > 1:
        lines += growth(proofs[0], proofs[-1])
    return "\n".join(lines)


def growth(small: Proof, large: Proof) -> list[str]:
    """Return the growth of the peak memory: of reading, as at the second kill, and of the whole mirror."""
    data, reading = large.served / small.served, large.parts[1].peak_mb / small.parts[1].peak_mb
    return [
        f"With {data:.0f} times the values the memory of the reading was {reading:.2f} times (at the second kill),",
        f"that of the whole {large.peak_mb / small.peak_mb:.2f} times: to compare and to write, DuckDB takes up to",
        f"{MEMORY_LIMIT} and works from the disk beyond that.",
        "",
    ]


def main() -> None:
    """Run the proof at each size and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kpis", type=int, help="one size instead of both")
    parser.add_argument("--values", type=int, help="of that size")
    parser.add_argument("--rate", type=float, default=Settings.model_fields["rate"].default, help="requests a second")
    parser.add_argument("--revised", type=int, default=1_000, help="values revised before the second mirror")
    parser.add_argument("--page", default=str(PAGE), help="the page to write; - prints it")
    given = parser.parse_args()
    sizes = SIZES if given.kpis is None else ((given.kpis, given.values),)
    proofs = []
    for kpis, values in sizes:
        with tempfile.TemporaryDirectory() as folder:
            proofs.append(prove(kpis=kpis, values=values, rate=given.rate, revised=given.revised, folder=Path(folder)))
    page = write_page(proofs)
    if given.page == "-":
        print(page)
    else:
        Path(given.page).write_text(page, encoding="utf-8")
    if not all(holds for proof in proofs for _, _, holds in proof.findings()):
        raise SystemExit("Not every requirement holds; see the page.")


if __name__ == "__main__":
    main()
