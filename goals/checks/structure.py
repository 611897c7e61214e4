"""Do goals and indicators fit together: their sections, roles, routes and parts?"""

from collections import Counter
from collections.abc import Iterator

from goals.codes import ROLES_OF_SECTION
from goals.csv_rows import Row
from goals.errors import Finding
from goals.plan import Draft

_COUNTED_SECTIONS = ("operational", "financial")
_MOST_DECIMALS = 6


def check_structure(draft: Draft) -> Iterator[Finding]:
    """Yield findings about each goal, each indicator, and indicators that share a KPI or a title."""
    parts = Counter(row.text("goal_id") for row in draft.rows("indicators.csv"))
    for goal in draft.rows("goals.csv"):
        yield from _goal(goal, parts[goal.text("goal_id")], has_indicators=draft.has("indicators.csv"))
    goals = draft.by_id("goals.csv", "goal_id")
    for indicator in draft.rows("indicators.csv"):
        yield from _indicator(indicator, goals.get(indicator.text("goal_id") or ""))
    yield from _shared_kpis(draft)
    yield from _same_titles(draft)


def _goal(goal: Row, parts: int, *, has_indicators: bool) -> Iterator[Finding]:
    section = goal.text("section")
    if section is None:
        return
    is_counted = section in _COUNTED_SECTIONS
    if goal.flag("counts_in_majority") and not is_counted:
        yield goal.finding(
            "counts_in_majority",
            f"a goal of section `{section}` in the majority",
            "the majority is counted over operational and financial goals only",
            "Write `false`",
        )
    if has_indicators and is_counted and parts == 0 and goal.text("goal_id") is not None:
        yield goal.finding(
            "goal_id",
            "a goal without an indicator",
            "it could never be judged",
            "Add its indicator to indicators.csv, or remove the goal",
        )
    if goal.text("compound_rule") is None:
        return
    if not is_counted:
        yield goal.finding(
            "compound_rule",
            f"a compound rule on a goal of section `{section}`",
            "such a goal is assessed by people and not by counting parts",
            "Leave it empty",
        )
    elif has_indicators and parts == 1:
        yield goal.finding(
            "compound_rule",
            "a compound rule on a goal with one indicator",
            "there are no parts to put together",
            "Leave it empty, or add the other parts to indicators.csv",
        )


def _indicator(row: Row, goal: Row | None) -> Iterator[Finding]:
    section, role = goal.text("section") if goal else None, row.text("role")
    if section is not None and role is not None and role not in ROLES_OF_SECTION[section]:
        allowed = " or ".join(f"`{one}`" for one in ROLES_OF_SECTION[section])
        yield row.finding(
            "role",
            f"not a role of a goal of section `{section}`",
            "the indicator would be counted in the wrong place",
            f"Write {allowed}, or correct the goal's section",
        )
    route = row.text("value_route")
    if route == "kolada" and row.is_empty("kpi_id"):
        yield row.finding(
            "kpi_id",
            "empty although the value comes from Kolada",
            "it is not known what to ask Kolada for",
            "Write the KPI id, or `manual` as value_route",
        )
    if route == "manual" and row.text("kpi_id") is not None:
        yield row.finding(
            "kpi_id",
            "a KPI on an indicator whose value is entered by hand",
            "it is not known which of the two is the value",
            "Write `kolada` as value_route, or move the KPI to `[[cross_check_kpis]]` in plan.toml",
        )
    if row.text("similar_group_topic") is not None and row.is_empty("kpi_id"):
        yield row.finding(
            "similar_group_topic",
            "a group to compare with but no KPI",
            "there is nothing to compare",
            "Leave it empty",
        )
    decimals = row.integer("display_decimals")
    if decimals is not None and decimals > _MOST_DECIMALS:
        yield row.finding(
            "display_decimals",
            "more decimals than can be shown",
            "the figures would be unreadable",
            f"Write a whole number from 0 to {_MOST_DECIMALS}",
        )


def _shared_kpis(draft: Draft) -> Iterator[Finding]:
    first_of: dict[str, Row] = {}
    for row in draft.rows("indicators.csv"):
        kpi_id = row.text("kpi_id")
        if kpi_id is None:
            continue
        first = first_of.setdefault(kpi_id, row)
        for column in ("direction", "unit"):
            one, other = first.text(column), row.text(column)
            if one is not None and other is not None and one != other:
                yield row.finding(
                    column,
                    f"`{kpi_id}` has `{one}` in row {first.number}",
                    "one KPI can't be read in two ways",
                    "Correct one of the rows",
                )


def _same_titles(draft: Draft) -> Iterator[Finding]:
    seen: dict[tuple[str | None, ...], int] = {}
    for row in draft.rows("indicators.csv"):
        if row.text("title") is None:
            continue
        key = (row.text("goal_id"), row.text("title"), row.text("part"))
        first = seen.setdefault(key, row.number)
        if first != row.number:
            yield row.finding(
                "title",
                f"the same goal, title and part as row {first}",
                "readers can't tell the two apart",
                "Say in `part` what tells them apart, or remove one",
            )
