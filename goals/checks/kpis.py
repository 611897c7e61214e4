"""Do breaks, availability and notes speak of KPIs that the plan uses?"""

from collections.abc import Iterator

from goals.cell_values import suggestion
from goals.draft import Draft
from goals.errors import Finding

_FARTHEST_OFFSET = 3
WITHDRAWN = "kpi_withdrawn"


def check_kpis(draft: Draft) -> Iterator[Finding]:
    """KPI ids that no indicator and no cross-check has, and what is said about the others."""
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
        year = row.integer("first_year_after")
        years = draft.settings.years if draft.settings is not None else range(0)
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
