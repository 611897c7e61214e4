"""Measure the response times of the pages, with one reader and with a hundred at the same time.

    python -m benchmarks.bench_web [--data sample|FOLDER] [--readers N] [--values N]

Publishes the data into a home of its own, serves the pages over loopback and asks as a browser does; then the same over
a mirror that holds ten million generated values beside them. Writes docs/benchmarks-web.md.
"""

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import polars as pl
import uvicorn

from benchmarks.machine import busy_share, describe_machine
from benchmarks.results_page import table
from fake_kolada import DataSet, FakeKolada, data_named
from fake_kolada.generated import generated_data
from goals import read_plans
from pipeline.jobs import mirror_job, refresh_job
from pipeline.run_job import run_job
from pipeline.settings import Settings
from web import make_app

PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks-web.md"
ADDRESSES = (
    "/mal/{plan}?year=2022",
    "/mal/{plan}/{indicator}?year=2022",
    "/mal/{plan}/{indicator}/forklara?year=2022",
    "/nyckeltal?q=elever",
    "/nyckeltal/{kpi}",
    "/nyckeltal/{kpi}/kommuner",
    "/jamfor?kpi={kpi}&units=1489,1480,0180,1280,0000",
    "/andringar",
    "/drift",
    "/hamta/{plan}",
)
ROUNDS = 9
MOST_SECONDS, MOST_OF_A_MIRROR = 0.15, 0.4
# As many as a KPI has in Kolada: the generated ones take six thousand ids for ten million.
VALUES_PER_KPI = 1_667


@contextmanager
def served(published: Path) -> Iterator[str]:
    """Serve the pages over HTTP."""
    config = uvicorn.Config(make_app(published), port=0, log_level="error")
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def seconds_of(client: httpx.Client, address: str) -> float:
    """Return the seconds of one complete page."""
    began = time.perf_counter()
    client.get(address).raise_for_status()
    return time.perf_counter() - began


def at_once(base: str, addresses: Sequence[str], readers: int) -> tuple[float, int, int]:
    """Run many readers, each over every page; return pages a second, pages, errors."""
    errors = 0
    guard = threading.Lock()

    def read(first: int) -> None:
        nonlocal errors
        with httpx.Client(base_url=base, timeout=300) as client:
            for number in range(len(addresses)):
                answer = client.get(addresses[(first + number) % len(addresses)])
                if answer.is_error:
                    with guard:
                        errors += 1

    threads = [threading.Thread(target=read, args=(number,)) for number in range(readers)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pages = readers * len(addresses)
    return pages / (time.perf_counter() - began), pages, errors


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured over one published file.

    Attributes:
        first: address -> seconds right after the publication.
        again: address -> median seconds after that.
        pace: pages a second, many readers at once.
        pages: that the many readers asked for.
        errors: among these pages.
    """

    first: dict[str, float]
    again: dict[str, float]
    pace: float
    pages: int
    errors: int


def with_much(data: DataSet, values: int) -> DataSet:
    """Return the data with this many generated values of other KPIs of the same units."""
    more = generated_data(values // VALUES_PER_KPI, values)
    known = data.kpis["kpi_id"].implode()
    name = pl.col("kpi_id").cast(pl.String)
    return replace(
        data,
        observations=pl.concat([data.observations, more.observations.filter(~name.is_in(known))]),
        kpis=pl.concat([data.kpis, more.kpis.filter(~name.is_in(known))]),
    )


def measure(data: DataSet, readers: int, *, is_mirror: bool) -> Measured:
    """Publish the data into a new home, and read the pages."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home", base_url="http://kolada.test/v3", rate=1000)
        plans = read_plans(settings.goals)
        job = mirror_job(plans, audit_days=1) if is_mirror else refresh_job(plans)
        run_job(settings, job, transport=FakeKolada(data).transport())
        names = {"plan": plans[0].plan_id, "indicator": "P4.3", "kpi": "N15436"}
        addresses = [address.format(**names) for address in ADDRESSES]
        with served(settings.home / "kolada.duckdb") as base, httpx.Client(base_url=base, timeout=60) as client:
            first = {address: seconds_of(client, address) for address in addresses}
            again = {
                address: statistics.median(seconds_of(client, address) for _ in range(ROUNDS)) for address in addresses
            }
            return Measured(first, again, *at_once(base, addresses, readers))


def told(measured: Measured, most_seconds: float, readers: int) -> list[str]:
    """Return the lines of the page about the measured values."""
    rows = [
        (f"`{address}`", f"{measured.first[address]:.3f}", f"{again:.3f}", "yes" if again <= most_seconds else "no")
        for address, again in measured.again.items()
    ]
    return [
        f"Goal: {most_seconds} s a page.",
        "",
        *table(("page", "first, s", "again, s", "holds"), rows),
        "",
        f"{readers} readers at once, each with every page: {measured.pages:,} pages, {measured.errors} errors,",
        f"{measured.pace:.0f} pages a second.",
        "",
    ]


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description="How long the pages take.")
    parser.add_argument("--data", default="sample", help="sample, or a folder of recorded data")
    parser.add_argument("--readers", type=int, default=100, help="readers at once (default: 100)")
    parser.add_argument("--values", type=int, default=10_000_000, help="of the mirror; 0 leaves it out")
    parser.add_argument("--page", default=str(PAGE), help="the page to write; - prints it")
    given = parser.parse_args()
    data = data_named(given.data)
    source = "the built-in sample" if given.data == "sample" else "recorded data"
    lines = [
        "# How long the pages of kolada web take",
        "",
        "Made by `make bench-web`. Seconds over loopback, from the request to the last byte: the first time after a",
        f"publication, and the median of {ROUNDS} times after.",
        "",
        f"The machine: {describe_machine()}; {busy_share():.1f} processes a core ran or waited.",
        "",
        f"## The plan, with {source}",
        "",
        *told(measure(data, given.readers, is_mirror=False), MOST_SECONDS, given.readers),
    ]
    if given.values:
        mirror = measure(with_much(data, given.values), given.readers, is_mirror=True)
        lines += [f"## A mirror of {given.values:,} values more", "", *told(mirror, MOST_OF_A_MIRROR, given.readers)]
    text = "\n".join(lines)
    if given.page != "-":
        Path(given.page).write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
