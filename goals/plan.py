"""A plan: in its checked form for the warehouse and the flows, and as a draft before the checks."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from goals.csv_rows import Row
from goals.plan_settings import Settings, is_region


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One plan: its files as received, and its tables.

    `tables` has a frame for each table of the schema `plan`, by the same name, with its columns in order except
    files_sha256, known_from and known_to.
    """

    plan_id: str
    municipality_id: str
    files: Mapping[str, bytes]
    files_sha256: str
    tables: Mapping[str, pl.DataFrame]
    rules: Mapping[str, str]

    @property
    def is_region(self) -> bool:
        """Whether the plan is that of a region."""
        return is_region(self.municipality_id)

    @property
    def kpi_ids(self) -> tuple[str, ...]:
        """The KPIs of the judged indicators, each once, sorted."""
        return _distinct(self.tables["indicator"]["kpi_id"])

    @property
    def cross_check_kpi_ids(self) -> tuple[str, ...]:
        """The KPIs that are shown next to a manual figure, each once, sorted."""
        return _distinct(self.tables["cross_check_kpi"]["kpi_id"])


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan before and during the checks.

    `unreadable` names the files in which a whole row or an id could not be read: references to such a file cannot be
    checked, and are not reported.
    """

    settings: Settings | None
    files: Mapping[str, Sequence[Row]]
    unreadable: frozenset[str]

    @property
    def years(self) -> range:
        """The plan's years; none if they could not be read."""
        return self.settings.years if self.settings is not None else range(0)

    def rows(self, file: str) -> Sequence[Row]:
        """Return the rows of a file; none if it is missing."""
        return self.files.get(file, ())

    def ids(self, file: str, column: str) -> frozenset[str]:
        """Return all ids in a column."""
        return frozenset(value for row in self.rows(file) if (value := row.text(column)) is not None)

    def by_id(self, file: str, column: str) -> Mapping[str, Row]:
        """Return the rows of a file by an id; of two with the same id, the first."""
        found: dict[str, Row] = {}
        for row in self.rows(file):
            if (value := row.text(column)) is not None:
                found.setdefault(value, row)
        return found

    def has(self, file: str) -> bool:
        """Return whether a file is readable, so that an absent id is really missing."""
        return file in self.files and file not in self.unreadable

    def used_kpis(self) -> Iterator[str]:
        """Return the KPIs of indicators and of cross-checks, with repetitions."""
        yield from self.ids("indicators.csv", "kpi_id")
        if self.settings is not None:
            yield from (one.kpi_id for one in self.settings.cross_checks)


def files_sha256(files: Mapping[str, bytes]) -> str:
    """Return one hash over the files of a plan, which changes if and only if a byte of them changes.

    The files are in the order of their names' UTF-8 bytes. The hash covers, for each file, the name, a NUL, the length
    of the content in decimal digits, a NUL, and the content.
    """
    digest = hashlib.sha256()
    for name, content in sorted((name.encode(), content) for name, content in files.items()):
        digest.update(b"%s\0%d\0" % (name, len(content)))
        digest.update(content)
    return digest.hexdigest()


def _distinct(ids: pl.Series) -> tuple[str, ...]:
    return tuple(ids.drop_nulls().unique().sort().to_list())
