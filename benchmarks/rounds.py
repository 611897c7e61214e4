"""Rounds over one size: every contestant once per round, in turn, so that other work on the machine affects all."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx

from benchmarks.contestant import Measured
from benchmarks.rendered_pages import render

HOST = "127.0.0.1"
FLOOR, OURS, RELOAD = "floor", "ours, first load", "ours, unchanged reload"
DLT_NESTED = "dlt, values as a nested table"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the comparison.

    Attributes:
        name: its name in the table.
        module: the contestant.
        folder: its working folder; two entries with one folder run there in sequence.
        is_peer: run by the peers' interpreter, and stopped at the time limit.
    """

    name: str
    module: str
    folder: str
    is_peer: bool = False


ENTRIES = (
    Entry(FLOOR, "benchmarks.floor", "floor"),
    Entry(OURS, "benchmarks.ours", "ours"),
    Entry(RELOAD, "benchmarks.ours", "ours"),
    Entry(DLT_NESTED, "benchmarks.peers.dlt_nested", "dlt_nested", is_peer=True),
    Entry("dlt, pages as Arrow tables", "benchmarks.peers.dlt_arrow", "dlt_arrow", is_peer=True),
    Entry("koladapy and pandas", "benchmarks.peers.koladapy_frame", "koladapy", is_peer=True),
)


@dataclass(slots=True)
class Runs:
    """All runs of one entry at one size; none if it did not finish in time."""

    entry: Entry
    runs: list[Measured] = field(default_factory=list)
    is_too_slow: bool = False

    @property
    def seconds(self) -> float:
        """The median of the wall seconds."""
        return median(run.seconds for run in self.runs)

    @property
    def cpu_seconds(self) -> float:
        """The median of the CPU seconds."""
        return median(run.cpu_seconds for run in self.runs)

    @property
    def peak_mb(self) -> float:
        """The median of the peak memory."""
        return median(run.peak_mb for run in self.runs)

    @property
    def values(self) -> int:
        """The number of values in the final table; all entries must agree."""
        return self.runs[0].outcome.values

    @property
    def file_bytes(self) -> int:
        """The final size of the file."""
        return self.runs[0].outcome.file_bytes

    def times(self, other: "Runs") -> float:
        """Return the ratio of its time to another's: the median of the rounds' ratios."""
        return median(mine.seconds / its.seconds for mine, its in zip(self.runs, other.runs, strict=True))

    def times_the_work(self, other: "Runs") -> float:
        """Return the same ratio in CPU seconds, which other work on the machine affects less."""
        return median(mine.cpu_seconds / its.cpu_seconds for mine, its in zip(self.runs, other.runs, strict=True))

    def stages(self) -> dict[str, float]:
        """Return the median seconds of each stage."""
        return {name: median(run.outcome.stages[name] for run in self.runs) for name in self.runs[0].outcome.stages}


@dataclass(frozen=True, slots=True)
class Size:
    """One size, measured."""

    values: int
    rounds: int
    entries: dict[str, Runs]


def measure(values: int, *, rounds: int, pages: Path, peers: str | None, limit: float) -> Size:
    """Measure every contestant at one size.

    Args:
        values: the approximate number of values.
        rounds: the number of rounds.
        pages: the folder of the rendered pages and of the contestants' work.
        peers: the peers' interpreter; None leaves the peers out.
        limit: the time limit of a peer in seconds.

    Raises:
        SystemExit: one of them failed, or they do not agree on the number of values.
    """
    port = free_port()
    folder = pages / str(values)
    shutil.rmtree(folder, ignore_errors=True)
    questions = render(folder / "pages", values, f"http://{HOST}:{port}/v3")
    size = Size(values, rounds, {each.name: Runs(each) for each in ENTRIES if peers is not None or not each.is_peer})
    try:
        with served(questions.parent, port):
            for number in range(rounds):
                for runs in size.entries.values():
                    if not runs.is_too_slow:
                        run_once(runs, questions, folder / f"round-{number}", peers or sys.executable, limit)
                shutil.rmtree(folder / f"round-{number}")
    finally:
        shutil.rmtree(folder)
    counts = {name: {run.outcome.values for run in runs.runs} for name, runs in size.entries.items()}
    if len(set.union(*counts.values())) != 1:
        raise SystemExit(f"The entries do not have the same number of values, so nothing was compared: `{counts}`.")
    return size


def run_once(runs: Runs, questions: Path, folder: Path, peers: str, limit: float) -> None:
    """Run an entry in a process of its own, and add its cost."""
    entry = runs.entry
    work = folder / entry.folder
    work.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [peers if entry.is_peer else sys.executable, "-m", "benchmarks.contestant", entry.module, questions, work],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        out, err = process.communicate(timeout=limit if entry.is_peer else None)
    except subprocess.TimeoutExpired:
        runs.is_too_slow = True
        runs.runs.clear()
        told = f"stopped after {limit:.0f} s"
    else:
        if process.returncode:
            raise SystemExit(f"`{entry.name}` failed, so nothing was compared:\n{err}")
        runs.runs.append(Measured.parsed(out.splitlines()[-1]))
        told = f"{runs.runs[-1].seconds:.1f} s, {runs.runs[-1].cpu_seconds:.1f} CPU s, {runs.runs[-1].peak_mb:.0f} MB"
    finally:
        # Including the workers that it started.
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    print(f"{folder.parent.name:>9} values, {folder.name}, {entry.name}: {told}", flush=True)


def free_port() -> int:
    """Return a free port."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def served(pages: Path, port: int) -> Iterator[None]:
    """Serve rendered pages from a process of its own while the context is open."""
    command: Sequence[str] = [sys.executable, "-m", "benchmarks.rendered_pages", str(pages), str(port)]
    with subprocess.Popen(command) as server:
        try:
            while not answers(port):
                if server.poll() is not None:
                    raise SystemExit("The server ended before it served; nothing was measured. See its message above.")
                time.sleep(0.1)
            yield
        finally:
            server.terminate()


def answers(port: int) -> bool:
    """Return whether the server responds."""
    try:
        httpx.get(f"http://{HOST}:{port}/v3/kpi", timeout=60)
    except httpx.TransportError:
        return False
    return True
