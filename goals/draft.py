"""A plan as read and not yet checked: typed rows and settings, some of which may be wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from goals.csv_rows import Row
from goals.plan_settings import Settings


@dataclass(frozen=True, slots=True)
class Draft:
    """What the checks look at.

    `unreadable` names the files in which a whole row or an id could not be read: what refers to such a file
    can't be checked, and is not reported.
    """

    settings: Settings | None
    files: Mapping[str, Sequence[Row]]
    unreadable: frozenset[str]

    def rows(self, file: str) -> Sequence[Row]:
        """The rows of a file, none when it is missing."""
        return self.files.get(file, ())

    def ids(self, file: str, column: str) -> frozenset[str]:
        """All ids that a column holds."""
        return frozenset(value for row in self.rows(file) if (value := row.text(column)) is not None)

    def by_id(self, file: str, column: str) -> Mapping[str, Row]:
        """The rows of a file by an id; of two with the same, the first."""
        found: dict[str, Row] = {}
        for row in self.rows(file):
            if (value := row.text(column)) is not None:
                found.setdefault(value, row)
        return found

    def has(self, file: str) -> bool:
        """Whether a file could be read, so that a missing id in it is truly missing."""
        return file in self.files and file not in self.unreadable

    def used_kpis(self) -> Iterator[str]:
        """The KPIs of indicators and of cross-checks, some more than once."""
        yield from self.ids("indicators.csv", "kpi_id")
        if self.settings is not None:
            yield from (one.kpi_id for one in self.settings.cross_checks)
