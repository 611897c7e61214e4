"""The estimate of a backfill: its requests, their number, and the time that they take. No values are requested.

The catalogue comes from the published file, or from Kolada if no file is published or the file lacks a wanted KPI. The
number of pages is computed from the known cells: a response has pages of 5,000 rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

import duckdb
import polars as pl

from kolada_client import DataRequest
from kolada_client.identifiers import PAGE_SIZE
from kolada_client.schemas import KPI_SCHEMA, MUNICIPALITY_SCHEMA
from pipeline.empty_answers import span
from pipeline.ingest import CATALOGUE_PARTS, Catalogue, planned_requests
from pipeline.jobs import Job, check_wanted
from pipeline.settings import Settings
from pipeline.source import open_source
from warehouse.home import Home
from warehouse.published_file import published_file_if_any

SHOWN = 40
GROUP_NAMES = {"group_id": pl.String(), "group_name": pl.String()}

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
    """One request that would be sent, and the expected number of its response pages."""

    kpi_ids: tuple[str, ...]
    unit_ids: tuple[str, ...]
    years: tuple[int, ...]
    pages: int

    @property
    def text(self) -> str:
        """The request in one line."""
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
        request_count: HTTP requests in total: the catalogue and every expected page.
        expected_seconds: the expected time of the reading.
        seconds_per_request: as measured in the last published run; None if there is none.
        withdrawn: wanted KPIs that have left the catalogue and would not be requested.
    """

    requests: tuple[PlannedRequest, ...]
    request_count: int
    expected_seconds: float
    seconds_per_request: float | None
    withdrawn: tuple[str, ...]

    def fields(self) -> dict[str, Any]:
        """Return the plan as a mapping for JSON."""
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
        """Return the plan as text for the terminal."""
        left_out = (
            [f"Not requested, since they have left the catalogue: {', '.join(self.withdrawn)}."]
            if self.withdrawn
            else []
        )
        more = len(self.requests) - SHOWN
        return "\n".join(
            [
                *(f"{number:>4}  {each.text}" for number, each in enumerate(self.requests[:SHOWN], start=1)),
                *([f"      ... and {more} more"] if more > 0 else []),
                *left_out,
                f"{self.request_count} requests in total, {len(CATALOGUE_PARTS)} of them for the catalogue.",
                f"Expected time: {in_words(self.expected_seconds, self.seconds_per_request)}.",
                "Nothing was changed.",
            ]
        )


def plan_job(settings: Settings, job: Job) -> RequestPlan:
    """Plan a backfill and check it against the catalogue.

    Raises:
        InvalidRequest: an id is unknown, or the job is too large.
        KoladaError: no catalogue is published and it could not be read.
    """
    with published_file_if_any(Home(settings.home).published) as connection:
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
    """Return the longer of two times: the one that the rate limit sets, and the one that the responses take."""
    by_rate = request_count / settings.rate
    return by_rate if measured is None else max(by_rate, request_count * measured / settings.concurrency)


def catalogue_for(settings: Settings, job: Job, connection: duckdb.DuckDBPyConnection | None) -> Catalogue:
    """Return a catalogue with the job's KPIs: from the published file if it has them all, else from Kolada."""
    if connection is not None and set(job.kpi_ids) <= names_known(connection).keys():
        return known_catalogue(connection)
    return requested_catalogue(settings)


def requested_catalogue(settings: Settings) -> Catalogue:
    """Return the catalogue as Kolada has it now.

    Raises:
        KoladaError: it could not be read.
    """
    with open_source(settings) as client:
        return Catalogue(
            kpis=client.kpis(),
            municipalities=client.municipalities(),
            groups=client.municipality_groups(),
            source_kind="live",
        )


def known_catalogue(connection: duckdb.DuckDBPyConnection) -> Catalogue:
    """Return the catalogue as of the last publication."""

    def frame(relation: str, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
        rows = connection.execute(f"select {', '.join(schema)} from {relation} order by all").fetchall()
        return pl.DataFrame(rows, schema=dict(schema), orient="row")

    return Catalogue(
        kpis=frame("core.kpi where not is_withdrawn", KPI_SCHEMA),
        municipalities=frame("core.municipality", MUNICIPALITY_SCHEMA),
        groups=frame("core.municipality_group", GROUP_NAMES),
        source_kind="live",
    )


def names_known(connection: duckdb.DuckDBPyConnection | None) -> dict[str, str]:
    """Return KPI id -> title of every KPI that was ever in the catalogue."""
    if connection is None:
        return {}
    return dict(connection.execute("select kpi_id, title from core.kpi").fetchall())


def known_cells(connection: duckdb.DuckDBPyConnection | None, job: Job) -> pl.DataFrame:
    """Return the known cells, one row for all genders: kpi_id, unit_id, period."""
    rows = [] if connection is None else connection.execute(KNOWN_CELLS, {"kpi_ids": list(job.kpi_ids)}).fetchall()
    return pl.DataFrame(rows, schema={"kpi_id": pl.String, "unit_id": pl.String, "period": pl.Int32}, orient="row")


def measured_seconds(connection: duckdb.DuckDBPyConnection | None) -> float | None:
    """Return the average seconds of a request for values in the last published run; None if there is none."""
    if connection is None:
        return None
    row = connection.execute(MEASURED).fetchone()
    return round(row[0], 3) if row is not None and row[0] is not None else None


def pages_of(request: DataRequest, cells: pl.DataFrame) -> int:
    """Return the expected number of response pages, at least one. One row of a page holds all genders of its cell."""
    within = cells.filter(pl.col("kpi_id").is_in(request.kpi_ids) & pl.col("unit_id").is_in(request.municipality_ids))
    if request.years:
        within = within.filter(pl.col("period").is_in(request.years))
    return max(1, ceil(within.height / PAGE_SIZE))


def in_words(seconds: float, measured: float | None) -> str:
    """Return an expected time in words, such as `40 seconds`, with its basis."""
    minute = 60
    time = f"{seconds:.0f} seconds" if seconds < 2 * minute else f"{seconds / minute:.0f} minutes"
    if measured is None:
        return f"{time} (from the rate limit alone; no run was measured yet)"
    return f"{time} (from the rate limit and {measured:.2f} s per request, as in the last run)"
