"""Named changes of the data: what the next night may bring, to order. None of them is a fault.

A change is written `NAME[:COORDINATES][=VALUE]`, such as `revised:N15436/0114/2020/T=91.2`. Coordinates
are parted by `/`; one that is left out, empty or `*` is chosen: the newest year, then the lowest ids, of
what the change fits. The same data and the same words give the same change every time.

Applying a change gives a new data set, dated one day later, and leaves the old one as it was. What each
change does stands in `change_kinds`.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fake_kolada.change_kinds import CHANGES, ChangeError
from fake_kolada.data_set import DataSet

_CHOSEN = ("", "*")


@dataclass(frozen=True, slots=True)
class Change:
    """One change that was ordered: its name, where, and to what."""

    name: str
    coordinates: Mapping[str, str] = field(default_factory=dict)
    value: str | None = None

    def __post_init__(self) -> None:
        if self.name not in CHANGES:
            near = difflib.get_close_matches(self.name, CHANGES, n=1)
            hint = f"Did you mean `{near[0]}`?" if near else f"There are `{'`, `'.join(CHANGES)}`."
            raise ChangeError(
                f"There is no change `{self.name}`; nothing is served. {hint} "
                "All of them stand in `kolada fake-api --help`."
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
        """The change written `NAME[:COORDINATES][=VALUE]`."""
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
        """The change as it is written."""
        known = CHANGES[self.name].coordinates
        places = "/".join(self.coordinates.get(place, "*") for place in known)
        return f"{self.name}:{places}" + ("" if self.value is None else f"={self.value}")


def apply_change(data: DataSet, change: str | Change) -> DataSet:
    """The data set after one change.

    Raises:
        ChangeError: There is no such change, or nothing in the data that it fits.
    """
    ordered = Change.parse(change) if isinstance(change, str) else change
    return CHANGES[ordered.name].apply(data, dict(ordered.coordinates), ordered.value)


def apply_changes(data: DataSet, changes: Iterable[str | Change]) -> DataSet:
    """The data set after these changes, one after the other."""
    for change in changes:
        data = apply_change(data, change)
    return data
