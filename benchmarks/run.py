"""`python -m benchmarks.run [VALUES ...]`: the floor, a first load and an unchanged reload, from the same pages.

Each runs in a process of its own; time, CPU and peak memory are the operating system's. Writes docs/benchmarks.md.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx

from benchmarks.serve import BASE

PAGES = Path("benchmarks/.pages")
NOTE = Path("docs/benchmarks.md")
VALUES_OF_A_KPI = 9_360
HEAD = (
    "| values | what | seconds | CPU seconds | peak MB | values a second | times the floor |\n"
    "|---|---|---|---|---|---|---|\n"
)


def measured(*arguments: str) -> dict[str, float]:
    """Run a module in a process of its own; what it printed, its CPU seconds and its peak memory."""
    process = subprocess.Popen([sys.executable, "-m", *arguments], stdout=subprocess.PIPE, text=True)
    out = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"`{' '.join(arguments)}` failed; nothing was written. See its message above.")
    return json.loads(out) | {"cpu": usage.ru_utime + usage.ru_stime, "peak_mb": usage.ru_maxrss / 1000}


def measure(values: int) -> str:
    """The table's rows for one size."""
    folder = PAGES / str(values)
    kpis = max(1, round(values / VALUES_OF_A_KPI))
    server = subprocess.Popen([sys.executable, "-m", "benchmarks.serve", str(folder), str(values), str(kpis)])
    home, file = PAGES / "home", PAGES / "floor.duckdb"
    shutil.rmtree(home, ignore_errors=True)
    file.unlink(missing_ok=True)
    try:
        wait_for_server(server)
        floor = measured("benchmarks.floor", str(folder / "requests.json"), str(file))
        runs = {"floor": floor}
        for name in ("ours, first load", "ours, unchanged reload"):
            runs[name] = measured("benchmarks.ours", BASE, str(home))
    finally:
        server.terminate()
        server.wait()
    rows = ""
    for name, run in runs.items():
        rows += (
            f"| {int(run['values']):,} | {name} | {run['seconds']:.1f} | {run['cpu']:.1f} | {run['peak_mb']:.0f} "
            f"| {run['values'] / run['seconds']:,.0f} | {run['seconds'] / floor['seconds']:.1f} |\n"
        )
        if "stages" in run:
            print(name, run["stages"], flush=True)
    print(rows, flush=True)
    return rows


def wait_for_server(server: "subprocess.Popen[bytes]") -> None:
    """Wait until the pages are rendered and served."""
    while server.poll() is None:
        try:
            httpx.get(f"{BASE}/kpi", timeout=60)
        except httpx.TransportError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit("The server ended before it served; nothing was measured. See its message above.")


def main() -> None:
    """Measure every size and write the page."""
    rows = "".join(measure(int(values)) for values in sys.argv[1:] or ["100000", "1000000", "10000000"])
    load = os.getloadavg()[0]
    NOTE.write_text(
        "# Benchmarks\n\n"
        "Made by `make bench`: one run of each, from the same pages, which the stand-in rendered beforehand; the\n"
        "server runs in a process of its own on the same machine. The floor fetches, decodes and inserts once, and\n"
        "keeps nothing else. Ours runs from the first request to the published file: ledger, raw store, history,\n"
        "checks.\n\n"
        f"{os.cpu_count()} cores, Python {platform.python_version()}, load average {load:.1f} at the end: above the\n"
        "number of cores, other work took part of the machine and the seconds are too high.\n\n"
        f"{HEAD}{rows}",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
