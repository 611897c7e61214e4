"""A contestant: a module whose `load` reads every request and writes a DuckDB table that can be queried.

    python -m benchmarks.contestant MODULE QUESTIONS FOLDER

measures one `load` and prints its cost as JSON. The time begins after all imports. This module imports the standard
library only, since peers run it in an environment without our packages.
"""

import json
import resource
import sys
import time
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast


@dataclass(frozen=True, slots=True)
class Questions:
    """The requests to make, in two forms for different contestants; both return the same pages.

    Attributes:
        base_url: of the server.
        urls: the first page of every request.
        rectangles: KPIs with the wanted units of each; the requests are these, 25 by 25.
    """

    base_url: str
    urls: list[str]
    rectangles: list[tuple[list[str], list[str]]]

    def write(self, path: Path) -> None:
        """Write the requests to a file for another process."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Questions":
        """Read the requests from the file."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a load: the number of values that can be queried, and for ours the time of each stage."""

    values: int
    file_bytes: int
    stages: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measured:
    """One load: wall and CPU seconds (all threads and processes), and the peak memory of its main process."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    outcome: Outcome

    @classmethod
    def parsed(cls, text: str) -> "Measured":
        """Parse the output of the process."""
        given = json.loads(text)
        return cls(**given | {"outcome": Outcome(**given["outcome"])})


class Contestant(Protocol):
    """A module of a contestant."""

    def load(self, questions: Questions, folder: Path, /) -> Outcome:
        """Read every request into a table in a DuckDB file in the folder."""
        ...


def cpu_seconds() -> float:
    """Return the CPU time of this process and of its ended children."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak_mb(process: int | str = "self") -> float:
    """Return the peak memory of a process, as Linux reports it.

    `ru_maxrss` is not usable: it begins with the memory of the parent process.
    """
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1e3


def main() -> None:
    """Measure one load."""
    module, questions_path, folder = sys.argv[1:]
    contestant = cast("Contestant", import_module(module))
    questions = Questions.read(Path(questions_path))
    begun, cpu_begun = time.perf_counter(), cpu_seconds()
    outcome = contestant.load(questions, Path(folder))
    measured = Measured(time.perf_counter() - begun, cpu_seconds() - cpu_begun, peak_mb(), outcome)
    print(json.dumps(asdict(measured)))


if __name__ == "__main__":
    main()
