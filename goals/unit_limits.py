"""What a unit says about the numbers that may stand in it.

Only the name of the unit decides:

- `%` alone is a share of a whole: 0 to 100. So is `% av maxpoäng`.
- a percentage that may be negative or above 100 says of what in its name: `% av skatter och bidrag`,
  `% per år`. It has no limits.
- `index 0-100`, `betyg 1-6`, `skala 1-5`: the limits that it names.
- `antal ...` and `dagar ...`: not below 0.
- anything else (`mnkr`, `kr/inv`): no limits.
"""

import re
from dataclasses import dataclass

SHARES = ("%", "% av maxpoäng")
_SCALE = re.compile(r"(?:index|betyg|skala) (\d+)-(\d+)\Z")


@dataclass(frozen=True, slots=True)
class Limits:
    """Between which numbers a value in a unit lies; null is open."""

    low: float | None
    high: float | None

    def holds(self, value: float) -> bool:
        """Whether a value lies within."""
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def __str__(self) -> str:
        if self.high is None:
            return f"not below {self.low:g}" if self.low is not None else "any number"
        return f"from {self.low or 0:g} to {self.high:g}"


def limits(unit: str) -> Limits:
    """The limits that a unit's name sets."""
    if unit in SHARES:
        return Limits(0.0, 100.0)
    if scale := _SCALE.match(unit):
        return Limits(float(scale[1]), float(scale[2]))
    if re.match(r"(?:antal|dagar)\b", unit):
        return Limits(0.0, None)
    return Limits(None, None)
