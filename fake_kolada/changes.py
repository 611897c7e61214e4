"""Named changes of the data, such as the next night can bring. None of them is a fault.

A change is written `NAME[:COORDINATES][=VALUE]`, such as `revised:N15436/0114/2020/T=91.2`. Coordinates are separated
by `/`; one that is omitted, empty or `*` is chosen: the newest year, then the lowest ids, of the matching cells. The
same change of the same data always has the same result.

Applying a change returns a new data set, dated one day later, and does not change the old one. `change_kinds` has the
effect of each change.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fake_kolada.change_kinds import CHANGES, ChangeError
from fake_kolada.data_set import DataSet

_CHOSEN = ("", "*")


@dataclass(frozen=True, slots=True)
class Change:
    """One requested change: its name, coordinates and value."""

    name: str
    coordinates: Mapping[str, str] = field(default_factory=dict)
    value: str | None = None

    def __post_init__(self) -> None:
        if self.name not in CHANGES:
            near = difflib.get_close_matches(self.name, CHANGES, n=1)
            hint = f"Did you mean `{near[0]}`?" if near else f"There are `{'`, `'.join(CHANGES)}`."
            raise ChangeError(
                f"There is no change `{self.name}`; nothing is served. {hint} "
                "`kolada fake-api --help` lists all of them."
            )
        known = CHANGES[self.name].coordinates
        strange = [each for each in self.coordinates if each not in known]
        if strange:
            raise ChangeError(
                f"The change `{self.name}` has no coordinate `{strange[0]}`; nothing is served. "
                f"It has `{'/'.join(known)}`."
            )

    @classmethod
    def parse(cls, text: str) -> "Change":
        """Return the change that `NAME[:COORDINATES][=VALUE]` describes."""
        order, has_value, value = text.partition("=")
        name, _, places = order.partition(":")
        change = cls(name, {}, value if has_value else None)
        parts = places.split("/")
        known = CHANGES[name].coordinates
        if len(parts) > len(known):
            raise ChangeError(
                f"The change `{text}` has {len(parts)} coordinates; nothing is served. "
                f"Write at most `{name}:{'/'.join(known)}`."
            )
        given = {place: part for place, part in zip(known, parts, strict=False) if part not in _CHOSEN}
        return cls(name, given, change.value)

    def __str__(self) -> str:
        """Return the change in its written form."""
        known = CHANGES[self.name].coordinates
        places = "/".join(self.coordinates.get(place, "*") for place in known)
        return f"{self.name}:{places}" + ("" if self.value is None else f"={self.value}")


def apply_change(data: DataSet, change: str | Change) -> DataSet:
    """Return the data set after one change.

    Raises:
        ChangeError: There is no such change, or it matches nothing in the data.
    """
    ordered = Change.parse(change) if isinstance(change, str) else change
    return CHANGES[ordered.name].apply(data, dict(ordered.coordinates), ordered.value)


def apply_changes(data: DataSet, changes: Iterable[str | Change]) -> DataSet:
    """Return the data set after these changes, in order."""
    for change in changes:
        data = apply_change(data, change)
    return data
