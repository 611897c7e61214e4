"""Does every target fit its plan, its indicator and the indicator's other targets?"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from goals.cell_values import limits
from goals.checks.criteria import PLACES
from goals.codes import OPERATORS_OF_DIRECTION
from goals.csv_rows import Row
from goals.errors import Finding, suggestion
from goals.plan import Draft

_FILE = "targets.csv"
_NOT_OF_REGIONS = ("county", "similar")


def check_judged_indicators(draft: Draft) -> Iterator[Finding]:
    """Yield findings about each target next to its indicator, and about all targets of an indicator together."""
    indicators = draft.by_id("indicators.csv", "indicator_id")
    reported: set[str] = set()
    for target in draft.rows(_FILE):
        yield from _units(draft, target)
        indicator = indicators.get(target.text("indicator_id") or "")
        if indicator is not None:
            name = indicator.text("indicator_id") or ""
            if name not in reported and not target.is_empty("kind"):
                reported.add(name)
                yield from _judged_indicator(indicator, name)
            yield from _beside(target, indicator)
    yield from _together(draft, indicators)


def _units(draft: Draft, row: Row) -> Iterator[Finding]:
    """Yield findings about the units that a reference or a scope names."""
    settings = draft.settings
    for column in ("reference", "rank_scope"):
        named = row.text(column)
        if named is None or settings is None:
            continue
        if settings.is_region and named in _NOT_OF_REGIONS:
            yield row.finding(
                column,
                f"`{named}` in the plan of a region",
                "a region lies in no county of others, and Kolada's similar municipalities are none",
                "Write `unweighted_mean` or `all` for all regions, `group:` and one of Kolada's, or `own:` and a list",
            )
        group = named.removeprefix("own:") if named.startswith("own:") else None
        if group is None:
            continue
        if group not in settings.groups:
            yield row.finding(
                column,
                "no such list under `groups` in plan.toml",
                "it is not known which units are meant",
                f'Write `{group} = ["0180", "1480"]` there.{suggestion(group, settings.groups)}'.rstrip("."),
            )
            continue
        count = len({*settings.groups[group], settings.municipality_id})
        place = row.figure("target_value")
        if row.text("kind") == "rank" and place is not None and place >= count:
            yield row.finding(
                "target_value",
                f"a place among {count} units that all of them have",
                "it would always be met",
                f"Write a place from 1 to {count - 1}",
            )


def _judged_indicator(indicator: Row, name: str) -> Iterator[Finding]:
    if indicator.is_empty("unit"):
        yield indicator.finding(
            "unit",
            f"empty although `{name}` has a target",
            "it is not known what the target is counted in, and no unit is guessed",
            "Write the unit, such as `%`",
        )
    if indicator.is_empty("direction"):
        yield indicator.finding(
            "direction",
            f"empty although `{name}` has a target",
            "it is not known which way is better, and no direction is guessed",
            "Write `higher`, `lower` or `target` (the nearer the better)",
        )


def _beside(target: Row, indicator: Row) -> Iterator[Finding]:
    name = indicator.text("indicator_id") or ""
    unit, direction = indicator.text("unit"), indicator.text("direction")
    kind, operator = target.text("kind"), target.text("operator")
    if (
        direction is not None
        and operator is not None
        and kind not in {"gender_gap", "range", *PLACES}
        and operator not in OPERATORS_OF_DIRECTION[direction]
    ):
        right = " or ".join(f"`{one}`" for one in OPERATORS_OF_DIRECTION[direction])
        yield target.finding(
            "operator",
            f"contradicts the direction `{direction}` of `{name}`",
            "the verdict would be turned round",
            f"Write {right}, or correct the direction in indicators.csv row {indicator.number}",
        )
    if unit is not None and kind in {"number", "range"}:
        for column in ("target_value", "target_high"):
            value = target.figure(column)
            if value is not None and not limits(unit).holds(value):
                yield target.finding(
                    column,
                    f"outside what the unit `{unit}` allows ({limits(unit)})",
                    "no outcome could be compared with it",
                    "Correct the number, or name the unit so that it says of what (goals/README.md, Units)",
                )
    if kind in PLACES and direction == "target":
        yield target.finding(
            "kind",
            f"a place for `{name}`, whose direction is `target`",
            "it is not known which units are the best",
            "Write another kind, or `higher` or `lower` as direction",
        )
    if indicator.is_empty("kpi_id"):
        yield from _without_kpi(target, name)
    elif "similar" in {target.text("reference"), target.text("rank_scope")} and indicator.is_empty(
        "similar_group_topic"
    ):
        yield indicator.finding(
            "similar_group_topic",
            f"empty although `{name}` is compared with similar municipalities",
            "it is not known which group is meant",
            "Write the group's topic as in Kolada, such as `grundskola` or `övergripande`",
        )


def _without_kpi(target: Row, name: str) -> Iterator[Finding]:
    kind = target.text("kind")
    if kind == "reference" or kind in PLACES:
        yield target.finding(
            "kind",
            f"a {'mean of' if kind == 'reference' else 'place among'} other units for `{name}`, which has no KPI",
            "Kolada has no values of others",
            "Give the indicator a KPI, or write another kind",
        )
    if kind == "gender_gap" or (target.text("gender") or "T") != "T":
        yield target.finding(
            "kind" if kind == "gender_gap" else "gender",
            f"women and men for `{name}`, which has no KPI",
            "own figures are not divided by gender",
            "Give the indicator a KPI, or follow women and men as two indicators",
        )


def _together(draft: Draft, indicators: Mapping[str, Row]) -> Iterator[Finding]:
    criteria: dict[str, dict[str | None, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in draft.rows(_FILE):
        if (name := row.text("indicator_id")) is not None and not row.unread & {"year", "criterion"}:
            criteria[name][row.text("criterion")].append(row)
    for name, groups in criteria.items():
        for group in groups.values():
            standing = [row for row in group if row.is_empty("year")]
            yearly = [row for row in group if not row.is_empty("year")]
            if standing and yearly:
                yield standing[0].finding(
                    "year",
                    f"a standing criterion for `{name}` beside the one for a year in row {yearly[0].number}",
                    "it is not known which of them that year is judged by",
                    "Keep one of them, give each its year, or name two criteria in the column `criterion`",
                )
    for name, indicator in indicators.items():
        if indicator.has("criteria_rule") and draft.has(_FILE) and len(criteria.get(name, {})) < 2:  # noqa: PLR2004
            yield indicator.finding(
                "criteria_rule",
                f"a rule for several criteria, and `{name}` has one or none",
                "there is nothing to put together",
                "Leave it empty, or name the criteria in the column `criterion` of targets.csv",
            )
