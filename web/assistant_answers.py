"""The results of the tools for assistants: a type per result, and the functions that make it from rows.

Every result has its moment, its source label and the URL of the page that shows the same. A missing value is null, and
another field gives the reason.
"""

from datetime import UTC, date, datetime
from math import isfinite
from typing import Any

from pydantic import BaseModel, Field

from reports.reading.contents import Contents
from reports.reading.sourced_rows import Row
from reports.swedish.notices import source_text
from web.rendering import address

NO_ROW = "Kolada har ingen uppgift"


class Answer(BaseModel):
    """The fields that every result has."""

    known_at: datetime = Field(description="The instant of the publication that the result comes from, UTC.")
    notice: str = Field(description="A notice that must be shown with the figures, such as that they are made up.")
    source: str = Field(description="The source label of computed values.")
    link: str = Field(description="The page that shows the same.")


class Figure(BaseModel):
    """The verdict on one indicator in one year, with its values."""

    goal_id: str
    indicator_id: str
    title: str
    kpi_id: str | None
    unit: str | None
    value: float | None = Field(description="Null means missing, never zero; `reason` says why.")
    value_year: int | None
    value_source: str = Field(description="The source label of the value.")
    target: str | None = Field(description="The target in the words of the plan.")
    compared_with: float | None = Field(description="The number of the target, or the value of the reference.")
    compared_n: int | None = Field(description="Number of municipalities in the reference; null if it is not a mean.")
    verdict: str
    verdict_word: str
    reason: str | None
    margin: float | None = Field(description="The distance to the target; a positive margin is good.")
    place: int | None
    place_n: int | None
    link: str


class Goals(Answer):
    """The goals of a plan in one year."""

    plan_id: str
    plan_title: str
    municipality: str
    year: int
    figures: list[Figure]


class Chapter(BaseModel):
    """A heading and its sentences, in Swedish."""

    title: str
    lines: list[str]


class Explanation(Answer):
    """The explanation of one figure, in enough detail for an audit."""

    title: str
    chapters: list[Chapter]
    evidence: dict[str, Any] = Field(description="The rows that the chapters are based on.")


class VerdictChange(BaseModel):
    """A verdict that a publication changed."""

    known_from: datetime
    level: str
    item_id: str
    variant: str | None = Field(description="The reading of the majority, on god ekonomisk hushållning only.")
    year: int
    verdict_before: str
    verdict: str
    cause: str
    cause_word: str
    link: str


class Revision(BaseModel):
    """A value that Kolada changed."""

    known_from: datetime
    kpi_id: str
    title: str | None
    period: int
    gender: str
    old_value: float | None
    new_value: float | None
    kind: str
    kind_word: str
    link: str


class Changes(Answer):
    """The changes since a day."""

    plan_id: str
    verdicts: list[VerdictChange]
    values: list[Revision]
    n_left_out: int = Field(description="Number of further changes that are not listed; call again with a later day.")


class FoundKpi(BaseModel):
    """A KPI of Kolada's catalogue."""

    kpi_id: str
    title: str
    operating_area: str | None
    state: str
    link: str


class FoundKpis(Answer):
    """KPIs that match some words, the best match first."""

    kpis: list[FoundKpi]


class Cell(BaseModel):
    """The value of one unit in one year."""

    year: int
    value: float | None
    missing: str | None = Field(description="Why there is no value; null if there is one.")


class Series(BaseModel):
    """The values of one unit."""

    unit_id: str
    name: str
    cells: list[Cell]


class Comparison(Answer):
    """The values of a KPI for some units."""

    kpi_id: str
    title: str
    gender: str
    value_source: str
    series: list[Series]
    n_with_value: dict[int, int] = Field(description="Year -> number of municipalities, or regions, with a value.")


class QueryAnswer(Answer):
    """The rows of a query."""

    columns: list[str]
    types: list[str]
    rows: list[list[Any]]
    is_cut: bool = Field(description="Whether the query has more rows than are returned.")


def figure(contents: Contents, row: Row, as_of: str | None, *, pages: str) -> Figure:
    """Return the result for a row of mart.goal_fulfilment."""
    reason = row["verdict_reason"]
    page = address(f"/mal/{row['plan_id']}/{row['indicator_id']}", year=row["year"], as_of=as_of)
    return Figure(
        goal_id=row["goal_id"],
        indicator_id=row["indicator_id"],
        title=row["indicator_title"],
        kpi_id=row["kpi_id"],
        unit=row["unit"],
        value=row["value"],
        value_year=row["value_year"],
        value_source=source_text(contents.source, row["source_label"]),
        target=row["target_text"],
        compared_with=row["reference_value"] if row["reference_value"] is not None else row["target_value"],
        compared_n=row["reference_n"],
        verdict=row["verdict"],
        verdict_word=contents.label("verdict", row["verdict"]),
        reason=None if reason is None else contents.label("verdict_reason", reason),
        margin=row["margin"],
        place=row["rank"],
        place_n=row["rank_n"],
        link=f"{pages}{page}",
    )


def verdict_change(contents: Contents, row: Row, *, pages: str) -> VerdictChange:
    """Return the result for a row of mart.verdict_change."""
    page = f"/mal/{row['plan_id']}" + (f"/{row['item_id']}" if row["level"] == "indicator" else "")
    return VerdictChange(
        known_from=row["known_from"].replace(tzinfo=UTC),
        level=row["level"],
        item_id=row["item_id"],
        variant=contents.label("variant", row["variant"]) or None,
        year=row["year"],
        verdict_before=contents.label("verdict", row["verdict_before"]),
        verdict=contents.label("verdict", row["verdict"]),
        cause=row["cause"],
        cause_word=contents.label("cause", row["cause"]),
        link=f"{pages}{address(page, year=row['year'])}",
    )


def revision(contents: Contents, row: Row, *, pages: str) -> Revision:
    """Return the result for a row of mart.revision."""
    return Revision(
        known_from=row["known_from"].replace(tzinfo=UTC),
        kpi_id=row["kpi_id"],
        title=row["kpi_title"],
        period=row["period"],
        gender=row["gender"],
        old_value=row["old_value"],
        new_value=row["new_value"],
        kind=row["change_kind"],
        kind_word=contents.label("change_kind", row["change_kind"]),
        link=f"{pages}/nyckeltal/{row['kpi_id']}",
    )


def cell(row: Row | None, year: int) -> Cell:
    """Return the result for a row of core.observation or core.group_observation; None means no row."""
    if row is None:
        return Cell(year=year, value=None, missing=NO_ROW)
    missing = None if row["value"] is not None else str(row["status"] or "värdet saknas utan angivet skäl")
    return Cell(year=year, value=row["value"], missing=missing)


def json_value(value: object) -> object:
    """Return a value for JSON: types that JSON lacks become text."""
    if isinstance(value, str | int | bool) or value is None:
        return value
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, list | tuple):
        return [json_value(each) for each in value]
    if isinstance(value, dict):
        return {str(name): json_value(each) for name, each in value.items()}
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
