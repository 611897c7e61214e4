"""Rows of the published file with their relation and key, now or as of a moment.

Reports read all data through this module, so that each figure can be traced to one table, one row and one column. A
`Source` reads the plain relations, or the same relations as of a moment: the caller uses the same relation name either
way.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import duckdb

from reports.errors import BeforeFirstLoad, UnknownPlan
from warehouse.dictionary import described_relations
from warehouse.moment import end_of_moment, swedish_day
from warehouse.published_file import source_kind
from warehouse.schema import require_current

# Relations without their own history, or with the history in their rows: (the column with a row's instant).
DATED = {
    "mart.verdict_change": "known_from",
    "mart.plan_change": "known_from",
    "core.observation_version": "known_from",
    "core.kpi_version": "known_from",
    "plan.comment_version": "known_from",
    "ops.publication": "published_at",
}
TIMELESS = frozenset({"ops.run", "ops.request", "ops.coverage_pair", "ops.broken_plan"})


# Code points that a page, feed, workbook or Word document must not contain: control characters and non-characters.
UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def readable(value: Any) -> Any:  # noqa: ANN401 - a cell is whatever the file holds
    """Return a cell of the file; in a text, forbidden code points are replaced by the replacement character."""
    return UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a relation.

    Attributes:
        relation: schema and name, such as mart.goal_fulfilment.
        values: all columns of the row.
    """

    relation: str
    values: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:  # noqa: ANN401 - a cell is whatever the file holds
        return self.values[column]

    @property
    def address(self) -> str:
        """The row's key, formatted as the query of a URL: `plan_id=...&indicator_id=P4.3&year=2023`."""
        return urlencode([(column, self.values[column]) for column in key_of(self.relation) if column in self.values])


@dataclass(frozen=True, slots=True)
class Source:
    """The published file, read as of now or as of a moment.

    Attributes:
        connection: a connection from `published_file`.
        moment: the moment (UTC, naive), or None for the current rows.
        known_at: the instant (UTC, naive) of the publication that is shown.
        run_id: the run of that publication.
        source_kind: live, recorded or sample.
        database: the name of the file in the connection.
    """

    connection: duckdb.DuckDBPyConnection
    moment: datetime | None
    known_at: datetime
    run_id: str
    source_kind: str
    database: str

    @property
    def is_worked_out_later(self) -> bool:
        """Whether the marts shown are not those that were published, but computed from core and plan afterwards."""
        (found,) = self.rows("ops.publication", "run_id = ?", [self.run_id])
        return bool(found["is_worked_out_later"])

    @property
    def is_sample(self) -> bool:
        """Whether every value is made up."""
        return self.source_kind == "sample"

    def relation(self, name: str) -> str:
        """Return the SQL after `from` that reads a relation at the requested moment."""
        if name in TIMELESS:
            return name
        if name in DATED:
            return name if self.moment is None else f"(from {name} where {DATED[name]} <= timestamp '{self.moment}')"
        return name if self.moment is None else f"{name}_as_of(timestamp '{self.moment}')"

    def rows(self, name: str, where: str = "true", parameters: Sequence[object] = (), *, order: str = "") -> list[Row]:
        """Return the rows of a relation that meet a condition.

        Args:
            name: the relation.
            where: an SQL condition with `?` for values.
            parameters: the values.
            order: the SQL after `order by`.
        """
        ordering = f" order by {order}" if order else ""
        sql = f"select * from {self.relation(name)} as found where {where}{ordering}"
        with self.asking() as cursor:
            answer = cursor.execute(sql, list(parameters))
            columns = [column[0] for column in answer.description or ()]
            return [Row(name, dict(zip(columns, map(readable, values), strict=True))) for values in answer.fetchall()]

    @contextmanager
    def asking(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open a cursor for one query, so that several threads can query one source."""
        with self.connection.cursor() as cursor:
            cursor.execute(f'use "{self.database}"')
            yield cursor

    def one(self, name: str, where: str = "true", parameters: Sequence[object] = ()) -> Row | None:
        """Return the first row that meets a condition, or None."""
        found = self.rows(name, where, parameters)
        return found[0] if found else None


def open_source(connection: duckdb.DuckDBPyConnection, as_of: str | None = None) -> Source:
    """Read the published file as of now or as of a moment.

    Raises:
        InvalidMoment: `as_of` is neither a date nor a timestamp.
        BeforeFirstLoad: nothing had been published by then.
        SchemaTooOld: the file was written by an earlier version of this software.
    """
    require_current(connection)
    moment = None if as_of is None else end_of_moment(as_of).replace(tzinfo=None)
    publications = connection.execute("select published_at, run_id from ops.publication order by 1").fetchall()
    if not publications:
        raise BeforeFirstLoad(
            "The warehouse holds no publication: before the first load there is nothing to show. "
            "Publish with `kolada refresh`."
        )
    shown = [each for each in publications if moment is None or each[0] <= moment]
    if not shown:
        first = publications[0][0]
        raise BeforeFirstLoad(
            f"`{as_of}` is before the first load, which was published {first:%Y-%m-%d %H:%M} (UTC), "
            "so there is nothing to show as of then. "
            f"Ask for that day or a later one, such as `--as-of {swedish_day(first)}`."
        )
    known_at, run_id = shown[-1]
    ((database,),) = connection.execute("select current_database()").fetchall()
    return Source(connection, moment, known_at, run_id, source_kind(connection), database)


def key_of(relation: str) -> Sequence[str]:
    """Return the primary key columns of a relation."""
    return described_relations()[relation].key


def find_plan(source: Source, plan_id: str) -> Row:
    """Return the plan with an id.

    Raises:
        UnknownPlan: the file has no such plan at that moment.
    """
    found = source.one("plan.plan", "plan_id = ?", [plan_id])
    if found is None:
        there = ", ".join(f"`{row['plan_id']}`" for row in source.rows("plan.plan", order="plan_id")) or "none"
        raise UnknownPlan(
            f"The published file holds no plan `{plan_id}`, so nothing was written. The plans in it: {there}. "
            "Choose one with `--plan`, or publish it first: `kolada refresh`."
        )
    return found


def by(rows: Iterable[Row], *columns: str) -> dict[tuple[Any, ...], list[Row]]:
    """Return the rows grouped by the values of some columns, in their order."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[column] for column in columns), []).append(row)
    return groups
