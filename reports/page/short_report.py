"""Contents of the short report only: the indicators without a verdict, by reason, with their owners."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from reports.reading.contents import Contents, GoalPart, IndicatorPart
from reports.reading.sourced_rows import Row
from reports.swedish.numbers import join_words
from reports.swedish.reasons import short_reason

UNANSWERED = ("no_data", "not_comparable")


@dataclass(frozen=True, slots=True)
class Gap:
    """Indicators without a verdict for the same reason.

    Attributes:
        reason: the reason in a few words.
        said: the indicators, grouped by owner.
    """

    reason: str
    said: str


def gaps(contents: Contents) -> list[Gap]:
    """Return the indicators without a verdict in the year in focus, by reason, in the order of the plan."""
    by_reason: dict[str, dict[str, list[str]]] = {}
    for goal in contents.goals:
        for part in goal.indicators:
            row = part.judged[contents.year]
            if row["verdict"] in UNANSWERED and row["verdict_reason"]:
                why = short_reason(contents, row["verdict_reason"])
                who = contents.of_own_kind(responsible(goal, part))
                by_reason.setdefault(why, {}).setdefault(who, []).append(part.id)
    return [
        Gap(
            reason=reason[:1].upper() + reason[1:],
            said="; ".join(f"{join_words(ids)}{f' ({who})' if who else ''}" for who, ids in owners.items()),
        )
        for reason, owners in by_reason.items()
    ]


def responsible(goal: GoalPart, part: IndicatorPart) -> str:
    """Return the owner of a figure: the indicator's, else the goal's; empty if the figure comes from Kolada."""
    for row in (part.indicator, goal.goal):
        if row.values.get("owner"):
            return str(row["owner"])
    return "" if part.indicator["kpi_id"] else "kommunens egen uppgift"


def revised_cells(rows: tuple[Row, ...]) -> str:
    """Return the own values that Kolada changed, by KPI and year."""
    return ", ".join(_named(rows))


def _named(rows: tuple[Row, ...]) -> Iterator[Markup | str]:
    yield from dict.fromkeys(f"{row['kpi_id']} {row['period']}" for row in rows)
