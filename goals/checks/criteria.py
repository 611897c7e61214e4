"""Does every target say what is judged: a unit, a direction, one number or one reference, one year?"""

from collections import defaultdict
from collections.abc import Iterator

from goals.cell_values import limits
from goals.codes import OPERATORS_OF_DIRECTION
from goals.csv_rows import Row
from goals.errors import Finding
from goals.plan import Draft
from goals.plan_tables import printed_number

_REFERENCE_OPERATORS = {"above_reference": (">", ">="), "below_reference": ("<", "<=")}


def check_criteria(draft: Draft) -> Iterator[Finding]:
    """Targets one by one, beside their indicators, and all targets of an indicator together."""
    indicators = draft.by_id("indicators.csv", "indicator_id")
    reported: set[str] = set()
    for target in draft.rows("targets.csv"):
        yield from _shape(target)
        yield from _number(target)
        yield from _year(draft, target)
        indicator = indicators.get(target.text("indicator_id") or "")
        if indicator is not None:
            yield from _beside(target, indicator, reported)
    yield from _standing_and_yearly(draft)


def _shape(row: Row) -> Iterator[Finding]:
    kind = row.text("kind")
    if kind is None:
        return
    if kind == "number":
        for column in ("target_value", "target_text"):
            if row.is_empty(column):
                yield row.finding(
                    column,
                    "empty although the target is a number",
                    "there is nothing to compare with"
                    if column == "target_value"
                    else "its printed decimals are unknown",
                    "Write the number" if column == "target_value" else "Write the number as it is printed",
                )
    elif row.figure("target_value") is not None:
        yield row.finding(
            "target_value",
            f"a number on a target of kind `{kind}`",
            "it would never be compared with",
            "Leave it empty, or write `number` as kind",
        )
    operators = _REFERENCE_OPERATORS.get(kind)
    if operators is None:
        if row.text("reference") is not None:
            yield row.finding(
                "reference",
                f"a reference on a target of kind `{kind}`",
                "it would never be compared with",
                "Leave it empty, or write `above_reference` or `below_reference` as kind",
            )
        return
    if row.is_empty("reference"):
        yield row.finding(
            "reference",
            "empty",
            "it is not known which mean is meant",
            "Write `national_average` or `similar`",
        )
    operator = row.text("operator")
    if operator is not None and operator not in operators:
        yield row.finding(
            "operator",
            f"contradicts the kind `{kind}`",
            "the verdict would be turned round",
            f"Write `{operators[0]}`, or `{operators[1]}` when equal is enough",
        )


def _number(row: Row) -> Iterator[Finding]:
    value, text = row.figure("target_value"), row.text("target_text")
    if value is None or text is None or row.text("kind") != "number":
        return
    printed = printed_number(text)
    if printed is None:
        yield row.finding(
            "target_text",
            "not exactly one number",
            "the target can't be checked against the document",
            "Write the number as it is printed, such as `3,5`",
        )
    elif float(printed.replace(",", ".")) != value:
        yield row.finding(
            "target_text",
            f"not the target_value `{row.raw.get('target_value')}`",
            "one of the two is wrong",
            "Look in the document and correct it",
        )


def _year(draft: Draft, row: Row) -> Iterator[Finding]:
    year = row.integer("year")
    if year is not None and draft.settings is not None:
        years = draft.settings.years
        if years and year not in years:
            yield row.finding(
                "year",
                "outside the plan's years",
                "it would never be judged",
                f"Write a year from {years[0]} to {years[-1]}, or leave it empty for a standing criterion",
            )
    if year is not None and row.flag("is_yearly_criterion") is False:
        yield row.finding(
            "is_yearly_criterion",
            f"false on a target for {year}",
            "a target for one year is a criterion for that year",
            "Write `true`, or leave the year empty",
        )


def _beside(target: Row, indicator: Row, reported: set[str]) -> Iterator[Finding]:
    name = indicator.text("indicator_id") or ""
    unit, direction = indicator.text("unit"), indicator.text("direction")
    kind, operator = target.text("kind"), target.text("operator")
    if name not in reported:
        reported.add(name)
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
                "Write `higher` or `lower`",
            )
    if direction is not None and operator is not None and operator not in OPERATORS_OF_DIRECTION[direction]:
        right = " or ".join(f"`{one}`" for one in OPERATORS_OF_DIRECTION[direction])
        yield target.finding(
            "operator",
            f"contradicts the direction `{direction}` of `{name}`",
            "the verdict would be turned round",
            f"Write {right}, or correct the direction in indicators.csv row {indicator.number}",
        )
    value = target.figure("target_value")
    if value is not None and unit is not None and not limits(unit).holds(value):
        yield target.finding(
            "target_value",
            f"outside what the unit `{unit}` allows ({limits(unit)})",
            "no outcome could be compared with it",
            "Correct the number, or name the unit so that it says of what (goals/README.md, Units)",
        )
    if kind in _REFERENCE_OPERATORS:
        if indicator.is_empty("kpi_id"):
            yield target.finding(
                "kind",
                f"a mean of other municipalities for `{name}`, which has no KPI",
                "Kolada has no such mean",
                "Give the indicator a KPI, or write another kind",
            )
        elif target.text("reference") == "similar" and indicator.is_empty("similar_group_topic"):
            yield indicator.finding(
                "similar_group_topic",
                f"empty although `{name}` is compared with similar municipalities",
                "it is not known which group is meant",
                "Write the group's topic as in Kolada, such as `grundskola` or `övergripande`",
            )


def _standing_and_yearly(draft: Draft) -> Iterator[Finding]:
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in draft.rows("targets.csv"):
        if (name := row.text("indicator_id")) is not None and "year" not in row.unread:
            rows[name].append(row)
    for name, group in rows.items():
        standing = [row for row in group if row.is_empty("year")]
        yearly = [row for row in group if not row.is_empty("year")]
        if standing and yearly:
            yield standing[0].finding(
                "year",
                f"a standing criterion for `{name}` beside the one for a year in row {yearly[0].number}",
                "it is not known which of them that year is judged by",
                "Keep one of them, or give each its year",
            )
