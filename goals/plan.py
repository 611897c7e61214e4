"""A plan that has been read and found right: what crosses the seam to the warehouse and the flows."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl


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
    def kpi_ids(self) -> tuple[str, ...]:
        """The KPIs that indicators are judged by, each once, sorted."""
        return _distinct(self.tables["indicator"]["kpi_id"])

    @property
    def cross_check_kpi_ids(self) -> tuple[str, ...]:
        """The KPIs that are read to be shown beside a manual figure, each once, sorted."""
        return _distinct(self.tables["cross_check_kpi"]["kpi_id"])


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
