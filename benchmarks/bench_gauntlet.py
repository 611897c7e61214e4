"""`make gauntlet`: run ours and the peers on the same lies and faults of one stand-in; writes docs/gauntlet.md.

    python -m benchmarks.bench_gauntlet --peers .venv-peers/bin/python
    python -m benchmarks.bench_gauntlet --only ours --case empty_answer --page -      # a quick look

Each contestant has a home after one honest night, a stand-in of its own, and a process that runs its nights. The result
of each case is appended to a file immediately, so that an interrupted gauntlet can be resumed.
"""

import argparse
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import IO, Any, cast

import psutil

from benchmarks.gauntlet_cases import CASES, CONTRACT, FAULT, KPIS, LASTING, LIE, NEWS, PASSING, Case, small_world
from benchmarks.gauntlet_cells import Count, count_cells, shown_cells, true_cells
from benchmarks.gauntlet_outcome import CONTESTANTS, OURS, Outcome
from benchmarks.gauntlet_page import write_page
from benchmarks.gauntlet_worker import CELLS, HELD, HUNG, SILENT, STOPPED, WARNED, Told
from benchmarks.machine import describe_machine
from fake_kolada import DataSet, FakeKolada, apply_changes

# Longer than any contestant waits for a byte, and at most the time that a stand-in needs to stop.
STALL = 20.0
# After its time limit a night hangs if it used less CPU than this in so many seconds, or more than several nights.
LOOK_EVERY, IDLE_SECONDS, IDLE_CPU, MOST_CPU = 2.0, 30.0, 3.0, 10.0
HONEST = "honest"
LOUDNESS = (HUNG, STOPPED, HELD, WARNED, SILENT)
FOLDER = Path("benchmarks/.pages/gauntlet")
VERSIONS = (
    "import importlib.metadata as m; print(*(f'{n} {m.version(n)}' for n in ('koladapy', 'dlt', 'httpx', 'pandas')))"
)


class Patience:
    """Distinguishes a night that hangs from one on a busy machine.

    After its time limit a night hangs if it uses almost no CPU, or has used as many CPU seconds as several nights
    would.
    """

    def __init__(self, pid: int, limit: float) -> None:
        self.process = psutil.Process(pid)
        self.limit = limit
        self.begun, self.used_before = time.monotonic(), self._used()
        self.used: deque[float] = deque([self.used_before], maxlen=round(IDLE_SECONDS / LOOK_EVERY))

    def is_at_an_end(self) -> bool:
        """Return whether the night hangs."""
        now = self._used()
        is_idle = len(self.used) == self.used.maxlen and now - self.used[0] < IDLE_CPU
        self.used.append(now)
        is_endless = now - self.used_before > MOST_CPU
        return (is_idle or is_endless) and time.monotonic() - self.begun > self.limit

    def _used(self) -> float:
        with suppress(psutil.NoSuchProcess):
            times = self.process.cpu_times()
            return times.user + times.system + times.children_user + times.children_system
        return 0.0


class Nights:
    """A contestant's nights: its process, its stand-in, and the home with which every case begins."""

    def __init__(self, contestant: str, python: str, folder: Path, limit: float) -> None:
        self.contestant = contestant
        self.python = python
        self.folder = folder / contestant
        self.limit = limit
        self.data = small_world()
        self.news = apply_changes(self.data, [NEWS])
        self.fake = FakeKolada(self.data, contract=CONTRACT, stall_seconds=STALL)
        self.quiet: frozenset[str] = frozenset()
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, cases: Sequence[Case]) -> Iterator[Outcome]:
        """Run an honest night, and every case from a copy of its home.

        Raises:
            SystemExit: an honest night has a wrong result, so that nothing can be compared.
        """
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / HONEST).mkdir(parents=True)
        with self.fake.serve() as url:
            try:
                self._night(url, self.folder / HONEST)
                self.fake.data = self.news
                quiet, count = self._morning(url, self._home(), self.news)
                if count.old or not count.is_whole or quiet.end not in (SILENT, WARNED):
                    raise SystemExit(f"`{self.contestant}` is not right after an honest night: {count} {quiet}")
                self.quiet = frozenset(quiet.said)
                for case in cases:
                    yield from (self._faults if case.kind == FAULT else self._changes)(url, case)
            finally:
                self._end()

    def _faults(self, url: str, case: Case) -> Iterator[Outcome]:
        self.fake.data = self.news
        for mode, when in ((PASSING, "first"), (LASTING, "every")):
            self.fake.faults = [f"{case.words}@{when}"]
            told, count = self._morning(url, self._home(), self.news)
            yield self._outcome(case, mode, [told], count)
        self.fake.faults = []

    def _changes(self, url: str, case: Case) -> Iterator[Outcome]:
        changed = apply_changes(self.news, [case.words] if case.words else [])
        home = self._home()
        truth = self.news if case.kind == LIE else changed
        self.fake.data = changed
        told = [self._morning(url, home, truth)]
        if case.kind == LIE:
            told.append(self._morning(url, home, truth))
        yield self._outcome(case, LASTING, [each for each, _ in told], told[-1][1])
        if case.kind == LIE:
            self.fake.data = self.news
            healed, count = self._morning(url, home, truth)
            yield self._outcome(case, PASSING, [*(each for each, _ in told), healed], count)

    def _home(self) -> Path:
        """Return a copy of the honest home."""
        home = self.folder / "case"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.folder / HONEST, home)
        return home

    def _morning(self, url: str, home: Path, truth: DataSet) -> tuple[Told, Count]:
        """Run a night and return it with its table, without the messages of an honest night."""
        told = self._night(url, home)
        said = [each for each in told.said if each not in self.quiet]
        end = SILENT if told.end == WARNED and not said else told.end
        return Told(end, said), count_cells(shown_cells(home / CELLS), true_cells(truth), true_cells(self.data))

    def _outcome(self, case: Case, mode: str, told: Sequence[Told], count: Count) -> Outcome:
        """Return the outcome of a case; the most noticeable of its nights decides how it was noticed."""
        loudest = min(told, key=lambda each: LOUDNESS.index(each.end))
        said = loudest.said[0] if loudest.said else ""
        return Outcome(self.contestant, case.kind, case.name, case.words, mode, loudest.end, said, count)

    def _night(self, url: str, home: Path) -> Told:
        """Have the process run a night; one that does not end in time is killed, and its table is read as it is."""
        asked = {"base_url": url, "folder": str(home.absolute()), "kpis": KPIS}
        answer = self._ask(asked)
        if answer is None:
            self._end()
            self._ask({**asked, "is_read_only": True})
            return Told(HUNG, ["it had not ended when it was killed"])
        return Told(**answer)

    def _ask(self, asked: Mapping[str, object]) -> dict[str, Any] | None:
        """Return the process's reply; None if none arrived in time."""
        if self._process is None:
            self._process = subprocess.Popen(
                [self.python, "-m", "benchmarks.gauntlet_worker", CONTESTANTS[self.contestant]],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=(self.folder / "stderr.txt").open("ab"),
                start_new_session=True,
            )
        questions, answers = (cast("IO[bytes]", each) for each in (self._process.stdin, self._process.stdout))
        questions.write(json.dumps(asked).encode() + b"\n")
        questions.flush()
        patience = Patience(self._process.pid, self.limit)
        while not select.select([answers], [], [], LOOK_EVERY)[0]:
            if patience.is_at_an_end():
                return None
        line = answers.readline()
        if not line:
            raise SystemExit(f"`{self.contestant}` ended, so nothing is compared. See {self.folder / 'stderr.txt'}.")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _end(self) -> None:
        """Stop the process, and those that it started."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None


def run_all(nights: Sequence[Nights], cases: Sequence[Case], results: Path) -> list[Outcome]:
    """Run the cases without a result in the file; each result is written before the next case begins."""
    known = [Outcome.parsed(line) for line in results.read_text("utf-8").splitlines()] if results.exists() else []

    def run(each: Nights) -> list[Outcome]:
        done = {
            (outcome.kind, outcome.name, outcome.mode) for outcome in known if outcome.contestant == each.contestant
        }
        waiting = [case for case in cases if any((case.kind, case.name, mode) not in done for mode in case.modes)]
        outcomes = []
        for outcome in each.run(waiting) if waiting else ():
            with results.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(outcome)) + "\n")
            print(f"{each.contestant:9} {outcome.mode:8} {outcome.end:8} {outcome.words} {outcome.count}", flush=True)
            outcomes.append(outcome)
        return outcomes

    with ThreadPoolExecutor(len(nights)) as pool:
        return [*known, *(outcome for outcomes in pool.map(run, nights) for outcome in outcomes)]


def in_turn(cases: Sequence[Case]) -> list[Case]:
    """Return the cases with the kinds mixed, so that an interrupted gauntlet has all kinds."""
    by_kind: dict[str, list[Case]] = {}
    for case in cases:
        by_kind.setdefault(case.kind, []).append(case)
    places = {case: (place + 0.5) / len(kind) for kind in by_kind.values() for place, case in enumerate(kind)}
    return sorted(cases, key=lambda case: places[case])


def of_all(outcomes: Sequence[Outcome], contestants: Sequence[str]) -> list[Outcome]:
    """Return the cases that every contestant has run, in the order of the cases."""
    found: dict[tuple[str, str], dict[tuple[str, str], Outcome]] = {}
    for each in outcomes:
        found.setdefault((each.kind, each.name), {})[each.contestant, each.mode] = each
    whole = [
        found[case.kind, case.name]
        for case in CASES
        if set(found.get((case.kind, case.name), ())) >= set(product(contestants, case.modes))
    ]
    return [each for case in whole for each in case.values()]


def printed(command: Sequence[str]) -> str:
    """Return the output of a command."""
    return subprocess.check_output(command, text=True).strip()


def main() -> None:
    """Run the gauntlet and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", help="the interpreter that has benchmarks/peers/requirements.txt")
    parser.add_argument("--only", nargs="+", default=list(CONTESTANTS), choices=CONTESTANTS, help="these contestants")
    parser.add_argument("--case", nargs="+", default=[], help="these cases, in the stand-in's words")
    parser.add_argument("--limit", type=float, default=90, help="seconds that an idle night may take (default: 90)")
    parser.add_argument("--go-on", action="store_true", help="keep the results of a gauntlet that was broken off")
    parser.add_argument("--as-it-is", action="store_true", help="run nothing: the page of the results that are there")
    parser.add_argument("--page", default="docs/gauntlet.md", help="the page to write; - prints it")
    given = parser.parse_args()
    contestants = [each for each in given.only if each == OURS or given.peers]
    FOLDER.mkdir(parents=True, exist_ok=True)
    results = FOLDER / "results.jsonl"
    if not (given.go_on or given.as_it_is):
        results.unlink(missing_ok=True)
    cases = in_turn([case for case in CASES if not (given.case or given.as_it_is) or case.words in given.case])
    nights = [
        Nights(each, sys.executable if each == OURS else given.peers, FOLDER, given.limit) for each in contestants
    ]
    outcomes = run_all(nights, cases, results)
    versions = printed([given.peers, "-c", VERSIONS]) if given.peers else "none was run"
    page = write_page(of_all(outcomes, contestants), machine=describe_machine(), versions=versions)
    if given.page == "-":
        print(page)
    else:
        Path(given.page).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
