"""A plan: as it crosses the seam to the warehouse and the flows, and as it is before it has been checked."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from goals.csv_rows import Row
from goals.plan_settings import Settings, is_region


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """One plan: its files as they were, and its tables.

    `tables` holds a frame for each table of the schema `plan`, named as there, with its columns in order but
    for files_sha256, known_from and known_to.
    """

    plan_id: str
    municipality_id: str
    files: Mapping[str, bytes]
    files_sha256: str
    tables: Mapping[str, pl.DataFrame]
    rules: Mapping[str, str]

    @property
    def is_region(self) -> bool:
        """Whether the plan is a region's."""
        return is_region(self.municipality_id)

    @property
    def kpi_ids(self) -> tuple[str, ...]:
        """The KPIs that indicators are judged by, each once, sorted."""
        return _distinct(self.tables["indicator"]["kpi_id"])

    @property
    def cross_check_kpi_ids(self) -> tuple[str, ...]:
        """The KPIs that are read to be shown beside a manual figure, each once, sorted."""
        return _distinct(self.tables["cross_check_kpi"]["kpi_id"])


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


def files_sha256(files: Mapping[str, bytes]) -> str:
    """One hash over the files of a plan, which changes when a byte in any of them does, and only then.

    The files are taken in the order of their names' UTF-8 bytes. For each, the hash is fed with the name, a
    NUL, the length of the content in decimal digits, a NUL, and the content.
    """
    digest = hashlib.sha256()
    for name, content in sorted((name.encode(), content) for name, content in files.items()):
        digest.update(b"%s\0%d\0" % (name, len(content)))
        digest.update(content)
    return digest.hexdigest()


def _distinct(ids: pl.Series) -> tuple[str, ...]:
    return tuple(ids.drop_nulls().unique().sort().to_list())
