"""Are the figures possible, and are the KPIs of breaks, availability and notes among those of the plan?

A figure is within the limits of its unit, belongs to a year of the plan, and was entered at a possible time.
"""

from collections.abc import Iterator, Mapping
from datetime import date

from goals.cell_values import limits
from goals.csv_rows import Row
from goals.errors import Finding, suggestion
from goals.plan import Draft

WITHDRAWN = "kpi_withdrawn"
_YEARS_AFTER = 10
_FARTHEST_OFFSET = 3


def check_figures(draft: Draft) -> Iterator[Finding]:
    """Yield findings about printed and entered outcomes, assessments, comments and budget lines."""
    indicators = draft.by_id("indicators.csv", "indicator_id")
    kinds: dict[str, set[str]] = {}
    for target in draft.rows("targets.csv"):
        kinds.setdefault(target.text("indicator_id") or "", set()).add(target.text("kind") or "")
    for row in draft.rows("outcomes_document.csv"):
        yield from _year(draft, row)
        yield from _marker(row)
        yield from _within_unit(row, indicators)
    for row in draft.rows("outcomes_manual.csv"):
        yield from _year(draft, row)
        yield from _within_unit(row, indicators)
        if draft.has("targets.csv"):
            yield from _comparison(row, kinds.get(row.text("indicator_id") or "", set()))
        if row.text("kind") == "outcome":
            yield from _time(draft, row, "entered_at", "an outcome entered before its year began")
        else:
            yield from _time(draft, row, "entered_at", None)
    for row in draft.rows("assessments.csv"):
        yield from _year(draft, row)
        yield from _time(draft, row, "decided_at", "an assessment decided before its year began")
    for row in draft.rows("comments.csv"):
        yield from _year(draft, row)
        yield from _time(draft, row, "written_at", "a comment written before its year began")
    for row in draft.rows("budget_lines.csv"):
        first, _, last = (row.text("year") or "").partition("-")
        if last and int(first) >= int(last):
            yield row.finding(
                "year", "a span that ends before it begins", "the figure belongs to no year", "Swap the years"
            )


def check_kpis(draft: Draft) -> Iterator[Finding]:
    """Yield findings about the KPIs of breaks, availability and notes."""
    used = frozenset(draft.used_kpis())
    is_known = draft.settings is not None and draft.has("indicators.csv")
    for file in ("breaks.csv", "availability.csv"):
        for row in draft.rows(file):
            kpi_id = row.text("kpi_id")
            if kpi_id is not None and kpi_id not in used and is_known:
                yield row.finding(
                    "kpi_id",
                    "no indicator and no cross-check of the plan has this KPI",
                    "the row would never be used",
                    f"Correct the id, or remove the row.{suggestion(kpi_id, used)}".rstrip("."),
                )
    for row in draft.rows("breaks.csv"):
        if row.is_empty("first_year_after") and row.is_empty("rescaled_on"):
            yield row.finding(
                "first_year_after",
                "neither a first year of a new series nor a day of rescaling",
                "it is not known where the break is",
                "Write one of the two",
            )
        year, years = row.integer("first_year_after"), draft.years
        if year is not None and years and year > years[-1] + 1:
            yield row.finding(
                "first_year_after",
                "after the plan's years",
                "no judgement could meet the break",
                f"Write a year up to {years[-1] + 1}, or remove the row",
            )
    for row in draft.rows("availability.csv"):
        offset = row.integer("year_offset")
        if offset is not None and offset > _FARTHEST_OFFSET:
            yield row.finding(
                "year_offset",
                "more years than any KPI takes",
                "the value would be waited for in vain",
                f"Write 0 (the same year) to {_FARTHEST_OFFSET}",
            )
    indicators = draft.by_id("indicators.csv", "indicator_id")
    for row in draft.rows("notes.csv"):
        if row.text("code") != WITHDRAWN:
            continue
        indicator = indicators.get(row.text("indicator_id") or "")
        if row.is_empty("indicator_id") or (indicator is not None and indicator.is_empty("kpi_id")):
            yield row.finding(
                "indicator_id",
                f"`{WITHDRAWN}` on something that has no KPI",
                "it is not known which KPI is gone",
                "Write the indicator whose KPI left the catalogue",
            )


def _year(draft: Draft, row: Row) -> Iterator[Finding]:
    year, years = row.integer("year"), draft.years
    if year is not None and years and year not in years:
        yield row.finding(
            "year",
            "outside the plan's years",
            "it would never be shown",
            f"Write a year from {years[0]} to {years[-1]}, or widen `years` in plan.toml",
        )


def _marker(row: Row) -> Iterator[Finding]:
    if row.is_empty("value") and row.is_empty("raw_marker"):
        yield row.finding(
            "raw_marker",
            "neither a value nor a marker",
            "a figure that the document leaves out looks like one that was forgotten here",
            "Write the document's sign for a missing value (`-`, `i.u.`), or `blank` for an empty cell",
        )
    if row.figure("value") is not None and row.text("raw_marker") is not None:
        yield row.finding(
            "raw_marker",
            "a marker for a missing value beside a value",
            "it is not known whether the document has the figure",
            "Keep one of the two",
        )


def _within_unit(row: Row, indicators: Mapping[str, Row]) -> Iterator[Finding]:
    indicator = indicators.get(row.text("indicator_id") or "")
    unit, value = indicator.text("unit") if indicator else None, row.figure("value")
    if unit is not None and value is not None and not limits(unit).holds(value):
        yield row.finding(
            "value",
            f"outside what the unit `{unit}` allows ({limits(unit)})",
            "the figure can't be right",
            "Correct the number, or name the unit so that it says of what (goals/README.md, Units)",
        )


def _comparison(row: Row, kinds: set[str]) -> Iterator[Finding]:
    is_judged = row.text("kind") == "outcome" and row.is_empty("period")
    if "other_value" in kinds and is_judged and row.is_empty("comparison_value"):
        yield row.finding(
            "comparison_value",
            "empty although the target compares with another value",
            "the year can't be judged",
            "Write the value that the outcome is compared with",
        )
    if row.figure("comparison_value") is not None and not kinds & {"other_value", "previous_year"}:
        yield row.finding(
            "comparison_value",
            "a value to compare with, and no target that does",
            "it would never be used",
            "Leave it empty, or write `other_value` as the target's kind",
        )


def _time(draft: Draft, row: Row, column: str, too_early: str | None) -> Iterator[Finding]:
    day, year = row.day(column), row.integer("year")
    if day is None or year is None:
        return
    if too_early is not None and day < date(year, 1, 1):
        remedy = "Correct the date" + (", or write `forecast` as kind" if row.file == "outcomes_manual.csv" else "")
        yield row.finding(column, too_early, "it can't have been known then", remedy)
    years = draft.years
    if years and not years[0] - 1 <= day.year <= years[-1] + _YEARS_AFTER:
        yield row.finding(column, "a date far from the plan's years", "it can't be right", "Correct the date")
