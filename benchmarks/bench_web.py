"""How long the pages take, one reader at a time, and a hundred at once.

    python -m benchmarks.bench_web [--data sample|FOLDER] [--readers N]

Publishes the data into a home of its own, serves the pages over loopback and asks as a browser does. Writes
docs/benchmarks-web.md.
"""

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn

from benchmarks.machine import busy_share, describe_machine
from benchmarks.results_page import table
from fake_kolada import FakeKolada, data_named
from goals import read_plans
from pipeline.jobs import refresh_job
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
MOST_SECONDS = 0.15


@contextmanager
def served(published: Path) -> Iterator[str]:
    """The pages over HTTP."""
    config = uvicorn.Config(make_app(published), port=0, log_level="error")
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def seconds_of(client: httpx.Client, address: str) -> float:
    """One page, whole."""
    began = time.perf_counter()
    client.get(address).raise_for_status()
    return time.perf_counter() - began


def at_once(base: str, addresses: Sequence[str], readers: int) -> tuple[float, int, int]:
    """Many readers, each with every page: pages a second, pages, errors."""
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


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description="How long the pages take.")
    parser.add_argument("--data", default="sample", help="sample, or a folder of recorded data")
    parser.add_argument("--readers", type=int, default=100, help="readers at once (default: 100)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(home=Path(folder) / "home", base_url="http://kolada.test/v3", rate=1000)
        plans = read_plans(settings.goals)
        plan = plans[0]
        run_job(settings, refresh_job(plans), transport=FakeKolada(data_named(given.data)).transport())
        names = {"plan": plan.plan_id, "indicator": "P4.3", "kpi": "N15436"}
        addresses = [address.format(**names) for address in ADDRESSES]
        with served(settings.home / "kolada.duckdb") as base, httpx.Client(base_url=base, timeout=60) as client:
            first = {address: seconds_of(client, address) for address in addresses}
            again = {
                address: statistics.median(seconds_of(client, address) for _ in range(ROUNDS)) for address in addresses
            }
            pace, pages, errors = at_once(base, addresses, given.readers)
    rows = [
        (
            f"`{address}`",
            f"{first[address]:.3f}",
            f"{again[address]:.3f}",
            "yes" if again[address] <= MOST_SECONDS else "no",
        )
        for address in addresses
    ]
    source = "the built-in sample" if given.data == "sample" else "recorded data"
    text = "\n".join(
        [
            "# How long the pages of kolada web take",
            "",
            f"Made by `make bench-web` with {source}. Seconds over loopback, from the request to the last byte: the",
            f"first time after a publication, and the median of {ROUNDS} times after. Goal: {MOST_SECONDS} s.",
            "",
            f"The machine: {describe_machine()}; {busy_share():.1f} processes a core ran or waited.",
            "",
            *table(("page", "first, s", "again, s", "holds"), rows),
            "",
            f"{given.readers} readers at once, each with every page: {pages:,} pages, {errors} errors, {pace:.0f}",
            "pages a second.",
            "",
        ]
    )
    PAGE.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
