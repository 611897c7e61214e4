"""The design's goals for speed and memory, with the measured values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.rounds import DLT_NESTED, FLOOR, OURS, RELOAD, Size

# At a size, in values: a first load and an unchanged reload, in times of the floor; dlt's nested table, in times of our
# first load; memory in GB.
MOST_OF_A_FIRST_LOAD: Mapping[int, float] = {100_000: 4.5, 1_000_000: 2.7, 10_000_000: 1.9}
MOST_OF_A_RELOAD: Mapping[int, float] = {100_000: 2.4, 1_000_000: 2.1, 10_000_000: 1.8}
LEAST_OF_DLT: Mapping[int, float] = {1_000_000: 6, 10_000_000: 8}
MOST_GB: Mapping[int, float] = {10_000_000: 0.9}


@dataclass(frozen=True, slots=True)
class Measure:
    """One goal of the design.

    Attributes:
        what: the measured quantity.
        at: the size.
        goal: the upper or lower bound, by `is_most`.
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
        """Return a row for the page."""
        goal = f"{'at most' if self.is_most else 'at least'} {self.goal:.3g}"
        return [self.what, self.at, goal, f"{self.measured:.2f}", "yes" if self.holds else "**no**"]


def measures(sizes: Sequence[Size]) -> Iterator[Measure]:
    """Return all goals, at each of their sizes."""
    for size in sizes:
        floor, ours, reload = (size.entries[name] for name in (FLOOR, OURS, RELOAD))
        dlt = size.entries.get(DLT_NESTED)
        asked = size.values
        at = f"{asked:,}"
        if asked in MOST_OF_A_FIRST_LOAD:
            yield Measure("first load, floor =1", at, MOST_OF_A_FIRST_LOAD[asked], ours.times(floor))
            yield Measure("unchanged reload, floor =1", at, MOST_OF_A_RELOAD[asked], reload.times(floor))
        if asked in LEAST_OF_DLT and dlt is not None and not dlt.is_too_slow:
            yield Measure(f"{DLT_NESTED}, ours =1", at, LEAST_OF_DLT[asked], dlt.times(ours), is_most=False)
        if asked in MOST_GB:
            yield Measure("GB at the peak, first load", at, MOST_GB[asked], ours.peak_mb / 1e3)
