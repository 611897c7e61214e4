"""What a mirror would read, without reading it: the KPIs and why, the requests, the time.

The catalogue comes from the published file; where there is none, from Kolada. The number of pages comes from the cells
that are known; where a KPI was never read, from the average of the others, or from an assumption that is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

import duckdb
import polars as pl

from kolada_client.identifiers import PAGE_SIZE
from kolada_client.schemas import KPI_SCHEMA, MUNICIPALITY_SCHEMA
from pipeline.backfill_estimate import expected_seconds, in_words, known_warehouse, measured_seconds
from pipeline.ingest import CATALOGUE_PARTS, Catalogue, requests_of
from pipeline.mirror_selection import AUDIT, CHANGED, DUE, NEVER_READ, Selection, select
from pipeline.settings import Settings
from pipeline.source import open_source

# Years that a series has, where nothing is known: the recorded series are between 5 and 30 years long.
ASSUMED_YEARS = 12

GROUP_NAMES = {"group_id": pl.String(), "group_name": pl.String()}

KNOWN_ROWS = """
    select kpi_id, count(distinct (municipality_id, period)) / count(distinct municipality_id) as rows_per_unit
    from core.observation
    group by kpi_id
"""
WORDS = {
    NEVER_READ: "never read before",
    CHANGED: "changed in the catalogue",
    DUE: "due by the calendar",
    AUDIT: "read longest ago",
}


@dataclass(frozen=True, slots=True)
class MirrorPlan:
    """What a mirror would read today.

    Attributes:
        counts: KPIs per reason.
        kpi_count: KPIs in the catalogue.
        question_count: questions to the API; an answer has one page or more.
        request_count: HTTP requests in all: the catalogue, and every expected page.
        expected_seconds: how long the reading takes.
        seconds_per_request: as measured in the last published run; None when there is none.
        assumed_share: the share of the chosen KPIs whose size is assumed, since nothing is known of them.
        days: within how many days every cell is read again.
    """

    counts: dict[str, int]
    kpi_count: int
    question_count: int
    request_count: int
    expected_seconds: float
    seconds_per_request: float | None
    assumed_share: float
    days: int

    def fields(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "kpis": self.counts,
            "kpi_count": self.kpi_count,
            "question_count": self.question_count,
            "request_count": self.request_count,
            "expected_seconds": round(self.expected_seconds, 1),
            "seconds_per_request": self.seconds_per_request,
            "assumed_share": round(self.assumed_share, 3),
            "days": self.days,
        }

    def text(self) -> str:
        """For people."""
        chosen = sum(self.counts.values())
        basis = (
            "by the rate alone: how long Kolada takes to answer was not measured yet"
            if self.seconds_per_request is None
            else f"by the rate and {self.seconds_per_request:.2f} s a request, as in the last run"
        )
        pages = (
            f"Of {self.assumed_share:.0%} of them nothing is known yet: their size is a guess (as the known ones, or "
            f"{ASSUMED_YEARS} years of every unit), and what is empty is asked twice."
            if self.assumed_share
            else "Their size is known from the cells that are held."
        )
        return "\n".join(
            [
                f"{chosen} of {self.kpi_count} KPIs would be read:",
                *(f"{count:>7}  {WORDS[reason]}" for reason, count in self.counts.items()),
                f"All are read again within {self.days} days (KOLADA_MIRROR_DAYS).",
                pages,
                f"{self.question_count} questions, about {self.request_count} requests with pages and catalogue.",
                f"Expected time of the reading: {in_words(self.expected_seconds)} ({basis}).",
                "Nothing was changed.",
            ]
        )


def plan_mirror(settings: Settings, *, today: date) -> MirrorPlan:
    """Plan a mirror.

    Raises:
        KoladaError: nothing is published and the catalogue could not be read.
    """
    with known_warehouse(settings) as connection:
        catalogue = full_catalogue(settings, connection)
        selection = select(connection, catalogue, today=today, days=settings.mirror_days)
        known_rows = rows_per_unit(connection, selection)
        measured = measured_seconds(connection)
    question_count, page_count = expected_pages(selection, known_rows)
    request_count = page_count + len(CATALOGUE_PARTS)
    chosen = list(selection.reasons)
    return MirrorPlan(
        counts=selection.counts(),
        kpi_count=selection.kpi_count,
        question_count=question_count,
        request_count=request_count,
        expected_seconds=expected_seconds(request_count, settings, measured),
        seconds_per_request=measured,
        assumed_share=sum(kpi_id not in known_rows for kpi_id in chosen) / max(1, len(chosen)),
        days=settings.mirror_days,
    )


def rows_per_unit(connection: duckdb.DuckDBPyConnection | None, selection: Selection) -> dict[str, float]:
    """KPI id -> entries a unit in its answer, of the KPIs that were read before; none where it had nothing."""
    if connection is None:
        return {}
    read_before = [kpi_id for kpi_id, reason in selection.reasons.items() if reason != NEVER_READ]
    return dict.fromkeys(read_before, 0.0) | dict(connection.execute(KNOWN_ROWS).fetchall())


def expected_pages(selection: Selection, known_rows: dict[str, float]) -> tuple[int, int]:
    """Questions, and pages that their answers are expected to have."""
    usual = sum(known_rows.values()) / len(known_rows) if known_rows else float(ASSUMED_YEARS)
    requests = requests_of(selection.rectangles)
    pages = sum(
        max(
            1,
            ceil(
                sum(known_rows.get(kpi_id, usual) for kpi_id in request.kpi_ids)
                * len(request.municipality_ids)
                / PAGE_SIZE
            ),
        )
        for request in requests
    )
    return len(requests), pages


def full_catalogue(settings: Settings, connection: duckdb.DuckDBPyConnection | None) -> Catalogue:
    """The catalogue with types and dates, from the published file if there is one."""
    if connection is None:
        with open_source(settings) as client:
            return Catalogue(
                kpis=client.kpis(),
                municipalities=client.municipalities(),
                groups=client.municipality_groups(),
                source_kind="live",
            )

    def frame(relation: str, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
        rows = connection.execute(f"select {', '.join(schema)} from {relation} order by all").fetchall()
        return pl.DataFrame(rows, schema=dict(schema), orient="row")

    return Catalogue(
        kpis=frame("core.kpi where not is_withdrawn", KPI_SCHEMA),
        municipalities=frame("core.municipality", MUNICIPALITY_SCHEMA),
        groups=frame("core.municipality_group", GROUP_NAMES),
        source_kind="live",
    )
