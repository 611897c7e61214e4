"""`python -m benchmarks.bench_start [TIMES]`: time from a command to its first request, with a running Prefect server.

The clock starts before the process is created and stops when the stand-in has the request: the wait of a user at a
terminal. The stand-in and the Prefect server run on the same machine.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from fake_kolada import FakeKolada, sample_data
from flows.prefect_environment import NO_TELEMETRY

PORT = 8792
API_URL = f"http://127.0.0.1:{PORT}/api"
START_SECONDS = 120


@contextmanager
def prefect_server(environment: dict[str, str]) -> Iterator[None]:
    """Run a Prefect server; yield when it responds."""
    command = [sys.executable, "-m", "prefect", "server", "start", "--port", str(PORT)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers():
            if server.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"The Prefect server does not answer at {API_URL}; nothing was measured.")
            time.sleep(0.5)
        yield
    finally:
        server.terminate()
        server.wait()


def answers() -> bool:
    """Return whether the server responds."""
    try:
        return httpx.get(f"{API_URL}/health", timeout=2).is_success
    except httpx.TransportError:
        return False


def measure(times: int) -> list[tuple[float, float]]:
    """Return the seconds from the command to the first request, and its CPU seconds, each time in a new home."""
    fake = FakeKolada(sample_data())
    with tempfile.TemporaryDirectory() as name, fake.serve() as base_url:
        folder = Path(name)
        environment = os.environ | NO_TELEMETRY | {"PREFECT_HOME": str(folder / "prefect")}
        given = {"PREFECT_API_URL": API_URL, "KOLADA_BASE_URL": base_url, "KOLADA_RATE": "500"}
        measured = []
        with prefect_server(environment):
            for number in range(times):
                fake.clear_log()
                begun = datetime.now(UTC)
                command = subprocess.Popen(
                    [str(Path(sys.executable).with_name("kolada")), "refresh", "--json"],
                    env=environment | given | {"KOLADA_HOME": str(folder / str(number))},
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                while not fake.log and command.poll() is None:
                    time.sleep(0.01)
                cpu = cpu_seconds(command.pid)
                if command.wait():
                    raise SystemExit(f"`kolada refresh` ended with {command.returncode}; nothing was measured.")
                measured.append(((fake.log[0].at - begun).total_seconds(), cpu))
        return measured


def cpu_seconds(process_id: int) -> float:
    """Return the CPU seconds of a process so far; needs Linux's /proc."""
    fields = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    user, system = fields[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure, and print the figures."""
    measured = measure(int(sys.argv[1]) if sys.argv[1:] else 5)
    for wait, cpu in measured:
        print(f"first request after {wait:.2f} s, {cpu:.2f} s of them computing")
    waits, cpus = zip(*measured, strict=True)
    print(
        f"median {statistics.median(waits):.2f} s, {statistics.median(cpus):.2f} s computing; "
        f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
