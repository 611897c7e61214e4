"""Is every target complete: a kind with all the columns that it needs and no others, in a possible year?

`_KINDS` lists the columns of each kind; goals/README.md describes them in words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from goals.cell_values import Printed, digits, printed_numbers
from goals.csv_rows import Row
from goals.errors import Finding, listed
from goals.plan import Draft
from goals.target_texts import telling_kinds

_FILE = "targets.csv"
_MOST_PERCENT = 100


@dataclass(frozen=True, slots=True)
class _Kind:
    """The columns that a kind of target must fill, and those that it may."""

    needs: tuple[str, ...]
    may: tuple[str, ...] = ()


_EARLIER = _Kind(("operator",), ("offset", "offset_unit", "gender"))
_PLACE = _Kind(("target_value", "rank_scope"), ("gender",))
_KINDS: Mapping[str, _Kind] = {
    "number": _Kind(("operator", "target_value"), ("gender",)),
    "range": _Kind(("target_value", "target_high"), ("gender",)),
    "reference": _Kind(("operator", "reference"), _EARLIER.may),
    "previous_year": _EARLIER,
    "previous_measurement": _EARLIER,
    "base_year": _Kind(("operator", "base_year"), _EARLIER.may),
    "rank": _PLACE,
    "best_share": _PLACE,
    "other_value": _Kind(("operator",)),
    "gender_gap": _Kind(("operator", "target_value")),
}
# What a column is called in a message, and what it is for.
_WORDS: Mapping[str, tuple[str, str]] = {
    "operator": ("an operator", "it is not known on which side the value must lie"),
    "target_value": ("a number", "there is nothing to compare with"),
    "target_high": ("an upper end", "it is not known where the range ends"),
    "offset": ("an offset", ""),
    "offset_unit": ("a unit of an offset", ""),
    "reference": ("a reference", "it is not known which mean is meant"),
    "base_year": ("a base year", "it is not known which year the value is held against"),
    "rank_scope": ("a scope of places", "it is not known among which units the place is taken"),
    "gender": ("a gender", ""),
}
_OLDER_OPERATORS = {"above_reference": (">", ">="), "below_reference": ("<", "<=")}
PLACES = ("rank", "best_share")


def check_criteria(draft: Draft) -> Iterator[Finding]:
    """Yield findings about each target by itself."""
    for target in draft.rows(_FILE):
        yield from _kind(draft, target)
        yield from _shape(target)
        yield from _numbers(target)
        yield from _text(target)
        yield from _years(draft, target)
        yield from _tolerance(draft, target)


def _kind(draft: Draft, row: Row) -> Iterator[Finding]:
    """Yield a finding if there is no kind; the target of a draft may be a text alone."""
    if not row.is_empty("kind"):
        return
    kinds = telling_kinds(row.text("target_text") or "") or ("number", "range", "other_value")
    remedy = f"Write the kind that the target is, such as {' or '.join(f'`{kind}`' for kind in kinds)}"
    used = next((column for column in (*_WORDS, "tolerance") if row.has(column)), None)
    if used is not None:
        yield row.finding("kind", f"empty on a target with {used}", "it is not known how the value is compared", remedy)
    elif draft.settings is not None and not draft.settings.is_draft:
        yield row.finding("kind", "empty", "the target is not judged, which a draft alone may leave so", remedy)
    elif draft.settings is not None and row.is_empty("target_text"):
        yield row.finding(
            "target_text", "neither a kind nor a text", "there is no target", "Write the target as printed"
        )


def _shape(row: Row) -> Iterator[Finding]:
    kind = row.text("kind")
    if kind is None:
        return
    form = _KINDS[kind]
    for column, (words, lack) in _WORDS.items():
        if column in form.needs and row.is_empty(column):
            yield row.finding(column, f"empty on a target of kind `{kind}`", lack, f"Write {words}")
        elif column not in form.needs + form.may and row.has(column):
            others = listed(other for other, its in _KINDS.items() if column in its.needs + its.may)
            yield row.finding(
                column,
                f"{words} on a target of kind `{kind}`",
                "it would never be compared with",
                f"Leave it empty, or write another kind ({others})",
            )
    operators = _OLDER_OPERATORS.get(row.raw.get("kind", ""))
    operator = row.text("operator")
    if operators is not None and operator is not None and operator not in operators:
        yield row.finding(
            "operator",
            f"contradicts the kind `{row.raw['kind']}`",
            "the verdict would be turned round",
            f"Write `{operators[0]}`, or `{operators[1]}` when equal is enough",
        )
    for column in ("offset", "tolerance"):
        if row.is_empty(column) and row.has(f"{column}_unit"):
            yield row.finding(
                f"{column}_unit",
                f"a unit without its {column}",
                "there is nothing that it is the unit of",
                "Leave it empty",
            )


def _numbers(row: Row) -> Iterator[Finding]:
    kind, value, high = row.text("kind"), row.figure("target_value"), row.figure("target_high")
    if kind == "range" and value is not None and high is not None and value > high:
        yield row.finding(
            "target_high", f"below target_value `{digits(value)}`", "no value lies between", "Swap the two"
        )
    if kind == "rank" and value is not None and (value < 1 or value != int(value)):
        yield row.finding("target_value", "not a place", "nobody could reach it", "Write a whole number from 1 on")
    if kind == "best_share" and value is not None and not 0 < value < _MOST_PERCENT:
        yield row.finding(
            "target_value",
            "not a share of the units",
            "all of them or none would be among the best",
            "Write a percentage between 0 and 100, such as `25`",
        )
    if kind == "gender_gap":
        if value is not None and value < 0:
            yield row.finding("target_value", "a gap below 0", "no two values could meet it", "Write 0 or more")
        if row.text("operator") in {">=", ">"}:
            yield row.finding(
                "operator",
                "asks for a gap between women and men",
                "the verdict would be turned round",
                "Write `<=`, or `<` when the gap must be smaller",
            )


def _text(row: Row) -> Iterator[Finding]:
    """Yield a finding if the text has numbers, but not the target's."""
    ends = [row.figure(column) for column in ("target_value", "target_high") if row.figure(column) is not None]
    printed = printed_numbers(row.text("target_text") or "")
    if (
        row.text("kind") in {"number", "range"}
        and ends
        and printed
        and not any(_is_printed(end, printed) for end in ends)
    ):
        yield row.finding(
            "target_text",
            f"not the target_value `{row.raw.get('target_value')}`",
            "one of the two is wrong",
            "Look in the document and correct it",
        )


def _is_printed(end: float | None, printed: list[Printed]) -> bool:
    """Return whether a number is among those of a text, with any sign."""
    return any(end is not None and abs(one.value) == abs(end) for one in printed)


def _years(draft: Draft, row: Row) -> Iterator[Finding]:
    year, base = row.integer("year"), row.integer("base_year")
    years = draft.years
    if year is not None and years and year not in years:
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
    last = year if year is not None else (years[-1] if years else None)
    if base is not None and last is not None and base >= last:
        yield row.finding(
            "base_year",
            f"not before the year that is judged, {last}",
            "the value would be held against itself",
            "Write an earlier year",
        )


def _tolerance(draft: Draft, row: Row) -> Iterator[Finding]:
    tolerance = row.figure("tolerance")
    if tolerance is None:
        return
    if tolerance <= 0:
        yield row.finding("tolerance", "not above 0", "no miss lies within it", "Write how large a miss may be")
    rule = draft.settings.rules.get("partly_met_by") if draft.settings is not None else None
    if rule is not None and rule != "tolerance":
        yield row.finding(
            "tolerance",
            f"a tolerance, and the plan's rule `partly_met_by` is `{rule}`",
            "it would never be used",
            'Write `partly_met_by = "tolerance"` under `[rules]` in plan.toml, or leave it empty',
        )
    if row.text("tolerance_unit") == "percent" and row.text("kind") in PLACES:
        yield row.finding(
            "tolerance_unit",
            "percent of a place",
            "places are counted",
            "Leave it empty: the tolerance is then in places",
        )
