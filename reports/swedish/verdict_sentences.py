"""Verdicts in Swedish sentences: the outcome, the figure that it was compared with, and the difference.

Every sentence is made from the columns of the judgement, at `shown_decimals`, so that no number in it contradicts the
verdict. If rounding decides, the sentence says so and gives the unrounded numbers.
"""

from markupsafe import Markup, escape

from reports.reading.contents import Contents, IndicatorPart
from reports.reading.sourced_rows import Row
from reports.swedish.criterion_words import PLACES, added, best_where, compared_name, criterion, outcome_name
from reports.swedish.located_figures import (
    figure,
    figure_in_full,
    figure_of_year,
    magnitude,
    magnitude_in_full,
    wording,
)
from reports.swedish.numbers import decimals_in, decimals_text, decimals_that_tell_apart, rounded
from reports.swedish.reasons import reason

REFERENCE_KINDS = ("reference",)
NEGATIONS = {"met": "", "partly_met": "inte helt ", "not_met": "inte "}


def decimals_of(row: Row) -> int:
    """Return the decimals of a judgement's displayed numbers: enough for them to agree with the verdict."""
    shown = row["shown_decimals"]
    return int(row["display_decimals"] if shown is None else shown)


def margin_decimals(row: Row) -> int:
    """Return enough decimals for a margin other than 0 not to be shown as 0; none if it is in places."""
    if row["margin_unit"] == "places":
        return 0
    return decimals_that_tell_apart(row["margin"], 0.0, decimals_of(row))


def meets(value: float, operator: str, held_against: float) -> bool:
    """Return whether a value meets a criterion, both unrounded."""
    return {
        ">=": value >= held_against,
        ">": value > held_against,
        "<=": value <= held_against,
        "<": value < held_against,
    }[operator]


def verdict_sentence(contents: Contents, part: IndicatorPart, row: Row) -> Markup:
    """Return the verdict and what decided it; for several criteria, the result of each."""
    criteria = part.criteria.get(row["year"], ())
    if len(criteria) > 1:
        needed = "ett räcker" if part.indicator["criteria_rule"] == "any" else "alla ska vara uppfyllda"
        said = [criterion_result(contents, each) for each in criteria]
        return Markup("Indikatorn har {} kriterier, och {}. {}").format(len(criteria), needed, Markup(" ").join(said))
    return criterion_sentence(contents, row)


def criterion_result(contents: Contents, row: Row) -> Markup:
    """Return the text of one of several criteria: its name and verdict, then its sentence."""
    return Markup("{}: {}. {}").format(
        wording(row, "criterion"), contents.label("verdict", row["verdict"]).lower(), criterion_sentence(contents, row)
    )


def criterion_sentence(contents: Contents, row: Row) -> Markup:
    """Return the verdict of one criterion and what decided it."""
    match row["verdict"]:
        case "met" | "partly_met" | "not_met":
            said = _decided_by_rounding(contents, row) if row["is_rounded_only"] else _decided(contents, row)
            return said + _partly(contents, row) if row["verdict"] == "partly_met" else said
        case "not_yet_due" if row["is_at_target_now"] is not None:
            return _not_yet_due(contents, row)
        case _:
            return escape(reason(contents, row))


def rounding_sentence(contents: Contents, row: Row) -> Markup:
    """Return the sentence that rounding decides, with both numbers unrounded and their difference."""
    held = Markup("")
    if _is_held_shown(row):
        held = Markup(" och {} {}").format(_held_name(contents, row), figure_in_full(row, _held_column(row)))
    margin = magnitude_in_full(row, "margin")
    left = (
        Markup(", och det saknas {}.").format(margin)
        if row["margin"] < 0
        else Markup(", med {} i marginal.").format(margin)
    )
    return Markup("Avrundningen avgör: orundat är {} {}{}{}").format(
        _lowered(outcome_name(row)), figure_in_full(row, "value"), held, left
    )


def _decided(contents: Contents, row: Row) -> Markup:
    if row["target_kind"] in PLACES:
        return _decided_by_place(contents, row)
    if row["margin"] == 0:
        return _decided_by_nothing(contents, row)
    goal, margin = criterion(contents, row), magnitude(row, "margin", margin_decimals(row))
    if row["target_kind"] == "range":
        met = Markup("ligger inom målet, {}, med {} till närmaste gräns.").format(goal, margin)
        missed = Markup("ligger utanför målet, {}. Det skiljer {}.").format(goal, margin)
    elif row["reference_value"] is None:
        met = Markup("uppfyller målet, {}, med {} i marginal.").format(goal, margin)
        missed = Markup("uppfyller inte målet, {}. Det skiljer {}.").format(goal, margin)
    else:
        verb, how = "ligger" if row["operator"] in (">", "<") else "är", contents.label("operator", row["operator"])
        against = _against(contents, row)
        met = Markup("{} {} {}, med {} i marginal.").format(verb, how, against, margin)
        missed = Markup("{} inte {} {}. Det skiljer {}.").format(verb, how, against, margin)
    return Markup("{} {}").format(_outcome(row, decimals_of(row)), met if row["verdict"] == "met" else missed)


def _decided_by_nothing(contents: Contents, row: Row) -> Markup:
    """Return the sentence for a value equal to the criterion: the operator decides whether that is enough."""
    what = compared_name(contents, row) if row["reference_value"] is not None else "målvärdet"
    held = figure(row, _held_column(row), decimals_of(row))
    return Markup("{} är lika med {}{} {}. Målet, {}, är {}uppfyllt.").format(
        _outcome(row, decimals_of(row)),
        what,
        with_added(row),
        held,
        criterion(contents, row),
        NEGATIONS[row["verdict"]],
    )


def _against(contents: Contents, row: Row) -> Markup:
    """Return the figure that the criterion names, and the sum with the offset."""
    decimals = decimals_of(row)
    said = Markup("{} {}").format(compared_name(contents, row), figure(row, "reference_value", decimals))
    if row["target_offset"]:
        said += Markup("{}, alltså {}").format(added(row), figure(row, "compared_with", decimals))
    return said


def _decided_by_place(contents: Contents, row: Row) -> Markup:
    place, goal = _place(contents, row), criterion(contents, row)
    noun = _places(row["margin"])
    if row["margin"] < 0:
        return Markup("{} uppfyller inte målet, {}. Det skiljer {} {}.").format(
            place, goal, magnitude(row, "margin", 0), noun
        )
    if row["margin"] == 0:
        return Markup("{} är den sista plats som uppfyller målet, {}.").format(place, goal)
    return Markup("{} uppfyller målet, {}, med {} {} i marginal.").format(
        place, goal, magnitude(row, "margin", 0), noun
    )


def _places(number: float) -> str:
    """Return the noun after a number of places."""
    return "plats" if abs(number) == 1 else "platser"


def _place(contents: Contents, row: Row) -> Markup:
    """Return the place, with the number and kind of units: `Plats 3 av 29 i länet`."""
    where = best_where(contents, row)
    whom = f" {outcome_name(row).removeprefix('Utfallet ')}" if row["gender"] in ("K", "M") else ""
    return Markup("Plats {} av {} {}{} (utfall {})").format(
        figure(row, "place"),
        figure(row, "place_n"),
        f"bland {where.removeprefix('av ')}" if row["rank_scope"] in ("all", "similar") else where,
        whom,
        figure(row, "value", decimals_of(row)),
    )


def _decided_by_rounding(contents: Contents, row: Row) -> Markup:
    return Markup("{} Målet, {}, är {}uppfyllt. {}").format(
        _as_compared(contents, row),
        criterion(contents, row),
        NEGATIONS[row["verdict"]],
        rounding_sentence(contents, row),
    )


def _partly(contents: Contents, row: Row) -> Markup:
    """Return why a missed criterion is partly met: within the tolerance, or better than the baseline."""
    rules = {rule["rule_name"]: rule["rule_value"] for rule in contents.rules}
    if rules.get("partly_met_by") == "tolerance":
        unit = ""
        if row["tolerance_unit"] == "percent":
            unit = " procent"
        elif row["margin_unit"] == "places":
            unit = f" {_places(row['tolerance'])}"
        return Markup(" Det ryms i toleransen, {}{}: målet är delvis uppfyllt.").format(
            figure_in_full(row, "tolerance"), unit
        )
    decimals = decimals_that_tell_apart(row["baseline_value"], row["value"], decimals_of(row))
    return Markup(" Det är bättre än {} års värde, {}: målet är delvis uppfyllt.").format(
        figure_of_year(row, "baseline_year"), figure(row, "baseline_value", decimals)
    )


def _not_yet_due(contents: Contents, row: Row) -> Markup:
    goal, year = criterion(contents, row), figure_of_year(row, "target_year")
    is_there = "når redan dit" if row["is_at_target_now"] else "når inte dit ännu"
    if _rounding_decides(row):
        return Markup("Målet, {}, gäller {}. {} Det {}. {}").format(
            goal, year, _as_compared(contents, row), is_there, rounding_sentence(contents, row)
        )
    outcome = _place(contents, row) if row["target_kind"] in PLACES else _outcome(row, decimals_of(row))
    return Markup("Målet, {}, gäller {}. {} {}.").format(goal, year, outcome, is_there)


def _outcome(row: Row, decimals: int) -> Markup:
    return Markup("{} {}").format(outcome_name(row), figure(row, "value", decimals))


def _rounding_decides(row: Row) -> bool:
    """Return whether rounding reverses the result, also before the target's year."""
    if row["target_kind"] in PLACES or row["margin"] is None or row["is_at_target_now"] is None:
        return False
    if row["target_kind"] == "range":
        is_meeting = bool(row["margin"] >= 0)
    else:
        is_meeting = meets(row["value"], row["operator"], row["compared_with"])
    return is_meeting is not bool(row["is_at_target_now"])


def _as_compared(contents: Contents, row: Row) -> Markup:
    """Return the numbers at the decimals of the plan's comparison."""
    decimals = row["compared_at_decimals"]
    said = Markup("Planen jämför {}. Då är {} {}").format(
        decimals_text(decimals), _lowered(outcome_name(row)), figure(row, "value", decimals)
    )
    if _is_held_shown(row):
        said += Markup(" och {} {}").format(_held_name(contents, row), figure(row, _held_column(row), decimals))
    return said + "."


def _is_held_shown(row: Row) -> bool:
    """Return whether the other figure must also be shown: a mean, or a target that is itself rounded."""
    if row["target_value"] is None or row["target_kind"] == "range":
        return True
    return bool(float(rounded(row["target_value"], row["compared_at_decimals"])) != row["target_value"])


def criterion_as_compared(contents: Contents, row: Row) -> Markup:
    """Return the criterion as shown next to the outcome, with rounded numbers if their rounding decides."""
    said = criterion(contents, row)
    columns = {"number": ("target_value",), "gender_gap": ("target_value",), "range": ("target_value", "target_high")}
    numbers = columns.get(row["target_kind"], ())
    decimals = decimals_of(row)
    if all(decimals_in(row[column]) <= decimals for column in numbers):
        return said
    rounded_numbers = Markup(" till ").join(figure(row, column, decimals) for column in numbers)
    return Markup("{} (avrundat {})").format(said, rounded_numbers)


def _held_name(contents: Contents, row: Row) -> Markup:
    if row["target_kind"] == "range":
        return Markup("målets närmaste gräns")
    return Markup("{}{}").format(compared_name(contents, row), with_added(row))


def with_added(row: Row) -> str:
    """Return the note that the following number includes an offset."""
    if not row["target_offset"]:
        return ""
    return " med avdraget" if row["target_offset"] < 0 else " med tillägget"


def _held_column(row: Row) -> str:
    """Return the column of the figure that the value is compared with: the one closest to its source."""
    if row["target_kind"] == "range" or row["target_offset"]:
        return "compared_with"
    return "target_value" if row["reference_value"] is None else "reference_value"


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
