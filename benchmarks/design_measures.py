"""What the design asks of speed, beside what was measured."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.ours import CLOSE, PUBLISH
from benchmarks.rounds import FLOOR, OURS, RELOAD, Runs, Size

MOST_TIMES_THE_FLOOR = 2
LEAST_TIMES_FASTER_THAN_DLT = 25
# A whole load of as many values.
LARGE = 10_000_000
MOST_SECONDS = 40
MOST_GB = 2.5
# Published in a second each; a smaller file has a second too.
FILE_BYTES_A_SECOND = 100e6


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is asked for.

    Attributes:
        what: it is.
        at: which size.
        goal: most or least, as `is_most` says.
        measured: in the same unit.
        is_most: whether the goal is an upper bound.
    """

    what: str
    at: str
    goal: float
    measured: float
    is_most: bool = True

    @property
    def holds(self) -> bool:
        """Whether the goal is reached."""
        return self.measured <= self.goal if self.is_most else self.measured >= self.goal

    def cells(self) -> list[str]:
        """A row for the page."""
        goal = f"{'at most' if self.is_most else 'at least'} {self.goal:.3g}"
        return [self.what, self.at, goal, f"{self.measured:.2f}", "yes" if self.holds else "**no**"]


def measures(sizes: Sequence[Size]) -> Iterator[Measure]:
    """All that is asked for, at each size."""
    for size in sizes:
        yield from beside_others(size)
        yield from of_publishing(size)
        yield from at_scale(size)
    for smaller, larger in pairwise(sizes):
        yield from growth(smaller.entries[OURS], larger.entries[OURS])


def beside_others(size: Size) -> Iterator[Measure]:
    """A first load beside the floor, the peers and a reload."""
    floor, ours = size.entries[FLOOR], size.entries[OURS]
    at = f"{ours.values:,}"
    yield Measure("first load, floor =1", at, MOST_TIMES_THE_FLOOR, ours.times(floor))
    for name, runs in size.entries.items():
        if name.startswith("dlt") and not runs.is_too_slow:
            yield Measure(f"{name}, ours =1", at, LEAST_TIMES_FASTER_THAN_DLT, runs.times(ours), is_most=False)
    yield Measure("unchanged reload, first load =1", at, 1, size.entries[RELOAD].times(ours))


def of_publishing(size: Size) -> Iterator[Measure]:
    """From the last check to the file in its place."""
    for name in (OURS, RELOAD):
        runs = size.entries[name]
        stages = runs.stages()
        yield Measure(
            f"seconds to publish, {name.partition(', ')[2]}",
            f"{runs.file_bytes / 1e6:.0f} MB",
            max(1.0, runs.file_bytes / FILE_BYTES_A_SECOND),
            stages[CLOSE] + stages[PUBLISH],
        )


def at_scale(size: Size) -> Iterator[Measure]:
    """A large load as a whole."""
    ours = size.entries[OURS]
    if ours.values >= LARGE:
        at = f"{ours.values:,}"
        yield Measure("seconds, first load", at, MOST_SECONDS, ours.seconds)
        yield Measure("GB at the peak, first load", at, MOST_GB, ours.peak_mb / 1e3)


def growth(smaller: Runs, larger: Runs) -> Iterator[Measure]:
    """Time and memory grow no faster than the data."""
    data = larger.values / smaller.values
    at = f"{smaller.values:,} to {larger.values:,}"
    yield Measure("growth of the seconds, first load", at, data, larger.seconds / smaller.seconds)
    yield Measure("growth of the peak memory, first load", at, data, larger.peak_mb / smaller.peak_mb)
