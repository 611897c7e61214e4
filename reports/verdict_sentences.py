"""A verdict in a Swedish sentence: the outcome, what it was held against, and what lies between them.

Every sentence is made from the columns that the verdict was reached with, at `shown_decimals`, so that no number in it
contradicts the verdict. Where rounding decides, the sentence says so and gives the numbers unrounded.
"""

from markupsafe import Markup, escape

from reports.contents import Contents, IndicatorPart
from reports.located_figures import figure, figure_in_full, figure_of_year, magnitude, magnitude_in_full
from reports.numbers import decimals_in, decimals_text, decimals_that_tell_apart, rounded
from reports.reasons import reason
from reports.sourced_rows import Row

REFERENCE_KINDS = ("above_reference", "below_reference")


def decimals_of(row: Row) -> int:
    """The decimals at which a judgement's numbers are shown: enough for them to say what the verdict says."""
    shown = row["shown_decimals"]
    return int(row["display_decimals"] if shown is None else shown)


def margin_decimals(row: Row) -> int:
    """Enough decimals that a margin which is not nothing doesn't look like nothing."""
    return decimals_that_tell_apart(row["margin"], 0.0, decimals_of(row))


def meets(value: float, operator: str, held_against: float) -> bool:
    """Whether a value meets a criterion, both as they are."""
    return {
        ">=": value >= held_against,
        ">": value > held_against,
        "<=": value <= held_against,
        "<": value < held_against,
    }[operator]


def criterion(contents: Contents, part: IndicatorPart, row: Row) -> Markup:
    """What the indicator has to reach: `minst 91`, `över riksgenomsnittet`."""
    word = contents.label("operator", row["operator"])
    held = part.criteria.get(row["year"])
    match row["target_kind"]:
        case "number":
            printed = held["target_decimals"] if held is not None else None
            decimals = max(printed or 0, decimals_in(row["target_value"]))
            return Markup("{} {}").format(word, figure(row, "target_value", decimals))
        case "above_reference" | "below_reference":
            return Markup("{} {}").format(word, _wanted_name(contents, part, row))
        case "previous_year":
            return Markup("{} föregående års värde").format(word)
        case "other_value":
            return Markup("{} det tal som uppgiften jämförs med").format(word)
        case _:
            return Markup("inget målvärde")


def verdict_sentence(contents: Contents, part: IndicatorPart, row: Row) -> Markup:
    """The verdict and what decided it."""
    match row["verdict"]:
        case "met" | "not_met" if row["is_rounded_only"]:
            return _decided_by_rounding(contents, part, row)
        case "met" | "not_met":
            return _decided(contents, part, row)
        case "not_yet_due" if row["is_at_target_now"] is not None:
            return _not_yet_due(contents, part, row)
        case _:
            return escape(reason(contents, row))


def rounding_sentence(contents: Contents, part: IndicatorPart, row: Row) -> Markup:
    """That rounding decides, both numbers unrounded, and what is missing or left over."""
    value = figure_in_full(row, "value")
    if _is_held_shown(row):
        held = Markup(" och {} {}").format(_compared_name(contents, part, row), figure_in_full(row, _held_column(row)))
    else:
        held = Markup("")
    margin = magnitude_in_full(row, "margin")
    left = (
        Markup(", och det saknas {}.").format(margin)
        if row["margin"] < 0
        else Markup(", med {} i marginal.").format(margin)
    )
    return Markup("Avrundningen avgör: orundat är utfallet {}{}{}").format(value, held, left)


def _decided(contents: Contents, part: IndicatorPart, row: Row) -> Markup:
    decimals = decimals_of(row)
    value, goal = figure(row, "value", decimals), criterion(contents, part, row)
    margin = magnitude(row, "margin", margin_decimals(row))
    is_met = row["verdict"] == "met"
    if row["margin"] == 0:
        what = "målvärdet" if row["reference_value"] is None else _compared_name(contents, part, row)
        equal = Markup("Utfallet {} är lika med {} {}.").format(value, what, figure(row, _held_column(row), decimals))
        return equal + Markup(" Målet, {}, är {}uppfyllt.").format(goal, "" if is_met else "inte ")
    if row["reference_value"] is None:
        if is_met:
            return Markup("Utfallet {} uppfyller målet, {}, med {} i marginal.").format(value, goal, margin)
        return Markup("Utfallet {} uppfyller inte målet, {}. Det skiljer {}.").format(value, goal, margin)
    against = Markup("{} {}").format(_compared_name(contents, part, row), figure(row, "reference_value", decimals))
    how = contents.label("operator", row["operator"])
    verb = "ligger" if row["operator"] in (">", "<") else "är"
    if is_met:
        return Markup("Utfallet {} {} {} {}, med {} i marginal.").format(value, verb, how, against, margin)
    return Markup("Utfallet {} {} inte {} {}. Det skiljer {}.").format(value, verb, how, against, margin)


def _decided_by_rounding(contents: Contents, part: IndicatorPart, row: Row) -> Markup:
    return Markup("{} Målet, {}, är {}uppfyllt. {}").format(
        _as_compared(contents, part, row),
        criterion(contents, part, row),
        "" if row["verdict"] == "met" else "inte ",
        rounding_sentence(contents, part, row),
    )


def _not_yet_due(contents: Contents, part: IndicatorPart, row: Row) -> Markup:
    goal, year = criterion(contents, part, row), figure_of_year(row, "target_year")
    is_there = "når redan dit" if row["is_at_target_now"] else "når inte dit ännu"
    if _rounding_decides(row):
        return Markup("Målet, {}, gäller {}. {} Det {}. {}").format(
            goal, year, _as_compared(contents, part, row), is_there, rounding_sentence(contents, part, row)
        )
    return Markup("Målet, {}, gäller {}. Utfallet {} {}.").format(
        goal, year, figure(row, "value", decimals_of(row)), is_there
    )


def _rounding_decides(row: Row) -> bool:
    """Whether rounding turns the answer round, also before the target's year."""
    held_against, is_meeting = _held_against(row), row["is_at_target_now"]
    if row["value"] is None or held_against is None or is_meeting is None:
        return False
    return meets(row["value"], row["operator"], held_against) is not bool(is_meeting)


def _as_compared(contents: Contents, part: IndicatorPart, row: Row) -> Markup:
    """The numbers at the decimals that the plan compares at."""
    decimals = row["compared_at_decimals"]
    said = Markup("Planen jämför {}. Då är utfallet {}").format(decimals_text(decimals), figure(row, "value", decimals))
    if _is_held_shown(row):
        name, held = _compared_name(contents, part, row), figure(row, _held_column(row), decimals)
        said += Markup(" och {} {}").format(name, held)
    return said + "."


def _is_held_shown(row: Row) -> bool:
    """Whether what the value is held against must be told as well: a mean, or a target that is rounded itself."""
    target, decimals = row["target_value"], row["compared_at_decimals"]
    return target is None or float(rounded(target, decimals)) != target


def _held_column(row: Row) -> str:
    return "target_value" if row["reference_value"] is None else "reference_value"


def _held_against(row: Row) -> float | None:
    held: float | None = row[_held_column(row)]
    return held


def _wanted_name(contents: Contents, part: IndicatorPart, row: Row) -> str:
    """What a criterion of a mean names: `riksgenomsnittet`, `liknande kommuners medel`."""
    wanted = part.criteria[row["year"]]["target_reference"]
    return "liknande kommuners medel" if wanted == "similar" else contents.label("reference", wanted).lower()


def _compared_name(contents: Contents, part: IndicatorPart, row: Row) -> str:
    """What the outcome was compared with: `målvärdet`, `riksgenomsnittet (Riket)`, `föregående år`."""
    if row["reference_value"] is None:
        return "målvärdet"
    kind = contents.label("reference", str(row["reference_kind"]).split(":")[0])
    if part.criteria[row["year"]]["target_reference"] is None:
        return kind.lower()
    name = _wanted_name(contents, part, row)
    if str(row["reference_kind"]).startswith("similar"):
        return name
    return name if name == kind.lower() else f"{name} ({kind.replace(' (', ', ').replace(')', '')})"
