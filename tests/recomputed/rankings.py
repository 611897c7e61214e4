"""The rank of each municipality among those with a value, best first, on unrounded values."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A competition rank: equal values share the best rank, and the next rank is skipped."""

    rank: int
    n: int

    @property
    def quartile(self) -> int:
        """The quartile; 1 is best."""
        return 4 * (self.rank - 1) // self.n + 1

    @property
    def colour(self) -> str:
        """Green for the first quartile, red for the last, yellow between."""
        return {1: "green", 4: "red"}.get(self.quartile, "yellow")


def places(values: Mapping[str, float], sign: int) -> dict[str, Place]:
    """Return the rank of every unit in `values`; `sign` is -1 if lower is better."""
    best_first = sorted(values.values(), key=lambda value: -sign * value)
    first_seen: dict[float, int] = {}
    for position, value in enumerate(best_first, start=1):
        first_seen.setdefault(value, position)
    return {unit: Place(first_seen[value], len(values)) for unit, value in values.items()}
