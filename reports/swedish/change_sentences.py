"""A changed figure before and after, both with just enough decimals to differ."""

from markupsafe import Markup

from reports.reading.contents import Contents
from reports.reading.sourced_rows import Row
from reports.swedish.located_figures import figure
from reports.swedish.numbers import decimals_that_tell_apart
from reports.swedish.verdict_sentences import decimals_of

NONE = Markup("–")


def value_change(contents: Contents, row: Row) -> Markup:
    """Return the values before and after of an indicator whose verdict changed; empty for a goal.

    Args:
        contents: the plan.
        row: a row of mart.verdict_change.
    """
    if row["level"] != "indicator":
        return Markup("")
    judged = next((part.judged.get(row["year"]) for part in contents.indicators if part.id == row["item_id"]), None)
    least = decimals_of(judged) if judged is not None else 1
    before, after = _pair(row, "value_before", "value", least)
    return Markup("{} → {}").format(before, after)


def revised_values(contents: Contents, row: Row) -> tuple[Markup, Markup]:
    """Return the old and the new value of a revised cell.

    Args:
        contents: the plan.
        row: a row of mart.revision.
    """
    using = [part.indicator["display_decimals"] for part in contents.indicators if _reads(part.indicator, row)]
    return _pair(row, "old_value", "new_value", max(using, default=1))


def _reads(indicator: Row, row: Row) -> bool:
    return bool(indicator["kpi_id"] == row["kpi_id"])


def _pair(row: Row, before: str, after: str, least: int) -> tuple[Markup, Markup]:
    decimals = decimals_that_tell_apart(row[before], row[after], least)
    return figure(row, before, decimals) or NONE, figure(row, after, decimals) or NONE
