"""What a backfill would ask for, without asking: the requests, how many there are, how long they take.

The catalogue comes from the published file; where there is none, or where it lacks a KPI that is wanted, from Kolada.
The number of pages comes from the cells that are known: one request's answer comes in pages of 5,000.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import Any

import duckdb
import polars as pl

from kolada_client import DataRequest
from kolada_client.identifiers import PAGE_SIZE
from pipeline.empty_answers import span
from pipeline.ingest import CATALOGUE_PARTS, Catalogue, planned_requests
from pipeline.jobs import Job, check_wanted
from pipeline.settings import Settings
from pipeline.source import open_source
from warehouse.home import Home
from warehouse.published_file import published_file

SHOWN = 40

KNOWN_CELLS = """
    select distinct kpi_id, unit_id, period
    from (
        select kpi_id, municipality_id as unit_id, period from core.observation
        union all
        select kpi_id, group_id as unit_id, period from core.group_observation
    )
    where list_contains($kpi_ids, kpi_id)
"""

MEASURED = """
    select avg(request.elapsed_seconds)
    from ops.request as request
    where
        request.state = 'accepted'
        and contains(request.url, '/data/')
        and request.run_id = (
            select run.run_id from ops.run as run where run.state = 'published' order by run.published_at desc limit 1
        )
"""


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """One request that would be sent, and how many pages its answer is expected to have."""

    kpi_ids: tuple[str, ...]
    unit_ids: tuple[str, ...]
    years: tuple[int, ...]
    pages: int

    @property
    def text(self) -> str:
        """In a line."""
        years = "all years" if not self.years else f"{self.years[0]}-{self.years[-1]}, {len(self.years)} years"
        return (
            f"{len(self.kpi_ids)} KPIs ({span(self.kpi_ids)}) x {len(self.unit_ids)} units ({span(self.unit_ids)}), "
            f"{years}: {self.pages} page(s)"
        )


@dataclass(frozen=True, slots=True)
class RequestPlan:
    """The requests of a job.

    Attributes:
        requests: in the order in which they would be sent.
        request_count: HTTP requests in all: the catalogue, and every expected page.
        expected_seconds: how long the reading takes.
        seconds_per_request: as measured in the last published run; None when there is none.
        withdrawn: KPIs that are wanted, have left the catalogue and would not be asked for.
    """

    requests: tuple[PlannedRequest, ...]
    request_count: int
    expected_seconds: float
    seconds_per_request: float | None
    withdrawn: tuple[str, ...]

    def fields(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "request_count": self.request_count,
            "expected_seconds": round(self.expected_seconds, 1),
            "seconds_per_request": self.seconds_per_request,
            "withdrawn_kpi_ids": list(self.withdrawn),
            "requests": [
                {"kpi_ids": each.kpi_ids, "unit_ids": each.unit_ids, "years": each.years, "pages": each.pages}
                for each in self.requests
            ],
        }

    def text(self) -> str:
        """For people."""
        basis = (
            "by the rate alone; nothing was measured yet"
            if self.seconds_per_request is None
            else f"by the rate and {self.seconds_per_request:.2f} s a request, as in the last run"
        )
        left_out = (
            [f"Not asked for, since they have left the catalogue: {', '.join(self.withdrawn)}."]
            if self.withdrawn
            else []
        )
        more = len(self.requests) - SHOWN
        return "\n".join(
            [
                *(f"{number:>4}  {each.text}" for number, each in enumerate(self.requests[:SHOWN], start=1)),
                *([f"      ... and {more} more"] if more > 0 else []),
                *left_out,
                f"{self.request_count} requests in all, {len(CATALOGUE_PARTS)} of them for the catalogue.",
                f"Expected time: {in_words(self.expected_seconds)} ({basis}).",
                "Nothing was changed.",
            ]
        )


def plan_job(settings: Settings, job: Job) -> RequestPlan:
    """Plan a backfill and check it against the catalogue.

    Raises:
        InvalidRequest: an id is unknown, or the job is too large.
        KoladaError: the catalogue is not known and could not be read.
    """
    with known_warehouse(settings) as connection:
        catalogue = catalogue_for(settings, job, connection)
        requests = planned_requests(job, catalogue)
        check_wanted(
            job,
            kpis=names_known(connection) | catalogue.kpi_titles,
            units=catalogue.unit_names,
            request_count=len(requests),
        )
        cells = known_cells(connection, job)
        measured = measured_seconds(connection)
    planned = tuple(
        PlannedRequest(each.kpi_ids, each.municipality_ids, each.years, pages_of(each, cells)) for each in requests
    )
    request_count = sum(each.pages for each in planned) + len(CATALOGUE_PARTS)
    return RequestPlan(
        requests=planned,
        request_count=request_count,
        expected_seconds=expected_seconds(request_count, settings, measured),
        seconds_per_request=measured,
        withdrawn=tuple(sorted(set(job.kpi_ids) - catalogue.kpi_ids)),
    )


def expected_seconds(request_count: int, settings: Settings, measured: float | None) -> float:
    """The longer of what the rate takes and what the answers take, as many at a time as are allowed."""
    by_rate = request_count / settings.rate
    return by_rate if measured is None else max(by_rate, request_count * measured / settings.concurrency)


@contextmanager
def known_warehouse(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection | None]:
    """The published file, or None where nothing is published yet."""
    published = Home(settings.home).published
    if not published.exists():
        yield None
        return
    with published_file(published) as connection:
        yield connection


def catalogue_for(settings: Settings, job: Job, connection: duckdb.DuckDBPyConnection | None) -> Catalogue:
    """A catalogue that knows the job's KPIs, from the published file if it does."""
    if connection is not None:
        known = published_catalogue(connection)
        if set(job.kpi_ids) <= names_known(connection).keys():
            return known
    with open_source(settings) as client:
        return Catalogue(
            kpis=client.kpis(),
            municipalities=client.municipalities(),
            groups=client.municipality_groups(),
            source_kind="live",
        )


def names_known(connection: duckdb.DuckDBPyConnection | None) -> dict[str, str]:
    """KPI id -> title of every KPI that was ever in the catalogue."""
    if connection is None:
        return {}
    return dict(connection.execute("select kpi_id, title from core.kpi").fetchall())


def published_catalogue(connection: duckdb.DuckDBPyConnection) -> Catalogue:
    """The catalogue as of the last publication: ids and names, which is what planning needs."""

    def names(statement: str, *columns: str) -> pl.DataFrame:
        rows = connection.execute(statement).fetchall()
        return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")

    return Catalogue(
        kpis=names("select kpi_id, title from core.kpi where not is_withdrawn", "kpi_id", "title"),
        municipalities=names(
            "select municipality_id, municipality_name from core.municipality", "municipality_id", "municipality_name"
        ),
        groups=names("select group_id, group_name from core.municipality_group", "group_id", "group_name"),
        source_kind="live",
    )


def known_cells(connection: duckdb.DuckDBPyConnection | None, job: Job) -> pl.DataFrame:
    """The cells that are known, genders together: kpi_id, unit_id, period."""
    rows = [] if connection is None else connection.execute(KNOWN_CELLS, {"kpi_ids": list(job.kpi_ids)}).fetchall()
    return pl.DataFrame(rows, schema={"kpi_id": pl.String, "unit_id": pl.String, "period": pl.Int32}, orient="row")


def measured_seconds(connection: duckdb.DuckDBPyConnection | None) -> float | None:
    """Seconds that a request for values took in the last published run."""
    if connection is None:
        return None
    row = connection.execute(MEASURED).fetchone()
    return round(row[0], 3) if row is not None and row[0] is not None else None


def pages_of(request: DataRequest, cells: pl.DataFrame) -> int:
    """Pages that the answer is expected to have; at least one. An entry of a page holds all genders of its cell."""
    within = cells.filter(pl.col("kpi_id").is_in(request.kpi_ids) & pl.col("unit_id").is_in(request.municipality_ids))
    if request.years:
        within = within.filter(pl.col("period").is_in(request.years))
    return max(1, ceil(within.height / PAGE_SIZE))


def in_words(seconds: float) -> str:
    """A length of time for people."""
    minute = 60
    return f"{seconds:.0f} seconds" if seconds < 2 * minute else f"{seconds / minute:.0f} minutes"
