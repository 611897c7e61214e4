"""What the tools for assistants answer: a type for each answer, and how rows of the published file become it.

Every answer carries its moment, its source label and the page that shows the same. What is missing is null and has its
reason in another field.
"""

from datetime import UTC, date, datetime
from math import isfinite
from typing import Any, Final

from pydantic import BaseModel, Field

from reports.contents import Contents
from reports.notices import source_text
from reports.sourced_rows import Row
from web.rendering import address

NO_ROW: Final = "Kolada har ingen uppgift"


class Answer(BaseModel):
    """What every answer says of itself."""

    known_at: datetime = Field(description="The publication that the answer comes from, UTC.")
    notice: str = Field(description="What must be told beside the figures, such as that they are made up.")
    source: str = Field(description="The source label of what is computed.")
    link: str = Field(description="The page that shows the same.")


class Figure(BaseModel):
    """One indicator of a year, judged."""

    goal_id: str
    indicator_id: str
    title: str
    kpi_id: str | None
    unit: str | None
    value: float | None = Field(description="Null is missing, never zero; `reason` says why.")
    value_year: int | None
    value_source: str = Field(description="The source label of the value.")
    target: str | None = Field(description="The target as the plan words it.")
    compared_with: float | None = Field(description="The target's number, or the reference's value.")
    compared_n: int | None = Field(description="Municipalities in the reference; null where it is no mean.")
    verdict: str
    verdict_word: str
    reason: str | None
    margin: float | None = Field(description="Plus is good.")
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
    """One figure explained, as an auditor asks."""

    title: str
    chapters: list[Chapter]
    evidence: dict[str, Any] = Field(description="The rows that the chapters rest on.")


class VerdictChange(BaseModel):
    """A verdict that another publication changed."""

    known_from: datetime
    level: str
    item_id: str
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
    """What changed since a day."""

    plan_id: str
    verdicts: list[VerdictChange]
    values: list[Revision]
    n_left_out: int = Field(description="Changes beyond those listed; ask for a later day.")


class FoundKpi(BaseModel):
    """A KPI of Kolada's catalogue."""

    kpi_id: str
    title: str
    operating_area: str | None
    state: str
    link: str


class FoundKpis(Answer):
    """KPIs that fit some words, best first."""

    kpis: list[FoundKpi]


class Cell(BaseModel):
    """One unit's value of a year."""

    year: int
    value: float | None
    missing: str | None = Field(description="Why there is no value; null where there is one.")


class Series(BaseModel):
    """One unit's values."""

    unit_id: str
    name: str
    cells: list[Cell]


class Comparison(Answer):
    """A KPI for some units."""

    kpi_id: str
    title: str
    gender: str
    value_source: str
    series: list[Series]
    n_with_value: dict[int, int] = Field(description="Year -> municipalities, or regions, that have a value.")


class QueryAnswer(Answer):
    """Rows of a query."""

    columns: list[str]
    types: list[str]
    rows: list[list[Any]]
    is_cut: bool = Field(description="Whether there are more rows than are shown.")


def figure(contents: Contents, row: Row, as_of: str | None, *, pages: str) -> Figure:
    """An indicator's row of mart.goal_fulfilment."""
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
    """A row of mart.verdict_change."""
    page = f"/mal/{row['plan_id']}" + (f"/{row['item_id']}" if row["level"] == "indicator" else "")
    return VerdictChange(
        known_from=row["known_from"].replace(tzinfo=UTC),
        level=row["level"],
        item_id=row["item_id"],
        year=row["year"],
        verdict_before=contents.label("verdict", row["verdict_before"]),
        verdict=contents.label("verdict", row["verdict"]),
        cause=row["cause"],
        cause_word=contents.label("cause", row["cause"]),
        link=f"{pages}{address(page, year=row['year'])}",
    )


def revision(contents: Contents, row: Row, *, pages: str) -> Revision:
    """A row of mart.revision."""
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
    """A row of core.observation or core.group_observation; None where there is none."""
    if row is None:
        return Cell(year=year, value=None, missing=NO_ROW)
    missing = None if row["value"] is not None else str(row["status"] or "värdet saknas utan angivet skäl")
    return Cell(year=year, value=row["value"], missing=missing)


def json_value(value: object) -> object:
    """A value as JSON has it; what JSON has no form for is text."""
    if isinstance(value, str | int | bool) or value is None:
        return value
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, list | tuple):
        return [json_value(each) for each in value]
    if isinstance(value, dict):
        return {str(name): json_value(each) for name, each in value.items()}
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
