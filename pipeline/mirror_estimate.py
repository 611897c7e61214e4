"""The estimate of a mirror: the KPIs with the reasons, the requests, the time. No values are requested.

The catalogue comes from the published file, or from Kolada if no file is published. The number of pages is computed
from the known cells. For a KPI that was never read it comes from the average of the others, or from an assumption that
the text names.
"""

from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

import duckdb

from kolada_client.identifiers import PAGE_SIZE
from pipeline.backfill_estimate import (
    expected_seconds,
    in_words,
    known_catalogue,
    measured_seconds,
    requested_catalogue,
)
from pipeline.ingest import CATALOGUE_PARTS, requests_of
from pipeline.mirror_selection import AUDIT, CHANGED, DUE, NEVER_READ, Selection, select
from pipeline.settings import Settings
from warehouse.home import Home
from warehouse.published_file import published_file_if_any

# The assumed length of a series, in years, if no cells are known: recorded series have between 5 and 30 years.
ASSUMED_YEARS = 12

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
    """The estimate of a mirror that starts today.

    Attributes:
        counts: reason -> number of KPIs.
        kpi_count: KPIs in the catalogue.
        question_count: requests for values without their further pages; a response has one page or more.
        request_count: HTTP requests in total: the catalogue and every expected page.
        expected_seconds: the expected time of the reading.
        seconds_per_request: as measured in the last published run; None if there is none.
        assumed_share: the share of the chosen KPIs whose size is assumed, since no cells of them are known.
        days: every cell is read again within this number of days.
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
        """Return the estimate as a mapping for JSON."""
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
        """Return the estimate as text for the terminal."""
        chosen = sum(self.counts.values())
        pages = (
            f"{self.assumed_share:.0%} of them were never read: their size is assumed (the average of the known KPIs, "
            f"or {ASSUMED_YEARS} years of every unit), and an empty response is requested twice."
            if self.assumed_share
            else "Their size is computed from the known cells."
        )
        return "\n".join(
            [
                f"{chosen} of {self.kpi_count} KPIs would be read:",
                *(f"{count:>7}  {WORDS[reason]}" for reason, count in self.counts.items()),
                f"All are read again within {self.days} days (KOLADA_MIRROR_DAYS).",
                pages,
                f"{self.question_count} requests for values; with further pages and catalogue {self.request_count}.",
                f"Expected time of the reading: {in_words(self.expected_seconds, self.seconds_per_request)}.",
                "Nothing was changed.",
            ]
        )


def plan_mirror(settings: Settings, *, today: date) -> MirrorPlan:
    """Return the estimate of a mirror.

    Raises:
        KoladaError: nothing is published and the catalogue could not be read.
    """
    with published_file_if_any(Home(settings.home).published) as connection:
        catalogue = requested_catalogue(settings) if connection is None else known_catalogue(connection)
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
    """Return KPI id -> response rows per unit, of the chosen KPIs that were read before; 0 if it had no cells."""
    if connection is None:
        return {}
    read_before = [kpi_id for kpi_id, reason in selection.reasons.items() if reason != NEVER_READ]
    return dict.fromkeys(read_before, 0.0) | dict(connection.execute(KNOWN_ROWS).fetchall())


def expected_pages(selection: Selection, known_rows: dict[str, float]) -> tuple[int, int]:
    """Return the number of requests for values, and the expected number of their response pages."""
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
