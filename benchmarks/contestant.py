"""What takes part: a module whose `load` reads every question and leaves a DuckDB table that can be queried.

    python -m benchmarks.contestant MODULE QUESTIONS FOLDER

measures one `load` and prints what it took as JSON. The time begins when everything is imported. This module imports
the standard library only, since peers run it in an environment that has nothing of ours.
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
    """What is to be read, in two forms, since contestants ask differently; both lead to the same pages.

    Attributes:
        base_url: of the server.
        urls: the first page of every question.
        rectangles: KPIs with the units that are wanted of each; the questions are these, 25 by 25.
    """

    base_url: str
    urls: list[str]
    rectangles: list[tuple[list[str], list[str]]]

    def write(self, path: Path) -> None:
        """Write them where another process reads them."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Questions":
        """Read them back."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a load left: how many values can be queried, and in the case of ours what each stage took."""

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
        """From what the process printed."""
        given = json.loads(text)
        return cls(**given | {"outcome": Outcome(**given["outcome"])})


class Contestant(Protocol):
    """A module that takes part."""

    def load(self, questions: Questions, folder: Path, /) -> Outcome:
        """Read every question into a table in a DuckDB file in the folder."""
        ...


def cpu_seconds() -> float:
    """CPU time of this process and of its children that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak_mb(process: int | str = "self") -> float:
    """The most memory that a process held, as Linux tells it.

    Not `ru_maxrss`: that begins with what the process held that started this one.
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
